import { z } from "zod";

import { soundsLikeModeration } from "../moderation-words.ts";
import type { FailureReason } from "../port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";

/** An HTTP error of Google's services. */
export interface GoogleError {
  readonly status: number;
  /** The body, only to be looked at. */
  readonly words: string;
  readonly retryAfterMs?: number | undefined;
}

/** Why a video was not begun. */
export function startFailure({ status, words, retryAfterMs }: GoogleError): Error {
  const providerCode = `google_${status}`;
  if (status === 401 || /API key not valid|API_KEY_INVALID/i.test(words)) {
    return new ProviderRefused("unauthorized", providerCode);
  }
  if (status === 402 || /\bbilling\b|credits? (?:are|is) depleted/i.test(words)) {
    return new ProviderRefused("no_credit", providerCode);
  }
  switch (status) {
    case 403:
      return new ProviderRefused("unauthorized", providerCode);
    case 404:
      return new ProviderRefused("unsupported", providerCode);
    case 429:
      return new ProviderUnavailable("rate_limited", retryAfterMs);
    case 503:
      return new ProviderUnavailable("outage", retryAfterMs);
    case 400:
    case 413:
    case 422:
      return new ProviderRefused(soundsLikeModeration(words) ? "moderation" : "bad_input", providerCode);
    default:
      return new ProviderUnclear({ cause: new Error(providerCode) });
  }
}

/** For questions. Undefined: there is no such thing. @throws what says nothing of the job. */
export function questionFailure(error: GoogleError): undefined {
  const { status, retryAfterMs } = error;
  if (status === 404) return undefined;
  const failure = startFailure(error);
  if (failure instanceof ProviderRefused && ["unauthorized", "no_credit"].includes(failure.kind)) throw failure;
  if (status === 429) throw new ProviderUnavailable("rate_limited", retryAfterMs);
  throw new ProviderUnavailable("outage", retryAfterMs, { cause: new Error(`google_${status}`) });
}

const rpcError = z.looseObject({ code: z.number().optional(), message: z.string().optional() });

/** The `google.rpc` error with which an operation has ended. */
export function operationFailure(error: unknown): FailureReason {
  const { code = 0, message = "" } = rpcError.safeParse(error).data ?? {};
  const providerCode = `google_rpc_${code}`;
  if (soundsLikeModeration(message)) return { kind: "moderation", providerCode };
  switch (code) {
    case 1:
      return { kind: "cancelled", providerCode };
    case 3:
      return { kind: "bad_input", providerCode };
    case 4:
      return { kind: "timeout", providerCode };
    case 5:
      return { kind: "lost", providerCode };
    default:
      return { kind: "provider_error", providerCode };
  }
}
