import { z } from "zod";

import { soundsLikeModeration } from "../moderation-words.ts";
import type { FailureReason } from "../port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import type { ServiceAnswer } from "../wire/service.ts";

/** What every answer of KIE means: its own code where it has one (errors may come with HTTP 200), else HTTP's. */
export interface Envelope {
  /** 200: it did what it was asked. 0: nothing that can be read. */
  readonly code: number;
  /** Only to be looked at, never to be kept. */
  readonly words: string;
  readonly data: unknown;
  readonly retryAfterMs: number | undefined;
}

const envelope = z.looseObject({
  code: z.number(),
  msg: z.string().nullish(),
  message: z.string().nullish(),
  data: z.unknown().optional(),
});

export function readEnvelope({ status, body, retryAfterMs }: ServiceAnswer): Envelope {
  const { data: read } = envelope.safeParse(body);
  const isHttpOk = status >= 200 && status < 300;
  // A 200 in the body of an error is the proxy's word against the service's: the error counts.
  const ownCode = read !== undefined && (isHttpOk || read.code >= 400) ? read.code : undefined;
  return {
    code: ownCode ?? (isHttpOk ? 0 : status),
    words: read?.msg ?? read?.message ?? "",
    data: read?.data,
    retryAfterMs,
  };
}

/** Why a video was not begun, for a `code` other than 200. */
export function createFailure({ code, words, retryAfterMs }: Envelope): Error {
  const providerCode = `kie_${code}`;
  switch (code) {
    case 400:
    case 422:
      return new ProviderRefused(soundsLikeModeration(words) ? "moderation" : "bad_input", providerCode);
    case 413:
    // Our picture could not be read.
    case 451:
      return new ProviderRefused("bad_input", providerCode);
    case 401:
    case 403:
      return new ProviderRefused("unauthorized", providerCode);
    case 402:
      return new ProviderRefused("no_credit", providerCode);
    case 404:
    case 405:
    case 505:
      return new ProviderRefused("unsupported", providerCode);
    case 429:
      // Neither queued nor charged.
      return new ProviderUnavailable("rate_limited", retryAfterMs);
    case 455:
    case 503:
      return new ProviderUnavailable("outage", retryAfterMs);
    default:
      // 408, 500, 501 and whatever comes: it may have begun.
      return new ProviderUnclear({ cause: new Error(providerCode) });
  }
}

/** What the code of a record's question says of the task itself; undefined when there is no such record. */
export function recordFailure({ code, words }: Envelope): FailureReason | undefined {
  const providerCode = `kie_${code}`;
  switch (code) {
    case 404:
    case 422:
      return undefined;
    case 400:
      return { kind: soundsLikeModeration(words) ? "moderation" : "bad_input", providerCode };
    case 451:
      return { kind: "bad_input", providerCode };
    case 408:
      return { kind: "timeout", providerCode };
    default:
      return { kind: "provider_error", providerCode };
  }
}

/** Codes with which a question can be asked again, or the key is wrong: they say nothing of the task. */
export function assertAnswered({ code, retryAfterMs }: Envelope): void {
  if (code === 401 || code === 403) throw new ProviderRefused("unauthorized", `kie_${code}`);
  if (code === 429) throw new ProviderUnavailable("rate_limited", retryAfterMs);
  if (![200, 400, 404, 408, 422, 451, 501, 505].includes(code)) throw new ProviderUnavailable("outage", retryAfterMs);
}
