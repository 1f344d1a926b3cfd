import { type RawBuilder, sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";
import type { Language } from "#kernel/lib/language.ts";

import type { Decimal } from "./decimal.ts";

export const signalTypes = ["buy", "sell", "close", "alert"] as const;
export type SignalType = (typeof signalTypes)[number];

export const outcomeKinds = ["target", "stop", "closed", "expired"] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];
export type OutcomeOrigin = "api" | "signal" | "price" | "expiry";

/** What a source says; checked by `check-signal.ts`. */
export interface NewSignal {
  readonly type: SignalType;
  /** In capitals, such as `BTC/USD`. */
  readonly asset: string;
  readonly entryPrice?: Decimal | undefined;
  readonly targetPrice?: Decimal | undefined;
  readonly stopLoss?: Decimal | undefined;
  /** Canonical: `15m`, `1H`, `4H`, `1D`, `1M`. */
  readonly timeframe?: string | undefined;
  /** 0 to 100, two decimals at most. */
  readonly confidence: number;
  readonly sourceModel?: string | undefined;
  readonly performanceCategory?: string | undefined;
  readonly marketContext?: string | undefined;
  readonly notes: readonly string[];
  readonly generatedAt: Date;
  readonly expiresAt?: Date | undefined;
  /** Oldest first, at most 300. */
  readonly candles?: readonly Candle[] | undefined;
}

export interface Candle {
  readonly at: Date;
  readonly open: Decimal;
  readonly high: Decimal;
  readonly low: Decimal;
  readonly close: Decimal;
  readonly volume?: string | undefined;
}

/** A picture that was sent in, the same for all, or charts by the reader's language. */
export type SignalMedia =
  | { readonly kind: "image"; readonly mediaId: string }
  | { readonly kind: "charts"; readonly mediaIds: Readonly<Partial<Record<Language, string>>> };

export interface Outcome {
  readonly kind: OutcomeKind;
  readonly price: Decimal | undefined;
  /** In per cent of the entry, before fees; signed (`-3.20`). Undefined without both prices. */
  readonly returnPercent: string | undefined;
  readonly origin: OutcomeOrigin;
  readonly at: Date;
}

/** As it is kept, without its candles. */
export interface Signal extends Omit<NewSignal, "candles"> {
  readonly id: number;
  readonly source: string;
  readonly demo: boolean;
  readonly media: SignalMedia | undefined;
  readonly createdAt: Date;
  readonly correctedAt: Date | undefined;
  readonly cancelled: { readonly at: Date; readonly reason: string | undefined } | undefined;
  readonly outcome: Outcome | undefined;
  /** For how many chats it was queued. */
  readonly reached: number;
}

interface SignalRow {
  readonly id: number;
  readonly source: string;
  readonly type: SignalType;
  readonly asset: string;
  readonly entry_price: string | null;
  readonly target_price: string | null;
  readonly stop_loss: string | null;
  readonly timeframe: string | null;
  readonly confidence: string;
  readonly source_model: string | null;
  readonly performance_category: string | null;
  readonly market_context: string | null;
  readonly notes: readonly string[];
  readonly media: SignalMedia | null;
  readonly demo: boolean;
  readonly generated_at: Date;
  readonly expires_at: Date | null;
  readonly created_at: Date;
  readonly corrected_at: Date | null;
  readonly cancelled_at: Date | null;
  readonly cancel_reason: string | null;
  readonly reached: number;
  readonly outcome_kind: OutcomeKind | null;
  readonly outcome_price: string | null;
  readonly outcome_return: string | null;
  readonly outcome_origin: OutcomeOrigin | null;
  readonly outcome_at: Date | null;
}

export interface SignalFilter {
  readonly source?: string | undefined;
  readonly types?: readonly SignalType[] | undefined;
  readonly asset?: string | undefined;
  readonly timeframe?: string | undefined;
  readonly model?: string | undefined;
  readonly minConfidence?: number | undefined;
  /** With or without an outcome. */
  readonly ended?: boolean | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** The last id of the page before. */
  readonly beforeId?: number | undefined;
  readonly limit: number;
}

