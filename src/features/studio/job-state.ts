import type { Offer, OfferReason } from "./offers.ts";

/** Where a job stands. The last four are ends. */
export const jobStates = [
  "ordered",
  "submitting",
  "running",
  "fetching",
  "delivering",
  "delivered",
  "failed",
  "cancelled",
  "expired",
] as const;
export type JobState = (typeof jobStates)[number];

/** Everything that can happen to a job. */
export type JobEvent =
  /** Its turn has come; the provider is called after this is committed. */
  | {
      readonly type: "submit";
      readonly callbackTokenHash: string;
      /** Who is to make it; absent: whoever stands in the job's row. */
      readonly chosen?: { readonly offer: Offer; readonly reason: OfferReason };
    }
  /** The provider has taken it. */
  | { readonly type: "started"; readonly reference: string }
  /** The provider has surely not taken it: try again later. */
  | { readonly type: "postponed"; readonly until: Date }
  /** The provider has surely not taken it, and another may at once. */
  | { readonly type: "replaced" }
  | { readonly type: "progressed"; readonly percent: number }
  /** The video is ready at the provider, which may say what it has charged. */
  | { readonly type: "succeeded"; readonly costUsdMicros?: bigint }
  /** The video is here. */
  | { readonly type: "fetched"; readonly video: FetchedVideo }
  /** The video has reached the chat. */
  | { readonly type: "delivered"; readonly messageId: number | undefined; readonly telegramFileId: string | undefined }
  | { readonly type: "failed"; readonly failure: Failure }
  | { readonly type: "cancelled" }
  /** Its deadline has passed. */
  | { readonly type: "expired" };

export interface FetchedVideo {
  readonly mediaId: string;
  readonly thumbnailMediaId: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly durationSeconds: number;
  readonly bytes: number;
  /** Too large for Telegram: it is handed over by a link that is good until then. */
  readonly linkUntil: Date | undefined;
}

/** Why a job failed: stable words, said in the person's language by `studio-failure-<word>`. */
export const failures = [
  "moderation",
  "bad_input",
  "no_credit",
  "unsupported",
  "rate_limited",
  "outage",
  "unclear",
  "lost",
  "provider",
  "too_large",
  "delivery",
  "left",
] as const;
export type Failure = (typeof failures)[number];

const next: Readonly<Record<JobState, Partial<Readonly<Record<JobEvent["type"], JobState>>>>> = {
  ordered: { submit: "submitting", failed: "failed", cancelled: "cancelled", expired: "expired" },
  submitting: {
    started: "running",
    postponed: "ordered",
    replaced: "ordered",
    failed: "failed",
    cancelled: "cancelled",
    expired: "expired",
  },
  running: {
    progressed: "running",
    succeeded: "fetching",
    failed: "failed",
    cancelled: "cancelled",
    expired: "expired",
  },
  fetching: { fetched: "delivering", failed: "failed", cancelled: "cancelled", expired: "expired" },
  // The video may be on the wire: only its delivery's outcome ends this.
  delivering: { delivered: "delivered", failed: "failed" },
  delivered: {},
  failed: {},
  cancelled: {},
  expired: {},
};

/** The state that `event` leads to from `state`; undefined when it comes too late or too early and must change nothing. */
export function nextState(state: JobState, event: JobEvent["type"]): JobState | undefined {
  return next[state][event];
}

export function isEnded(state: JobState): boolean {
  return Object.keys(next[state]).length === 0;
}

/** The person can still stop it without anything having been delivered. */
export function isCancellable(state: JobState): boolean {
  return nextState(state, "cancelled") !== undefined;
}
