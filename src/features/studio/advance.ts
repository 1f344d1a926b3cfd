import { type RawBuilder, sql } from "kysely";

import { afterCommit, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import type { JobAnnouncer } from "./announcer.ts";
import { isEnded, type JobEvent, type JobState, nextState } from "./job-state.ts";
import { findJob, holdReference, isInGroup, lockJob, type VideoJob } from "./job.ts";
import type { ShowJob } from "./show-job.ts";

/** Background work that follows from a job's new state, queued in the same transaction. */
export interface JobFollowUp {
  /** A place has become free, or somebody waits for one; `at`: will wait for one from then on. */
  readonly dispatch: (tx: Tx, at?: Date) => Promise<void>;
  readonly start: (tx: Tx, job: VideoJob) => Promise<void>;
  /** From now on this is the planned look: the ones planned before plan none after them. */
  readonly poll: (tx: Tx, jobId: string, at: Date) => Promise<void>;
  /** One more look, now, whatever is planned. */
  readonly nudge: (tx: Tx, jobId: string) => Promise<void>;
  readonly fetch: (tx: Tx, jobId: string) => Promise<void>;
  /** The provider may stop, and delete what it has; `reference`: of a start that the job does not know of. */
  readonly tidy: (tx: Tx, jobId: string, reference?: string) => Promise<void>;
}

export interface AdvanceDeps extends Pick<Kernel, "ledger" | "media" | "clock"> {
  readonly announcer: Pick<JobAnnouncer, "sendVideo" | "settleInPrivate">;
  readonly showJob: ShowJob;
  readonly followUp: JobFollowUp;
  readonly firstPollMs: number;
  /** Counted after the commit. */
  readonly onEnded: (job: VideoJob) => void;
}

export type Advanced =
  | { readonly ok: true; readonly job: VideoJob; readonly from: JobState }
  /** `too_late`: the job is not where this event makes a difference; nothing was changed. */
  | { readonly ok: false; readonly reason: "unknown" | "too_late"; readonly job: VideoJob | undefined };

/** Moves a job by one event. The only place where a job's state changes. */
export type Advance = (tx: Tx, jobId: string, event: JobEvent) => Promise<Advanced>;

/** Steps that are soon followed by another, or are one of many: seen only by those who look at a card for long. */
const passing: ReadonlySet<JobEvent["type"]> = new Set(["submit", "progressed", "succeeded"]);

/**
 * The state, what the ledger does about it, the card, and the work that follows share the caller's transaction: they all
 * happen or none does. Locks the job's row first, then the ledger's account: everybody does it in that order.
 * An event that comes twice or too late changes nothing, so callbacks, polls, retries and double clicks may race.
 */
export function makeAdvance(deps: AdvanceDeps): Advance {
  return async (tx, jobId, event) => {
    const before = await lockJob(tx, jobId);
    const state = before && nextState(before.state, event.type);
    if (before === undefined || state === undefined) {
      return { ok: false, reason: before === undefined ? "unknown" : "too_late", job: before };
    }
    await write(tx, deps, { jobId, state, event });
    const job = await findJob(tx, jobId);
    if (job === undefined) throw new Error("a job vanished while it was locked");
    await eraseMedia(tx, deps, { before, job });
    if (isEnded(state)) await end(tx, deps, job);
    else await goOn(tx, deps, { job, event });
    await deps.showJob(tx, job, passing.has(event.type) ? "calmly" : "now");
    return { ok: true, job, from: before.state };
  };
}

interface Change {
  readonly jobId: string;
  readonly state: JobState;
  readonly event: JobEvent;
}

async function write(tx: Tx, { clock }: AdvanceDeps, { jobId, state, event }: Change): Promise<void> {
  const now = clock.now();
  const set = (assignments: ReturnType<typeof sql>): Promise<unknown> =>
    sql`update studio.job set state = ${state}, looked_at = ${now}, ${assignments} where id = ${jobId}`.execute(tx);
  // Nobody needs what was asked for once the video is here, or will not be.
  const forgotten = sql`prompt = null, image_file_id = null, image_media_id = null`;
  const ended = sql`finished_at = ${now}, called_back_as = null, ${forgotten}, thumbnail_media_id = null`;
  const gone = sql`${ended}, result_media_id = null, link_until = null, link_bytes = null`;
  switch (event.type) {
    case "submit":
      await set(sql`
        callback_token_hash = ${event.callbackTokenHash}, submitted_at = null, unclear_at = null, called_back_as = null,
        is_blocked = false${chosenBy(event)}`);
      return;
    case "started":
      await set(sql`provider_reference = ${event.reference}`);
      return;
    case "postponed":
      await set(sql`not_before = ${event.until}, setbacks = setbacks + 1, tried_models = '{}', submitted_at = null`);
      return;
    case "replaced":
      // A setback too: the tries are bounded whoever is tried, and each has a name of its own (see follow-up.ts).
      await set(sql`
        tried_models = array_append(tried_models, coalesce(stand_in, model)),
        setbacks = setbacks + 1, submitted_at = null`);
      return;
    case "progressed":
      // A late poll must not move the bar back.
      await set(sql`progress = greatest(progress, ${clampPercent(event.percent)})`);
      return;
    case "succeeded":
      await set(sql`progress = 100, cost_usd_micros = coalesce(${orNull(event.costUsdMicros)}, cost_usd_micros)`);
      return;
    case "fetched": {
      const { mediaId, thumbnailMediaId, linkUntil, bytes } = event.video;
      await set(sql`
        ${forgotten}, result_media_id = ${mediaId}, thumbnail_media_id = ${orNull(thumbnailMediaId)},
        link_until = ${orNull(linkUntil)}, link_bytes = ${linkUntil === undefined ? null : bytes}`);
      return;
    }
    case "delivered":
      // Behind a link it stays until the link is over (see the sweep).
      await set(sql`
        ${ended}, message_id = ${orNull(event.messageId)},
        telegram_file_id = case when link_until is null then ${orNull(event.telegramFileId)}::text end,
        result_media_id = case when link_until is not null then result_media_id end`);
      return;
    case "failed":
      await set(sql`${gone}, failure = ${event.failure}`);
      return;
    case "cancelled":
    case "expired":
      await set(gone);
      return;
  }
}

/** Whoever made it before is forgotten with what he would have cost. */
function chosenBy({ chosen }: Extract<JobEvent, { type: "submit" }>): RawBuilder<unknown> {
  if (chosen === undefined) return sql``;
  const { offer, reason } = chosen;
  return sql`,
    stand_in = nullif(${offer.model}, model), provider = ${offer.provider}, cost_usd_micros = ${offer.costUsdMicros},
    offer_reason = ${reason}`;
}

function orNull<T>(value: T | undefined): T | null {
  return value ?? null;
}

/** The bytes of what the row does not name any more. */
async function eraseMedia(
  tx: Tx,
  { media }: AdvanceDeps,
  { before, job }: { readonly before: VideoJob; readonly job: VideoJob },
): Promise<void> {
  for (const key of ["imageMediaId", "resultMediaId", "thumbnailMediaId"] as const) {
    const id = before[key];
    if (id !== undefined && job[key] === undefined) await media.erase(tx, id);
  }
}

/** What a job that goes on needs next. */
async function goOn(
  tx: Tx,
  { announcer, followUp, media, clock, firstPollMs }: AdvanceDeps,
  { job, event }: { readonly job: VideoJob; readonly event: JobEvent },
): Promise<void> {
  switch (event.type) {
    case "submit":
      await followUp.start(tx, job);
      return;
    case "postponed":
      // Its place is somebody else's now, and it wants one again later.
      await followUp.dispatch(tx);
      await followUp.dispatch(tx, event.until);
      return;
    case "replaced":
      await followUp.dispatch(tx);
      return;
    case "started":
      await followUp.poll(tx, job.id, new Date(clock.now().getTime() + firstPollMs));
      return;
    case "succeeded":
      await followUp.fetch(tx, job.id);
      return;
    case "fetched": {
      const { video } = event;
      await media.keep(tx, video.mediaId);
      if (video.thumbnailMediaId !== undefined) await media.keep(tx, video.thumbnailMediaId);
      const deliveryId = await announcer.sendVideo(tx, job, video);
      await sql`update studio.job set delivery_id = ${deliveryId} where id = ${job.id}`.execute(tx);
      // Only making it takes a place.
      await followUp.dispatch(tx);
      return;
    }
    case "progressed":
    case "delivered":
    case "failed":
    case "cancelled":
    case "expired":
      return;
  }
}

/** Money, then what is kept of it: nothing but the numbers. */
async function end(tx: Tx, { ledger, followUp, announcer, onEnded }: AdvanceDeps, job: VideoJob): Promise<void> {
  if (job.price > 0n) {
    const outcome = job.state === "delivered" ? "captured" : job.state === "expired" ? "expired" : "released";
    await ledger.settleHold(tx, holdReference(job.id), outcome);
  }
  if (isInGroup(job)) await announcer.settleInPrivate(tx, job);
  await followUp.tidy(tx, job.id);
  await followUp.dispatch(tx);
  afterCommit(tx, () => {
    onEnded(job);
  });
}

function clampPercent(percent: number): number {
  return Math.min(Math.max(Math.round(percent), 0), 100);
}
