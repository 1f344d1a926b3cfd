import { sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";

import type { Decimal } from "./decimal.ts";
import type { OutcomeKind, SignalType } from "./signal.ts";

export type Decision = "took" | "skipped";

/** One signal somebody has decided about. */
export interface Position {
  readonly signalId: number;
  readonly type: SignalType;
  readonly asset: string;
  readonly decision: Decision;
  readonly decidedAt: Date;
  readonly entryPrice: Decimal | undefined;
  readonly outcome: { readonly kind: OutcomeKind; readonly at: Date; readonly price: Decimal | undefined } | undefined;
  /** Of the outcome; while it runs, of the latest posted price. In per cent, before fees, signed. */
  readonly returnPercent: string | undefined;
  /** The latest posted price while it runs. */
  readonly lastPrice: Decimal | undefined;
}

/** The first press of a button under a signal: the nearest thing to a read receipt. Nothing for a signal that is none. */
export async function noteReading(
  tx: Tx,
  of: { readonly signalId: number; readonly chatId: number; readonly now: Date },
): Promise<void> {
  await sql`
    insert into signals.reading (signal_id, chat_id, read_at)
    select id, ${of.chatId}::bigint, ${of.now}::timestamptz from signals.signal where id = ${of.signalId}
    on conflict (signal_id, chat_id) do nothing`.execute(tx);
}

/**
 * Takes or skips a signal; the last word counts.
 * @returns `unchanged` when he had said so before, `unknown` when there is no such signal to buy or sell.
 */
export async function decide(
  tx: Tx,
  of: { readonly userId: number; readonly signalId: number; readonly decision: Decision; readonly now: Date },
): Promise<"noted" | "unchanged" | "unknown"> {
  const { rows } = await sql<{ changed: boolean }>`
    with subject as (
      select id, entry_price from signals.signal
      where id = ${of.signalId} and type in ('buy', 'sell') and cancelled_at is null
    ), before as (
      select decision from signals.portfolio where user_id = ${of.userId} and signal_id = ${of.signalId}
    ), noted as (
      insert into signals.portfolio as known (user_id, signal_id, decision, entry_price, decided_at)
      select ${of.userId}::bigint, id, ${of.decision}::text, entry_price, ${of.now}::timestamptz from subject
      on conflict (user_id, signal_id) do update set
        decision = excluded.decision, entry_price = excluded.entry_price, decided_at = excluded.decided_at
      where known.decision <> excluded.decision
    )
    select coalesce((select decision from before) <> ${of.decision}::text, true) as changed from subject`.execute(tx);
  const [row] = rows;
  if (row === undefined) return "unknown";
  return row.changed ? "noted" : "unchanged";
}

interface PositionRow {
  readonly signal_id: number;
  readonly type: SignalType;
  readonly asset: string;
  readonly decision: Decision;
  readonly decided_at: Date;
  readonly entry_price: string | null;
  readonly kind: OutcomeKind | null;
  readonly at: Date | null;
  readonly price: string | null;
  readonly return_percent: string | null;
  readonly last_price: string | null;
}

/** Newest decision first. @param open only those without an outcome. */
export async function readPortfolio(
  db: Db,
  of: { readonly userId: number; readonly decision?: Decision; readonly open?: boolean; readonly limit: number },
): Promise<readonly Position[]> {
  const { userId, decision, open, limit } = of;
  const { rows } = await sql<PositionRow>`
    select portfolio.signal_id, signal.type, signal.asset, portfolio.decision, portfolio.decided_at,
      portfolio.entry_price, outcome.kind, outcome.at, outcome.price,
      case
        when outcome.signal_id is not null then outcome.return_percent
        else signals.return_percent(signal.type, portfolio.entry_price, latest.price)
      end as return_percent,
      case when outcome.signal_id is null then latest.price end as last_price
    from signals.portfolio
    join signals.signal on signal.id = portfolio.signal_id
    left join signals.outcome on outcome.signal_id = portfolio.signal_id
    left join lateral (
      select price from signals.price where asset = signal.asset order by at desc limit 1
    ) as latest on outcome.signal_id is null
    where portfolio.user_id = ${userId} and signal.cancelled_at is null
      and ${decision === undefined ? sql`true` : sql`portfolio.decision = ${decision}`}
      and ${open === undefined ? sql`true` : sql`(outcome.signal_id is null) = ${open}`}
    order by portfolio.decided_at desc, portfolio.signal_id desc limit ${limit}`.execute(db);
  return rows.map((row) => ({
    signalId: row.signal_id,
    type: row.type,
    asset: row.asset,
    decision: row.decision,
    decidedAt: row.decided_at,
    entryPrice: row.entry_price ?? undefined,
    outcome:
      row.kind === null || row.at === null ? undefined : { kind: row.kind, at: row.at, price: row.price ?? undefined },
    returnPercent: row.return_percent ?? undefined,
    lastPrice: row.last_price ?? undefined,
  }));
}
