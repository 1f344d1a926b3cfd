/**
 * What goes wrong with a provider, by who failed; this decides whether money or a second film is at stake. Messages are
 * ours: a provider's own words may repeat the prompt, so only its code is kept.
 */

/** `unauthorized`: the key; `no_credit`: our balance there; `unsupported`: this model cannot do that. */
export type RefusalKind = "moderation" | "bad_input" | "no_credit" | "unauthorized" | "unsupported";

/** Final: the same request will be refused again. */
export class ProviderRefused extends Error {
  override readonly name = "ProviderRefused";
  readonly kind: RefusalKind;
  /** The provider's own code, for the log. */
  readonly providerCode: string | undefined;

  constructor(kind: RefusalKind, providerCode?: string, options?: ErrorOptions) {
    super(`the provider refused the request: ${kind}`, options);
    this.kind = kind;
    this.providerCode = providerCode;
  }
}

/** Surely nothing was started or changed: the same request may be made again. */
export class ProviderUnavailable extends Error {
  override readonly name = "ProviderUnavailable";
  readonly kind: "rate_limited" | "outage";
  /** What the provider asked for; without it, the caller's own backoff. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: "rate_limited" | "outage", retryAfterMs?: number, options?: ErrorOptions) {
    super(`the provider was not available: ${kind}`, options);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The request went out and no usable answer came back: it may have been started and paid for. Look it up
 * (`findByClientReference`); never send it again blindly.
 */
export class ProviderUnclear extends Error {
  override readonly name = "ProviderUnclear";

  constructor(options?: ErrorOptions) {
    super("the provider's answer was lost", options);
  }
}
