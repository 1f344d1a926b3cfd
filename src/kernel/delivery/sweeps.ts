import { sql } from "kysely";

import { afterCommit, type Db, inTransaction, type Tx } from "../db/index.ts";
import type { Translate } from "../lib/texts.ts";
import type { Candidate } from "./horizon.ts";
import { releaseHeld } from "./release-held.ts";
import type { Settlements } from "./settlements.ts";
import { finish } from "./sql/finish.ts";
import { rejudge, type Rejudged } from "./sql/judge.ts";

export interface SweepsDeps {
  readonly db: Db;
  readonly settlements: Settlements;
  /** What is about to leave or on the wire: left alone. */
  readonly busy: () => readonly number[];
  readonly offer: (candidate: Candidate) => void;
  readonly textsOf: (db: Db, chatId: number) => Promise<Translate>;
}

/**
 * What happens to deliveries without anything being sent: refused and expired ones end, those whose time has come are
 * released, those whose verdict has run out are judged again. Only the sender does this, so everything that ends, ends
 * in one place.
 */
export interface Sweeps {
  /** @returns in how many milliseconds the next one is due, as far as known. */
  readonly run: () => Promise<number | undefined>;
}

const perTransaction = 500;

export function createSweeps({ db, settlements, busy, offer, textsOf }: SweepsDeps): Sweeps {
  const finishRefused = async (): Promise<number> =>
    await byIndex(db, async (tx) => {
      const { rows } = await sql<{ refusal: string; ids: readonly number[] }>`
        select refusal, array_agg(id) as ids from (
          select id, refusal from delivery.outbox
          where refusal is not null and id <> all(${busy()})
          order by id limit ${perTransaction}
        ) as refused
        group by refusal`.execute(tx);
      let count = 0;
      for (const { refusal, ids } of rows) {
        const end = { state: "suppressed", error: refusal } as const;
        const finished = await finish(tx, sql`o.id = any(${ids})`, end);
        await settlements.tell(tx, finished, end);
        count += finished.length;
      }
      return count;
    });

  const finishExpired = async (): Promise<number> =>
    await byIndex(db, async (tx) => {
      const end = { state: "expired" } as const;
      const finished = await finish(
        tx,
        sql`o.id in (
          select id from delivery.outbox where expires_at <= now() and digest_id is null and id <> all(${busy()})
          order by expires_at limit ${perTransaction}
        )`,
        end,
      );
      await settlements.tell(tx, finished, end);
      return finished.length;
    });

  /** Told after the commit, and only then. */
  const offerAll = (tx: Tx, rows: readonly Rejudged[]): void => {
    const open = rows.filter(({ state, refusal }) => state === "queued" && refusal === null);
    afterCommit(tx, () => {
      for (const { id, lane, chat_id: chatId, content_id: contentId } of open) {
        offer({ id, lane, chatId, contentId, edit: false, fileless: false, waitMs: 0 });
      }
    });
  };

  const judge = async (): Promise<number> =>
    await byIndex(db, async (tx) => {
      const rows = await judgeDue(tx, busy());
      offerAll(tx, rows);
      return rows.length;
    });

  const release = async (): Promise<void> => {
    for (let more = true; more;) {
      more = await byIndex(db, async (tx) => {
        const released = await releaseHeld(tx, textsOf);
        offerAll(tx, released.rows);
        return released.more;
      });
    }
  };

  const untilDone = async (step: () => Promise<number>): Promise<void> => {
    while ((await step()) >= perTransaction);
  };

  return {
    run: async () => {
      await untilDone(finishRefused);
      await untilDone(finishExpired);
      await untilDone(judge);
      await release();
      await settlements.retryDue(db);
      return await byIndex(db, nextDue);
    },
  };
}

/**
 * What a sweep looks for is rare and has an index of its own; a plan from when the queue was empty would read all of it,
 * with every processor, each second.
 */
async function byIndex<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return await inTransaction(db, async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx);
    return await work(tx);
  });
}

async function nextDue(tx: Tx): Promise<number | undefined> {
  const { rows } = await sql<{ due_ms: number | null }>`
    select extract(epoch from min(not_before) - now())::float8 * 1000 as due_ms
    from delivery.outbox where state <> 'queued'`.execute(tx);
  return rows[0]?.due_ms ?? undefined;
}

/** Releases what was made for later, and judges what quiet hours concern from now on. */
async function judgeDue(tx: Tx, busy: readonly number[]): Promise<readonly Rejudged[]> {
  return await rejudge(
    tx,
    sql`
      (select id from delivery.outbox where state = 'delayed' and not_before <= now()
        order by not_before limit ${perTransaction})
      union all
      (select id from delivery.outbox where state = 'queued' and quiet_at <= now() and id <> all(${busy})
        order by quiet_at limit ${perTransaction})
      limit ${perTransaction}`,
  );
}
