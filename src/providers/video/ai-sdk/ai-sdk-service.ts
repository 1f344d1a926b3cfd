import type { createFal } from "@ai-sdk/fal";
import { z } from "zod";

import { soundsLikeModeration } from "../moderation-words.ts";
import type { HttpAnswer } from "../wire/exchange.ts";

/** The SDK's interface of a video model, which all its services have in common. */
type SdkModel = ReturnType<ReturnType<typeof createFal>["video"]>;
export type SdkStatus = Awaited<ReturnType<NonNullable<SdkModel["doStatus"]>>>;

/** The service's model by its own name, for one call. */
export type OpenModel = (model: string, of: { readonly key: string; readonly fetch: typeof fetch }) => SdkModel;

/** What the SDK does not tell of a service. Texts of answers are only looked at, never kept. */
export interface AiSdkService {
  /** Ours, and the SDK's for the options of a model. */
  readonly id: string;
  /** Where the SDK calls it, without a trailing slash. */
  readonly root: string;
  /** The package is loaded with the first call. */
  readonly load: () => Promise<OpenModel>;
  /** Whether an answer about a job says that its content was refused. */
  readonly wasFiltered: (text: string) => boolean;
  readonly wasCancelled: (text: string) => boolean;
  /** Whether an answer that is no success is the job's end, and not a fault of what stands before it. */
  readonly isAboutJob: (answer: HttpAnswer) => boolean;
}

const falAnswer = z.looseObject({
  has_nsfw_concepts: z.array(z.boolean()).nullish(),
  detail: z.unknown().optional(),
  error_type: z.string().optional(),
});

/** https://fal.ai/docs: a job that failed is told by the status and body of its result. */
export const fal: AiSdkService = {
  id: "fal",
  root: "https://queue.fal.run",
  load: async () => {
    const { createFal: create } = await import("@ai-sdk/fal");
    return (model, { key: apiKey, fetch }) => create({ apiKey, fetch }).video(model);
  },
  wasFiltered: (text) => {
    const { data } = falAnswer.safeParse(parse(text));
    if (data?.has_nsfw_concepts?.includes(true) === true) return true;
    return data?.detail !== undefined && soundsLikeModeration(JSON.stringify(data.detail).replaceAll("_", " "));
  },
  wasCancelled: () => false,
  isAboutJob: ({ status, text }) => {
    const { data } = falAnswer.safeParse(parse(text));
    return data !== undefined && (status < 500 || data.error_type !== undefined || data.detail !== undefined);
  },
};

const prediction = z.looseObject({ status: z.string(), error: z.string().nullish() });

/** https://replicate.com/docs/reference/http: a job is a prediction, which says itself how it ended. */
export const replicate: AiSdkService = {
  id: "replicate",
  root: "https://api.replicate.com/v1",
  load: async () => {
    const { createReplicate } = await import("@ai-sdk/replicate");
    return (model, { key: apiToken, fetch }) => createReplicate({ apiToken, fetch }).video(model);
  },
  wasFiltered: (text) => {
    const { data } = prediction.safeParse(parse(text));
    return data?.status === "failed" && soundsLikeModeration(data.error ?? "");
  },
  wasCancelled: (text) => prediction.safeParse(parse(text)).data?.status === "canceled",
  isAboutJob: ({ status, text }) => status < 500 && prediction.safeParse(parse(text)).success,
};

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