const columns = sql`signal.id, signal.source, signal.type, signal.asset, signal.entry_price, signal.target_price,
  signal.stop_loss, signal.timeframe, signal.confidence, signal.source_model, signal.performance_category,
  signal.market_context, signal.notes, signal.media, signal.demo, signal.generated_at, signal.expires_at,
  signal.created_at, signal.corrected_at, signal.cancelled_at, signal.cancel_reason, signal.reached,
  outcome.kind as outcome_kind, outcome.price as outcome_price, outcome.return_percent as outcome_return,
  outcome.origin as outcome_origin, outcome.at as outcome_at`;

export async function findSignal(db: Db, id: number): Promise<Signal | undefined> {
  const { rows } = await sql<SignalRow>`
    select ${columns} from signals.signal left join signals.outcome on outcome.signal_id = signal.id
    where signal.id = ${id}`.execute(db);
  return rows[0] && signalFrom(rows[0]);
}

/** Newest first. */
export async function listSignals(db: Db, filter: SignalFilter): Promise<readonly Signal[]> {
  const { rows } = await sql<SignalRow>`
    select ${columns} from signals.signal left join signals.outcome on outcome.signal_id = signal.id
    where ${conditionsOf(filter)} order by signal.id desc limit ${filter.limit}`.execute(db);
  return rows.map(signalFrom);
}

/** Of a chart; undefined when the signal has none. */
export async function readCandles(db: Db, signalId: number): Promise<readonly Candle[] | undefined> {
  const { rows } = await sql<{ candles: readonly StoredCandle[] | null }>`
    select candles from signals.signal where id = ${signalId}`.execute(db);
  return rows[0]?.candles?.map(([at, open, high, low, close, volume]) => ({
    at: new Date(at * 1000),
    open,
    high,
    low,
    close,
    ...(volume !== null && { volume }),
  }));
}

type StoredCandle = readonly [
  at: number,
  open: Decimal,
  high: Decimal,
  low: Decimal,
  close: Decimal,
  volume: string | null,
];

export function candlesToJson(candles: readonly Candle[]): string {
  const stored = candles.map(({ at, open, high, low, close, volume }): StoredCandle => {
    return [at.getTime() / 1000, open, high, low, close, volume ?? null];
  });
  return JSON.stringify(stored);
}

function conditionsOf(filter: SignalFilter): RawBuilder<unknown> {
  const { source, types, asset, timeframe, model, minConfidence, ended, from, to, beforeId } = filter;
  const conditions = [
    source !== undefined && sql`signal.source = ${source}`,
    types !== undefined && types.length > 0 && sql`signal.type = any(${types})`,
    asset !== undefined && sql`signal.asset = ${asset}`,
    timeframe !== undefined && sql`signal.timeframe = ${timeframe}`,
    model !== undefined && sql`signal.source_model = ${model}`,
    minConfidence !== undefined && sql`signal.confidence >= ${minConfidence}::numeric`,
    ended !== undefined && sql`(outcome.signal_id is not null) = ${ended}::boolean`,
    from !== undefined && sql`signal.created_at >= ${from}`,
    to !== undefined && sql`signal.created_at < ${to}`,
    beforeId !== undefined && sql`signal.id < ${beforeId}`,
  ].filter((condition) => condition !== false);
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `);
}

function signalFrom(row: SignalRow): Signal {
  return {
    id: row.id,
    source: row.source,
    type: row.type,
    asset: row.asset,
    entryPrice: row.entry_price ?? undefined,
    targetPrice: row.target_price ?? undefined,
    stopLoss: row.stop_loss ?? undefined,
    timeframe: row.timeframe ?? undefined,
    confidence: Number(row.confidence),
    sourceModel: row.source_model ?? undefined,
    performanceCategory: row.performance_category ?? undefined,
    marketContext: row.market_context ?? undefined,
    notes: row.notes,
    media: row.media ?? undefined,
    demo: row.demo,
    generatedAt: row.generated_at,
    expiresAt: row.expires_at ?? undefined,
    createdAt: row.created_at,
    correctedAt: row.corrected_at ?? undefined,
    cancelled: row.cancelled_at === null ? undefined : { at: row.cancelled_at, reason: row.cancel_reason ?? undefined },
    outcome: outcomeFrom(row),
    reached: row.reached,
  };
}

function outcomeFrom(row: SignalRow): Outcome | undefined {
  if (row.outcome_kind === null || row.outcome_at === null || row.outcome_origin === null) return undefined;
  return {
    kind: row.outcome_kind,
    price: row.outcome_price ?? undefined,
    returnPercent: row.outcome_return ?? undefined,
    origin: row.outcome_origin,
    at: row.outcome_at,
  };
}
