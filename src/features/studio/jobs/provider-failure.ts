import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "#providers/video/provider-error.ts";

import type { Outcome } from "../circuit.ts";
import type { Failure } from "../job-state.ts";

/** What a provider's error means for the job. */
export type ProviderFailure =
  /** It will never work. */
  | { readonly kind: "final"; readonly failure: Failure }
  /** Surely nothing was started: later, perhaps. */
  | { readonly kind: "later"; readonly failure: Failure; readonly afterMs: number | undefined }
  /** It may have been started. */
  | { readonly kind: "unclear" };

/** @throws the error itself when it is none of a provider's: a bug is not the provider's fault. */
export function readProviderFailure(error: unknown): ProviderFailure {
  if (error instanceof ProviderRefused) {
    // A wrong key is our trouble; the person is told that the model is out.
    return { kind: "final", failure: error.kind === "unauthorized" ? "no_credit" : error.kind };
  }
  if (error instanceof ProviderUnavailable) return { kind: "later", failure: error.kind, afterMs: error.retryAfterMs };
  if (error instanceof ProviderUnclear) return { kind: "unclear" };
  throw error;
}

/** What the same error says of the provider itself. */
export function callOutcome(error: unknown): Outcome {
  if (error instanceof ProviderRefused) {
    return error.kind === "no_credit" || error.kind === "unauthorized" ? error.kind : "answered";
  }
  return error instanceof ProviderUnavailable && error.kind === "rate_limited" ? "answered" : "outage";
}
