import { z } from "zod";

import { soundsLikeModeration } from "../moderation-words.ts";
import type { FailureReason } from "../port.ts";

/** How far a task is, as its record says. */
export type TaskState =
  | { readonly state: "queued" | "running" }
  | { readonly state: "succeeded"; readonly urls: readonly string[]; readonly costUsdMicros?: bigint }
  | { readonly state: "failed"; readonly reason: FailureReason };

/** Codes come as numbers and as text, and as `""` or `null` while there is none. */
const code = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value) => (value === null || value === undefined || value === "" ? undefined : String(value)));
const words = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** Lists of URLs come as arrays, and in older answers as the JSON text of one. */
const urls = z
  .union([z.array(z.string()), z.string()])
  .nullish()
  .transform((value) => (typeof value === "string" ? listIn(parse(value)) : (value ?? [])));

const veoRecord = z.looseObject({
  successFlag: z.number(),
  response: z.looseObject({ resultUrls: urls }).nullish(),
  errorCode: code,
  errorMessage: words,
});

/** `successFlag`: 0 working, 1 done, 2 and 3 failed (here, and upstream). */
export function readVeoRecord(data: unknown): TaskState | undefined {
  const { data: record } = veoRecord.safeParse(data);
  switch (record?.successFlag) {
    case undefined:
      return undefined;
    case 1:
      return done(record.response?.resultUrls ?? []);
    case 2:
    case 3:
      return failed(record.errorCode, record.errorMessage);
    default:
      return { state: "running" };
  }
}

const runwayRecord = z.looseObject({
  state: z.string(),
  videoInfo: z.looseObject({ videoUrl: z.string().nullish() }).nullish(),
  failCode: code,
  failMsg: words,
  expireFlag: z.number().nullish(),
});

export function readRunwayRecord(data: unknown): TaskState | undefined {
  const { data: record } = runwayRecord.safeParse(data);
  switch (record?.state) {
    case undefined:
      return undefined;
    case "wait":
    case "queueing":
    case "queuing":
      return { state: "queued" };
    case "success": {
      if (record.expireFlag === 1) return { state: "failed", reason: { kind: "lost", providerCode: "kie_expired" } };
      const url = record.videoInfo?.videoUrl;
      return done(typeof url === "string" && url !== "" ? [url] : []);
    }
    case "fail":
      return failed(record.failCode, record.failMsg);
    default:
      return { state: "running" };
  }
}

const jobRecord = z.looseObject({
  state: z.string(),
  resultJson: z.unknown().optional(),
  failCode: code,
  failMsg: words,
  creditsConsumed: z.number().nullish(),
});
const jobResult = z.looseObject({ resultUrls: urls });

/** KIE sells a credit for half a cent. */
const creditUsdMicros = 5000;

export function readJobRecord(data: unknown): TaskState | undefined {
  const { data: record } = jobRecord.safeParse(data);
  switch (record?.state) {
    case undefined:
      return undefined;
    case "waiting":
    case "queuing":
    case "queueing":
      return { state: "queued" };
    case "success": {
      const { data: result } = jobResult.safeParse(parse(record.resultJson));
      const state = done(result?.resultUrls ?? []);
      const { creditsConsumed: credits } = record;
      if (state.state !== "succeeded" || typeof credits !== "number") return state;
      return { ...state, costUsdMicros: BigInt(Math.round(credits * creditUsdMicros)) };
    }
    case "fail":
      return failed(record.failCode, record.failMsg);
    default:
      return { state: "running" };
  }
}

/** Done without a video is a failure, whatever it is called. */
function done(found: readonly string[]): TaskState {
  if (found.length > 0) return { state: "succeeded", urls: found };
  return { state: "failed", reason: { kind: "provider_error", providerCode: "kie_no_result" } };
}

function failed(failCode: string | undefined, failWords: string): TaskState {
  const providerCode = `kie_${/^\w{1,20}$/.test(failCode ?? "") ? (failCode ?? "") : "fail"}`;
  const kind = soundsLikeModeration(failWords)
    ? "moderation"
    : failCode === "400" || failCode === "422" || failCode === "451"
      ? "bad_input"
      : failCode === "408"
        ? "timeout"
        : "provider_error";
  return { state: "failed", reason: { kind, providerCode } };
}

/** JSON that comes as text in JSON. */
function parse(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}

function listIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}
