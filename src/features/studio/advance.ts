import { sql } from "kysely";

import { afterCommit, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import { type FetchedVideo, isEnded, type JobEvent, type JobState, nextState } from "./job-state.ts";
import { findJob, holdReference, lockJob, type VideoJob } from "./job.ts";

/** How people hear of a job; the chat side fulfils it. Both only write to the outbox. */
export interface JobAnnouncer {
  /** Shows or refreshes the job's card. */
  readonly showCard: (tx: Tx, job: VideoJob) => Promise<void>;
  /** Queues the finished video; its settlement ends the job. @returns the delivery's id. */
  readonly sendVideo: (tx: Tx, job: VideoJob, video: FetchedVideo) => Promise<number>;
}

/** Background work that follows from a job's new state, queued in the same transaction. */
export interface JobFollowUp {
  /** A place has become free, or somebody waits for one. */
  readonly dispatch: (tx: Tx) => Promise<void>;
  readonly start: (tx: Tx, jobId: string) => Promise<void>;
  readonly poll: (tx: Tx, jobId: string, runAt: Date) => Promise<void>;
  readonly fetch: (tx: Tx, jobId: string) => Promise<void>;
  /** The provider may stop, and delete what it has. */
  readonly tidy: (tx: Tx, jobId: string) => Promise<void>;
}

export interface AdvanceDeps extends Pick<Kernel, "ledger" | "media" | "clock"> {
  readonly announcer: JobAnnouncer;
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
    if (isEnded(state)) await end(tx, deps, { job, before });
    else await goOn(tx, deps, { job, event });
    // Progress that nobody would see as progress is not worth an edit.
    if (event.type !== "progressed" || job.progress !== before.progress) await deps.announcer.showCard(tx, job);
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
  const ended = sql`finished_at = ${now}, prompt = null, image_file_id = null, image_media_id = null, result_media_id = null, thumbnail_media_id = null`;
  switch (event.type) {
    case "submit":
      await set(sql`callback_token_hash = ${event.callbackTokenHash}, submitted_at = null`);
      return;
    case "started":
      await set(sql`provider_reference = ${event.reference}`);
      return;
    case "postponed":
      await set(sql`not_before = ${event.until}, setbacks = setbacks + 1, submitted_at = null`);
      return;
    case "progressed":
      // A late poll must not move the bar back.
      await set(sql`progress = greatest(progress, ${clampPercent(event.percent)})`);
      return;
    case "succeeded":
      await set(sql`progress = 100`);
      return;
    case "fetched":
      await set(
        sql`result_media_id = ${event.video.mediaId}, thumbnail_media_id = ${event.video.thumbnailMediaId ?? null}`,
      );
      return;
    case "delivered":
      await set(
        sql`${ended}, message_id = ${event.messageId ?? null}, telegram_file_id = ${event.telegramFileId ?? null}`,
      );
      return;
    case "failed":
      await set(sql`${ended}, failure = ${event.failure}`);
      return;
    case "cancelled":
    case "expired":
      await set(ended);
      return;
  }
}

/** What a job that goes on needs next. */
async function goOn(
  tx: Tx,
  { announcer, followUp, media, clock, firstPollMs }: AdvanceDeps,
  { job, event }: { readonly job: VideoJob; readonly event: JobEvent },
): Promise<void> {
  if (event.type === "submit") await followUp.start(tx, job.id);
  if (event.type === "postponed") await followUp.dispatch(tx);
  if (event.type === "started") await followUp.poll(tx, job.id, new Date(clock.now().getTime() + firstPollMs));
  if (event.type === "succeeded") await followUp.fetch(tx, job.id);
  if (event.type === "fetched") {
    await media.keep(tx, event.video.mediaId);
    if (event.video.thumbnailMediaId !== undefined) await media.keep(tx, event.video.thumbnailMediaId);
    const deliveryId = await announcer.sendVideo(tx, job, event.video);
    await sql`update studio.job set delivery_id = ${deliveryId} where id = ${job.id}`.execute(tx);
  }
}

/** Money, then what is kept of it: nothing but the numbers. */
async function end(
  tx: Tx,
  { ledger, media, followUp, onEnded }: AdvanceDeps,
  { job, before }: { readonly job: VideoJob; readonly before: VideoJob },
): Promise<void> {
  if (job.price > 0n) {
    const outcome = job.state === "delivered" ? "captured" : job.state === "expired" ? "expired" : "released";
    await ledger.settleHold(tx, holdReference(job.id), outcome);
  }
  for (const id of [before.imageMediaId, before.resultMediaId, before.thumbnailMediaId]) {
    if (id !== undefined) await media.erase(tx, id);
  }
  await followUp.tidy(tx, job.id);
  await followUp.dispatch(tx);
  afterCommit(tx, () => {
    onEnded(job);
  });
}

function clampPercent(percent: number): number {
  return Math.min(Math.max(Math.round(percent), 0), 100);
}
