/**
 * The one way to a service that makes videos. Starting is not idempotent anywhere, takes minutes to finish, and is told
 * by polling; so a job is a stored `reference` that any later process can ask about.
 *
 * Every function rejects with `ProviderRefused`, `ProviderUnavailable` or `ProviderUnclear` (`provider-error.ts`), or
 * with the signal's reason when it aborts. Aborting ends our waiting, not the provider's work.
 */
export interface VideoProvider {
  readonly id: string;

  /** Its faults are played on request: nobody is to be kept from it for them. */
  readonly playsFaults?: true;

  /** Once it returns, the provider works and will charge. Store our row before the call and the reference after it. */
  readonly start: (request: VideoRequest, signal?: AbortSignal) => Promise<{ readonly reference: string }>;

  /** Never `ProviderUnclear`: asking changes nothing. A reference the provider no longer knows is `failed: lost`. */
  readonly status: (reference: string, signal?: AbortSignal) => Promise<VideoStatus>;

  /**
   * Writes the finished MP4 to `to.path`, which is complete exactly when this answers `ok`. May be repeated (a crash
   * between fetching and recording) until `forget`.
   */
  readonly fetchResult: (reference: string, to: FetchTarget, signal?: AbortSignal) => Promise<FetchOutcome>;

  /** The job that `start` made for our reference, when its answer was lost; undefined: surely none was made. */
  readonly findByClientReference?: (
    clientReference: string,
    signal?: AbortSignal,
  ) => Promise<{ readonly reference: string } | undefined>;

  /** For services that cannot be asked for it but call back: the job may yet be found when they do. */
  readonly rescue?: LostAnswerRescue;

  /** `too_late`: it had ended, or the provider goes on regardless. */
  readonly cancel?: (reference: string, signal?: AbortSignal) => Promise<"cancelled" | "too_late">;

  /** We have what we wanted, or want it no more: the provider may delete prompt, picture and video. Idempotent. */
  readonly forget?: (reference: string, signal?: AbortSignal) => Promise<void>;

  /** What is left on our account there, in the service's own unit. */
  readonly balance?: (signal?: AbortSignal) => Promise<ProviderBalance>;

  /**
   * Who sent this callback, by its signature and age. Even a verified one is only a reason to ask for the status now:
   * bodies are not always signed, and some services tell once and never again.
   * @param headers names in lower case. @param rawBody exactly as received.
   */
  readonly verifyCallback?: (headers: CallbackHeaders, rawBody: Buffer) => Promise<CallbackVerdict>;
}

export interface LostAnswerRescue {
  /** Whether a callback to this address can come at all. */
  readonly canCall: (callbackUrl: string) => boolean;
  /** The reference of the job that a verified callback names so; undefined when that is no name of the service's. */
  readonly reference: (name: string, of: { readonly model: string; readonly startedAt: Date }) => string | undefined;
}

export interface ProviderBalance {
  readonly amount: number;
  /** Such as `credits`. */
  readonly unit: string;
}

export interface VideoRequest {
  /** The provider's own name of the model (`providerModel` in the catalogue). */
  readonly model: string;
  readonly prompt: string;
  readonly image?: RequestImage | undefined;
  readonly durationSeconds: number;
  readonly width: number;
  readonly height: number;
  /** Such as `9:16`, for services that do not take pixels. */
  readonly aspectRatio: string;
  /** The same for a repeat, another for a variation; services without seeds ignore it. */
  readonly seed?: number | undefined;
  /** What the model takes beyond all this, by the service's own names (`options` in the catalogue). */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  /** Our job's id. */
  readonly clientReference: string;
  /** Where the provider may tell that it has finished. Contains a secret of its own. */
  readonly callbackUrl?: string | undefined;
}

export interface RequestImage {
  /** For services that take uploads. */
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Signed and expiring, for services that fetch it themselves; absent when we cannot be reached from outside. */
  readonly url?: string | undefined;
}

export type VideoStatus =
  /** `position`: how many are before it. Words a provider invents later count as `running`. */
  | { readonly state: "queued"; readonly position?: number }
  /** `progress`: 0 to 1. */
  | { readonly state: "running"; readonly progress?: number }
  | { readonly state: "succeeded"; readonly result: VideoResult }
  | { readonly state: "failed"; readonly reason: FailureReason };

export interface VideoResult {
  /** After this it can no longer be fetched. */
  readonly expiresAt?: Date;
  /** What the provider says it charged. */
  readonly costUsdMicros?: bigint;
}

export interface FailureReason {
  /** `lost`: unknown to the provider, or expired there. */
  readonly kind: "moderation" | "bad_input" | "provider_error" | "timeout" | "cancelled" | "lost";
  /** The provider's own code, for the log; never its words. */
  readonly providerCode?: string;
}

export interface FetchTarget {
  readonly path: string;
  readonly maxBytes: number;
}

export type FetchOutcome =
  | { readonly ok: true; readonly bytes: number }
  | { readonly ok: false; readonly reason: "not_ready" | "lost" | "too_large" };

export type CallbackHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export type CallbackVerdict =
  /**
   * `reference`: the service's own name of the job where it tells one, which may be only a part of ours. `replayKey`: the
   * same for a repeated callback; refuse one that was seen for the same job.
   */
  | { readonly ok: true; readonly reference?: string; readonly replayKey: string }
  | { readonly ok: false; readonly reason: "unsigned" | "bad_signature" | "stale" | "malformed" };
