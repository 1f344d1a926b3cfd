import { z } from "zod";

import type { Clock } from "#kernel/lib/clock.ts";
import type { Secret } from "#kernel/lib/secret.ts";

import { soundsLikeModeration } from "../moderation-words.ts";
import type { VideoProvider, VideoRequest, VideoStatus } from "../port.ts";
import { ProviderUnclear } from "../provider-error.ts";
import { createDownloader } from "../wire/download.ts";
import { saveBytes } from "../wire/save-bytes.ts";
import { asking, createService, type ServiceAnswer, type ServiceCall } from "../wire/service.ts";
import { type GoogleError, questionFailure, startFailure } from "./google-failure.ts";

/**
 * Gemini Omni with an API key: an interaction in the background. Without Google's library, which repeats a create call up
 * to four times by itself: each repeat could be another film to pay for.
 */
export interface OmniProvider extends VideoProvider {
  readonly close: () => Promise<void>;
}

export interface OmniDeps {
  /** `https://generativelanguage.googleapis.com`, or a test's server. */
  readonly root: string;
  readonly key: Secret;
  readonly clock: Clock;
}

export const geminiRoot = "https://generativelanguage.googleapis.com";
const interactions = "/v1/interactions";
/** Some answers have the film in them, a third longer than it is. */
const longestAnswer = 160 * 1024 * 1024;
/** An interaction may be unknown for a moment after it was made. */
const graceMs = 60_000;

const part = z.looseObject({
  type: z.string(),
  uri: z.string().optional(),
  data: z.string().optional(),
});
const interaction = z.looseObject({
  id: z.string().optional(),
  status: z.string(),
  steps: z.array(z.looseObject({ content: z.array(part).optional() })).optional(),
  error: z
    .looseObject({ code: z.union([z.number(), z.string()]).optional(), message: z.string().optional() })
    .nullish(),
});
type Interaction = z.output<typeof interaction>;
const created = z.looseObject({ id: z.string().regex(/^[\w.-]{1,300}$/) });

export function createOmniProvider({ root, key, clock }: OmniDeps): OmniProvider {
  const keyHeader = { "x-goog-api-key": key.reveal() };
  const service = createService({ root, headers: keyHeader, longestAnswer });
  const downloader = createDownloader({ root });

  /** Undefined: there is no such thing. */
  const ask = async (call: ServiceCall): Promise<ServiceAnswer | undefined> => {
    const answer = await asking(async () => await service.call(call));
    return isOk(answer) ? answer : questionFailure(errorOf(answer));
  };

  /** Undefined: it is not there (any more). `new`: not there yet. */
  const look = async (reference: string, signal?: AbortSignal): Promise<Interaction | "new" | undefined> => {
    const [, createdAtMs, id] = referencePattern.exec(reference) ?? [];
    if (id === undefined) return undefined;
    const answer = await ask({ method: "GET", path: `${interactions}/${id}?stream=false`, signal });
    const { data } = interaction.safeParse(answer?.body);
    return data ?? (clock.now().getTime() - Number(createdAtMs) < graceMs ? "new" : undefined);
  };

  return {
    id: "gemini",

    start: async (request, signal) => {
      const body = bodyOf(request);
      const answer = await service.call({ method: "POST", path: interactions, body, signal });
      if (!isOk(answer)) throw startFailure(errorOf(answer));
      const { data } = created.safeParse(answer.body);
      if (data === undefined) throw new ProviderUnclear();
      return { reference: `${clock.now().getTime()}:${data.id}` };
    },

    status: async (reference, signal) => statusOf(await look(reference, signal)),

    fetchResult: async (reference, to, signal) => {
      const found = await look(reference, signal);
      const { state } = statusOf(found);
      if (state === "queued" || state === "running") return { ok: false, reason: "not_ready" };
      const film = found === "new" || found === undefined ? undefined : filmIn(found);
      if (state !== "succeeded" || film === undefined) return { ok: false, reason: "lost" };
      if (film.data !== undefined) return await saveBytes(Buffer.from(film.data, "base64"), to);
      const url = new URL(film.uri ?? "", root);
      // The key opens Google's own files and is nobody else's business.
      const headers = url.origin === new URL(root).origin ? keyHeader : {};
      const downloaded = await downloader.download(url.href, to, { signal, headers });
      if (downloaded.ok) return downloaded;
      return { ok: false, reason: downloaded.reason === "too_large" ? "too_large" : "lost" };
    },

    forget: async (reference, signal) => {
      const [, , id] = referencePattern.exec(reference) ?? [];
      if (id !== undefined) await ask({ method: "DELETE", path: `${interactions}/${id}`, signal });
    },

    close: async () => {
      await Promise.all([service.close(), downloader.close()]);
    },
  };
}

const referencePattern = /^(\d{1,15}):([\w.-]{1,300})$/;

function bodyOf({ model, prompt, image, ...request }: VideoRequest): object {
  const words = { type: "text", text: prompt };
  const picture = image && {
    type: "image",
    data: image.bytes.toString("base64"),
    mime_type: image.contentType,
  };
  return {
    model,
    input: picture === undefined ? prompt : [...(prompt.trim() === "" ? [] : [words]), picture],
    background: true,
    response_format: [
      {
        type: "video",
        aspect_ratio: request.aspectRatio,
        duration: `${request.durationSeconds}s`,
        resolution: `${Math.min(request.width, request.height)}p`,
        delivery: "uri",
      },
    ],
    generation_config: { video_config: { task: picture === undefined ? "text_to_video" : "image_to_video" } },
  };
}

function statusOf(found: Interaction | "new" | undefined): VideoStatus {
  if (found === undefined) return { state: "failed", reason: { kind: "lost" } };
  if (found === "new") return { state: "queued" };
  switch (found.status) {
    case "queued":
      return { state: "queued" };
    case "completed":
      if (filmIn(found) !== undefined) return { state: "succeeded", result: {} };
      // It has answered with words instead, which is how it says no.
      return { state: "failed", reason: { kind: "moderation", providerCode: "google_no_video" } };
    case "cancelled":
      return { state: "failed", reason: { kind: "cancelled" } };
    case "failed":
    case "incomplete":
    case "budget_exceeded":
    // Nobody will act.
    case "requires_action": {
      const kind = soundsLikeModeration(found.error?.message ?? "") ? "moderation" : "provider_error";
      return { state: "failed", reason: { kind, providerCode: `google_${found.status}` } };
    }
    default:
      return { state: "running" };
  }
}

function filmIn({ steps = [] }: Interaction): z.output<typeof part> | undefined {
  return steps
    .flatMap(({ content = [] }) => content)
    .findLast(({ type, uri, data }) => type === "video" && (uri !== undefined || data !== undefined));
}

function isOk({ status }: ServiceAnswer): boolean {
  return status >= 200 && status < 300;
}

function errorOf({ status, body, retryAfterMs }: ServiceAnswer): GoogleError {
  return { status, words: JSON.stringify(body) ?? "", retryAfterMs };
}
