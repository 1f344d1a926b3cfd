import { sql } from "kysely";

import { type Db, inTransaction, type Tx } from "../db/index.ts";
import { type Backoff, backoffMs } from "../lib/backoff.ts";
import { toError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import type { Logger } from "../observability/index.ts";
import type { Settlement, SettlementHandler } from "./delivery.ts";
import type { End, Finished } from "./sql/finish.ts";

export interface Settlements {
  /**
   * Tells whoever asked what has become of finished deliveries, in the transaction that finishes them. A handler that
   * fails takes nothing with it: its own changes are rolled back and the outcome is kept to be told again.
   */
  readonly tell: (
    tx: Tx,
    finished: readonly Finished[],
    end: End & { readonly fileId?: string | undefined },
  ) => Promise<void>;
  /** Tells again what is due. @returns how many succeeded. */
  readonly retryDue: (db: Db) => Promise<number>;
}

/** From a minute to an hour: about a day in all, after which the owner's own sweep has to find it. */
const retries: Backoff = { firstMs: 60_000, longestMs: 3_600_000 };
const mostAttempts = 30;

/** @throws when two handlers share a name. */
export function nameHandlers(handlers: readonly SettlementHandler[]): ReadonlyMap<string, SettlementHandler> {
  const byName = new Map<string, SettlementHandler>();
  for (const handler of handlers) {
    if (byName.has(handler.name)) throw new Error(`two settlement handlers are named ${handler.name}`);
    byName.set(handler.name, handler);
  }
  return byName;
}

export interface SettlementsDeps {
  /** Asked when the first delivery is settled: features declare theirs after the engine is made. */
  readonly handlers: () => readonly SettlementHandler[];
  readonly ids: Ids;
  readonly log: Logger;
}

export function createSettlements({ handlers, ids, log }: SettlementsDeps): Settlements {
  /** @returns whether it was told; on false, what the handler did is undone and the transaction goes on. */
  const attempt = async (tx: Tx, name: string, settlement: Settlement): Promise<boolean> => {
    const handler = handlers().find((known) => known.name === name);
    if (handler === undefined) {
      log.error({ handler: name, delivery: settlement.deliveryId }, "no settlement handler has this name");
      return false;
    }
    await sql`savepoint settlement`.execute(tx);
    try {
      await handler.run(tx, settlement);
      await sql`release savepoint settlement`.execute(tx);
      return true;
    } catch (error) {
      log.error({ err: toError(error), handler: name, delivery: settlement.deliveryId }, "a settlement handler failed");
      await sql`rollback to savepoint settlement`.execute(tx);
      return false;
    }
  };

  return {
    tell: async (tx, finished, end) => {
      for (const { id, chat_id: chatId, settle_handler: name, settle_reference: reference } of finished) {
        if (name === null) continue;
        const settlement: Settlement = {
          deliveryId: id,
          reference: reference ?? "",
          state: end.state,
          chatId,
          messageId: end.messageId,
          telegramFileId: end.fileId,
          error: end.error,
        };
        if (await attempt(tx, name, settlement)) continue;
        await sql`
          insert into delivery.settlement (delivery_id, handler, outcome, next_at)
          values (${id}, ${name}, ${JSON.stringify(settlement)}::jsonb, now() + ${retries.firstMs} * interval '1 ms')
        `.execute(tx);
      }
    },
    retryDue: async (db) => {
      const { rows } = await sql<{ delivery_id: number }>`
        select delivery_id from delivery.settlement where next_at <= now() order by next_at limit 100`.execute(db);
      let told = 0;
      for (const { delivery_id: id } of rows) told += (await inTransaction(db, (tx) => retryOne(tx, id))) ? 1 : 0;
      return told;
    },
  };

  async function retryOne(tx: Tx, id: number): Promise<boolean> {
    const { rows } = await sql<{ handler: string; outcome: Settlement; attempts: number }>`
      select handler, outcome, attempts from delivery.settlement
      where delivery_id = ${id} and next_at <= now()
      for update skip locked`.execute(tx);
    const [row] = rows;
    if (row === undefined) return false;
    const told = await attempt(tx, row.handler, row.outcome);
    if (told || row.attempts >= mostAttempts) {
      if (!told)
        log.error(
          { handler: row.handler, delivery: id },
          "a settlement was given up: its owner's sweep has to find it",
        );
      await sql`delete from delivery.settlement where delivery_id = ${id}`.execute(tx);
      return told;
    }
    const delayMs = backoffMs(retries, row.attempts + 1, ids.random());
    await sql`
      update delivery.settlement set attempts = attempts + 1, next_at = now() + ${delayMs} * interval '1 ms'
      where delivery_id = ${id}`.execute(tx);
    return false;
  }
}
