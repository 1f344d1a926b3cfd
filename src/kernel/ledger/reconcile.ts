import { sql } from "kysely";
import { z } from "zod";

import { type Db, inTransaction } from "../db/index.ts";
import { defineJob, type Job } from "../jobs/index.ts";
import { compareLine, type CompareDeps } from "./compare-line.ts";
import { compareTotals } from "./compare-totals.ts";
import type { LedgerParts } from "./deps.ts";
import type { ReportDrift } from "./findings.ts";
import type { StarTransaction } from "./ledger.ts";
import { starsSettings } from "./settings.ts";
import { type ListPosition, overlapStart, pageSize, readPosition } from "./star-list.ts";

export interface ReconcileDeps extends CompareDeps, Pick<LedgerParts, "db" | "gateway" | "settings" | "clock"> {
  readonly reportDrift: ReportDrift;
}

/** One run reads at most this many pages (20,000 lines); the next one goes on from there. */
const longestRun = 200;

/**
 * Every three minutes: reads on in Telegram's list of Star transactions and compares each line with the ledger. Lines are
 * keyed by id and direction and compared once; a run that dies in the middle reads them again and changes nothing.
 */
export function makeReconcileJob(deps: ReconcileDeps): Job<Record<string, never>> {
  return defineJob({
    name: "ledger.reconcile-stars",
    payload: z.object({}),
    // The next run is the retry.
    maxAttempts: 1,
    timeoutSeconds: 600,
    concurrency: 2,
    run: async (_, { log, signal }) => {
      const outcome = await readOn(deps, signal);
      if (outcome.restarted) log.warn("the list of star transactions is another one: read from its start");
      if (outcome.compared > 0) log.info({ lines: outcome.compared }, "star transactions were compared");
      if (outcome.reachedEnd) await compareTotals(deps, { linesCompared: outcome.compared });
    },
  });
}

interface Outcome {
  readonly compared: number;
  readonly restarted: boolean;
  readonly reachedEnd: boolean;
}

async function readOn(deps: ReconcileDeps, signal: AbortSignal): Promise<Outcome> {
  const { reconcileAfterSeconds } = await deps.settings.read(starsSettings);
  const newest = new Date(deps.clock.now().getTime() - reconcileAfterSeconds * 1000);
  let position = await readPosition(deps.db);
  let compared = 0;
  let restarted = false;
  for (let pages = 0; pages < longestRun && !signal.aborted; pages += 1) {
    const from = overlapStart(position.offset);
    const page = await deps.gateway.transactions(from, pageSize);
    const fresh = await unknownLines(deps.db, page);
    if (!restarted && isAnotherList({ page, fresh, overlapping: position.offset - from })) {
      position = await restart(deps, position);
      restarted = true;
      continue;
    }
    // Chronological: the first line that is too young ends what can be judged now.
    const settled = page.findIndex(({ at }) => at > newest);
    const ready = settled === -1 ? page : page.slice(0, settled);
    for (const line of ready) {
      if (!fresh.has(line)) continue;
      await inTransaction(deps.db, async (tx) => {
        await compareLine(tx, deps, line);
      });
      compared += 1;
    }
    position = await advance(deps.db, position, from + ready.length);
    if (ready.length < pageSize) return { compared, restarted, reachedEnd: true };
  }
  return { compared, restarted, reachedEnd: false };
}

async function unknownLines(db: Db, page: readonly StarTransaction[]): Promise<ReadonlySet<StarTransaction>> {
  const ids = page.map(({ id }) => id);
  const { rows } = await sql<{ id: string; direction: string }>`
    select id, direction from ledger.star_transaction where id = any(${ids}::text[])`.execute(db);
  const known = new Set(rows.map(({ id, direction }) => `${direction} ${id}`));
  return new Set(page.filter(({ id, direction }) => !known.has(`${direction} ${id}`)));
}

/**
 * Telegram's list only grows. One that has none of the lines that we know near where we read them (it may have no lines
 * there at all) is the list of another bot, or of a sandbox that forgets everything when it stops.
 */
function isAnotherList({
  page,
  fresh,
  overlapping,
}: {
  readonly page: readonly StarTransaction[];
  readonly fresh: ReadonlySet<StarTransaction>;
  readonly overlapping: number;
}): boolean {
  return overlapping > 0 && page.slice(0, overlapping).every((line) => fresh.has(line));
}

/**
 * What was paid before cannot be expected in the new list; what stands in both is known by its key. Of two runs that see
 * it, one restarts.
 */
async function restart({ db, clock }: ReconcileDeps, { list }: ListPosition): Promise<ListPosition> {
  await sql`
    update ledger.reconciliation set next_offset = 0, list_number = list_number + 1, list_began_at = ${clock.now()}
    where list_number = ${list}`.execute(db);
  return await readPosition(db);
}

/** Never backwards, and only if nobody restarted the list meanwhile. */
async function advance(db: Db, position: ListPosition, next: number): Promise<ListPosition> {
  if (next <= position.offset) return position;
  await sql`
    update ledger.reconciliation set next_offset = ${next}
    where list_number = ${position.list} and next_offset < ${next}`.execute(db);
  return { ...position, offset: next };
}
