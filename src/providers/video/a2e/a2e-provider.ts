import { z } from "zod";

import type { Cipher } from "#kernel/lib/cipher.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import type { Secret } from "#kernel/lib/secret.ts";

import { soundsLikeModeration } from "../moderation-words.ts";
import type { VideoProvider, VideoRequest, VideoStatus } from "../port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import { createDownloader } from "../wire/download.ts";
import { asking, createService, type ServiceCall } from "../wire/service.ts";
import { verifyA2eCallback } from "./callback.ts";
import { assertAbout, type Envelope, readEnvelope, startFailure } from "./envelope.ts";

/**
 * Pictures that begin to move: `https://a2e.ai`. It fetches pictures itself, so that we must be reachable from outside.
 * It has no look-up by our reference that its documentation promises.
 */
export interface A2eProvider extends VideoProvider {
  readonly balance: NonNullable<VideoProvider["balance"]>;
  readonly close: () => Promise<void>;
}

export interface A2eDeps {
  /** `https://video.a2e.ai`, or a test's server. */
  readonly root: string;
  readonly key: Secret;
  readonly clock: Clock;
  readonly cipher: Cipher;
}

const tasks = "/api/v1/userImage2Video";
/** A task may be unknown for a moment after it was made. */
const graceMs = 60_000;

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const started = z.looseObject({ _id: z.string().regex(/^\w{1,100}$/) });
const record = z.looseObject({
  current_status: z.string(),
  result_url: text,
  failed_code: z.union([z.string(), z.number()]).nullish(),
  failed_message: text,
});
type TaskRecord = z.output<typeof record>;
const wallet = z.looseObject({ coins: z.number() });

export function createA2eProvider({ root, key, clock, cipher }: A2eDeps): A2eProvider {
  const service = createService({ root, headers: { authorization: `Bearer ${key.reveal()}` } });
  const downloader = createDownloader({ root });
  // Of its own: A2E shows it to whoever it calls, and must not learn what another service signs with.
  const webhookToken = cipher.sign("callbacks", "a2e.webhook-token");
  const ask = async (call: ServiceCall): Promise<Envelope> => {
    const answer = readEnvelope(await asking(async () => await service.call(call)));
    if (!answer.ok) assertAbout(answer);
    return answer;
  };

  /** Undefined: it is not there (any more). `new`: not there yet. */
  const look = async (reference: string, signal?: AbortSignal): Promise<TaskRecord | "new" | undefined> => {
    const task = parseReference(reference);
    if (task === undefined) return undefined;
    const answer = await ask({ method: "GET", path: `${tasks}/${task.id}`, signal });
    const { data } = record.safeParse(answer.ok ? answer.data : undefined);
    if (data !== undefined) return data;
    return clock.now().getTime() - task.createdAtMs < graceMs ? "new" : undefined;
  };

  return {
    id: "a2e",

    start: async (request, signal) => {
      const body = bodyOf(request, webhookToken);
      const answer = readEnvelope(await service.call({ method: "POST", path: `${tasks}/start`, body, signal }));
      if (!answer.ok) throw startFailure(answer);
      const { data: task } = started.safeParse(answer.data);
      if (task === undefined) throw new ProviderUnclear();
      return { reference: `${clock.now().getTime()}:${task._id}` };
    },

    status: async (reference, signal) => {
      const task = await look(reference, signal);
      if (task === undefined) return { state: "failed", reason: { kind: "lost" } };
      return task === "new" ? { state: "queued" } : statusOf(task);
    },

    fetchResult: async (reference, to, signal) => {
      const task = await look(reference, signal);
      if (task === undefined) return { ok: false, reason: "lost" };
      const state = task === "new" ? "queued" : statusOf(task).state;
      if (task === "new" || state === "queued" || state === "running") return { ok: false, reason: "not_ready" };
      if (state === "failed") return { ok: false, reason: "lost" };
      const downloaded = await downloader.download(task.result_url, to, { signal });
      if (downloaded.ok) return downloaded;
      return { ok: false, reason: downloaded.reason === "too_large" ? "too_large" : "lost" };
    },

    forget: async (reference, signal) => {
      const task = parseReference(reference);
      // What is not there any more is forgotten.
      if (task !== undefined) await ask({ method: "DELETE", path: `${tasks}/${task.id}`, signal });
    },

    balance: async (signal) => {
      const answer = await ask({ method: "GET", path: "/api/v1/user/remainingCoins", signal });
      const { data } = wallet.safeParse(answer.ok ? answer.data : undefined);
      if (data === undefined) throw new ProviderUnavailable("outage");
      return { amount: data.coins, unit: "coins" };
    },

    verifyCallback: async (headers, rawBody) =>
      await Promise.resolve(verifyA2eCallback(webhookToken, headers, rawBody)),

    close: async () => {
      await Promise.all([service.close(), downloader.close()]);
    },
  };
}

/** @throws ProviderRefused for a request without a picture that A2E can fetch. */
function bodyOf(request: VideoRequest, webhookToken: string): object {
  const { image, callbackUrl } = request;
  if (image === undefined) throw new ProviderRefused("bad_input", "a2e_no_picture");
  if (image.url === undefined) throw new ProviderRefused("unsupported", "a2e_not_reachable");
  return {
    name: request.clientReference,
    image_url: image.url,
    prompt: request.prompt,
    negative_prompt: "",
    model_type: "GENERAL",
    model_version: request.model,
    number_of_images: 1,
    video_time: request.durationSeconds,
    // Others are refused.
    ...(callbackUrl?.startsWith("https:") === true && { webhook_url: callbackUrl, webhook_token: webhookToken }),
  };
}

function statusOf(task: TaskRecord): VideoStatus {
  switch (task.current_status) {
    case "sent":
    case "initialized":
      return { state: "queued" };
    case "completed":
      // Told before the link is there: it comes.
      return task.result_url === "" ? { state: "running" } : { state: "succeeded", result: {} };
    // The word is not documented.
    case "fail":
    case "failed":
    case "error":
      return {
        state: "failed",
        reason: {
          kind: soundsLikeModeration(task.failed_message) ? "moderation" : "provider_error",
          providerCode: `a2e_${/^\w{1,20}$/.test(String(task.failed_code)) ? String(task.failed_code) : "failed"}`,
        },
      };
    default:
      return { state: "running" };
  }
}

function parseReference(reference: string): { readonly createdAtMs: number; readonly id: string } | undefined {
  const [, createdAtMs, id] = /^(\d{1,15}):(\w{1,100})$/.exec(reference) ?? [];
  return id === undefined ? undefined : { createdAtMs: Number(createdAtMs), id };
}
