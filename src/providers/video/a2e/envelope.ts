import { z } from "zod";

import { soundsLikeModeration } from "../moderation-words.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import type { ServiceAnswer } from "../wire/service.ts";

/** What an answer of A2E means. Success is a 2xx whose own code is 0 (or 200); everything else has `code` and `words`. */
export type Envelope =
  | { readonly ok: true; readonly data: unknown }
  | { readonly ok: false; readonly code: number; readonly words: string; readonly retryAfterMs: number | undefined };

const envelope = z.looseObject({
  code: z.number().optional(),
  data: z.unknown().optional(),
  msg: z.unknown().optional(),
  message: z.unknown().optional(),
});

export function readEnvelope({ status, body, retryAfterMs }: ServiceAnswer): Envelope {
  const { data: read } = envelope.safeParse(body);
  const isHttpOk = status >= 200 && status < 300;
  const code = read?.code;
  if (isHttpOk && (code === 0 || code === 200)) return { ok: true, data: read?.data };
  const words = [read?.msg, read?.message, read?.data].filter((each) => typeof each === "string").join(" ");
  return { ok: false, code: isHttpOk ? (code ?? 0) : status, words, retryAfterMs };
}

type Failed = Extract<Envelope, { ok: false }>;

/** Why a video was not begun. Only what HTTP's own codes name is sure; A2E's are not documented, so words help. */
export function startFailure(failed: Failed): Error {
  const { code, words, retryAfterMs } = failed;
  const providerCode = codeOf(failed);
  if (isAboutKey(failed)) return new ProviderRefused("unauthorized", providerCode);
  if (code === 402 || /\b(?:coins?|diamonds?|balance|credits?)\b/i.test(words)) {
    return new ProviderRefused("no_credit", providerCode);
  }
  if (code === 429) return new ProviderUnavailable("rate_limited", retryAfterMs);
  if (code === 503) return new ProviderUnavailable("outage", retryAfterMs);
  if (soundsLikeModeration(words)) return new ProviderRefused("moderation", providerCode);
  if (code === 404 || code === 405) return new ProviderRefused("unsupported", providerCode);
  if (code === 400 || code === 413 || code === 422) return new ProviderRefused("bad_input", providerCode);
  return new ProviderUnclear({ cause: new Error(providerCode) });
}

/** Throws for what says nothing of the task. @returns when there is no such task. */
export function assertAbout(failed: Failed): void {
  if (isAboutKey(failed)) throw new ProviderRefused("unauthorized", codeOf(failed));
  if (failed.code === 429) throw new ProviderUnavailable("rate_limited", failed.retryAfterMs);
  if (failed.code < 400 || failed.code >= 500) throw new ProviderUnavailable("outage", failed.retryAfterMs);
}

/** A wrong token is a 401, or a 200 with a code of A2E's own. */
function isAboutKey({ code, words }: Failed): boolean {
  return code === 401 || code === 403 || /\b(?:token|unauthori[sz]ed|not logged in)\b/i.test(words);
}

function codeOf({ code }: Failed): string {
  return `a2e_${code}`;
}
