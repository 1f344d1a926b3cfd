import { sql } from "kysely";
import { z } from "zod";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Revision } from "#kernel/delivery/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";

import type { SignalAnnouncer } from "../announcer.ts";
import type { Version } from "../match.ts";
import { signalTopic } from "../notifications.ts";
import { keepContents, readerOf } from "../publish.ts";
import type { MakeMedia } from "../signal-media.ts";
import { findSignal, type Signal } from "../signal.ts";

const payload = z.object({
  signalId: z.int(),
  /** The second look, after what was on the wire during the first has landed. */
  since: z.iso.datetime().optional(),
});
export type ShowSignal = z.input<typeof payload>;

export interface ShowSignalDeps extends Pick<Kernel, "db" | "clock" | "delivery" | "jobs"> {
  readonly announcer: SignalAnnouncer;
  readonly makeMedia: MakeMedia;
}

/** Longer than a call to Telegram takes. */
const secondLookMs = 30_000;
/** Results are written down a moment after they are known. */
const marginMs = 10_000;

/**
 * Brings what people have got in line with the signal as it stands: messages are edited, what waits is replaced, or not
 * sent any more when the signal is over, and the end is told as an answer. Behind new signals (lane `report`) when it is
 * only the end that is told: those must not wait for a hundred thousand edits. What is shown is noted in the transaction
 * that queues it, so a repeat of the job queues nothing twice.
 */
export function makeShowSignal(deps: ShowSignalDeps): Job<ShowSignal> {
  const { db, clock } = deps;
  const job: Job<ShowSignal> = defineJob({
    name: "signals.show-signal",
    payload,
    run: async ({ signalId, since }) => {
      await redraw(deps, signalId);
      await inTransaction(db, async (tx) => {
        const shown = await lockShown(tx, signalId);
        const signal = await findSignal(tx, signalId);
        if (shown === undefined || signal === undefined) return;
        const state = stateOf(signal);
        if (since === undefined && state === shown) return;
        await show(deps, tx, { signal, since: since === undefined ? undefined : new Date(since) });
        if (since !== undefined) return;
        await sql`update signals.signal set shown = ${state} where id = ${signalId}`.execute(tx);
        const now = clock.now();
        await deps.jobs.enqueue(
          tx,
          job,
          { signalId, since: new Date(now.getTime() - marginMs).toISOString() },
          { runAt: new Date(now.getTime() + secondLookMs) },
        );
      });
    },
  });
  return job;
}

/** Everything of a signal that changes after it went out. */
function stateOf({ correctedAt, cancelled, outcome }: Signal): string {
  if (cancelled !== undefined) return "cancelled";
  return outcome === undefined ? `corrected ${correctedAt?.toISOString() ?? "never"}` : `ended ${outcome.kind}`;
}

async function lockShown(tx: Tx, signalId: number): Promise<string | undefined> {
  const { rows } = await sql<{ shown: string }>`
    select shown from signals.signal where id = ${signalId} for no key update`.execute(tx);
  return rows[0]?.shown;
}

/** The levels in the chart have moved. */
async function redraw({ db, makeMedia }: ShowSignalDeps, signalId: number): Promise<void> {
  const signal = await findSignal(db, signalId);
  if (signal?.correctedAt === undefined || signal.media?.kind !== "charts") return;
  const { rows } = await sql<{ current: boolean }>`
    select drawn_at >= corrected_at as current from signals.signal where id = ${signalId}`.execute(db);
  if (rows[0]?.current === true) return;
  await makeMedia.redraw(signal);
}

async function show(
  { delivery, announcer }: ShowSignalDeps,
  tx: Tx,
  { signal, since }: { readonly signal: Signal; readonly since: Date | undefined },
): Promise<void> {
  const groups = await readGroups(tx, signal.id);
  const revisions = groups.map(({ contentIds, version }): Revision => {
    return { contentIds, content: announcer.signal(signal, readerOf(version)) };
  });
  if (revisions.length === 0) return;
  const isOver = signal.cancelled !== undefined || signal.outcome !== undefined;
  const lane = signal.outcome === undefined ? "signal" : "report";
  const sentSince = since !== undefined && { sentSince: since };
  if (isOver) {
    const answers = groups.map(({ contentIds, version }): Revision => {
      return { contentIds, content: announcer.news(signal, readerOf(version)) };
    });
    await delivery.batches.answer(tx, answers, { topic: signalTopic, lane, ...sentSince });
  }
  // Last, because it holds the sender up until the end of the transaction.
  const made = await delivery.batches.revise(tx, revisions, {
    topic: signalTopic,
    lane,
    waiting: isOver ? "withdraw" : "replace",
    ...sentSince,
  });
  if (made.length > 0) {
    await keepContents(tx, signal.id, { versions: groups.map(({ version }) => version), contentIds: made });
  }
}

interface Group {
  readonly version: Omit<Version, "hushed">;
  readonly contentIds: readonly number[];
}

async function readGroups(tx: Tx, signalId: number): Promise<readonly Group[]> {
  const { rows } = await sql<{
    language: Version["reads"];
    format: Version["format"];
    time_zone: string;
    place: Version["place"];
    content_ids: readonly string[];
  }>`
    select language, format, time_zone, place, array_agg(content_id order by content_id) as content_ids
    from signals.content where signal_id = ${signalId} group by 1, 2, 3, 4`.execute(tx);
  return rows.map(({ language, format, time_zone: zone, place, content_ids: ids }) => ({
    version: { reads: language, format, zone, place },
    // Arrays of bigint are read as text.
    contentIds: ids.map(Number),
  }));
}
