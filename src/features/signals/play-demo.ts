import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import type { DemoPlayed } from "#kernel/feature.ts";
import { AppError } from "#kernel/lib/errors.ts";

import { type DemoMarket, type DemoSignal, makeDemoMarket } from "./demo-market.ts";
import { demoRefused } from "./errors.ts";
import type { Signals } from "./make-signals.ts";
import { publishSignal } from "./publish.ts";
import { candlesToJson, type NewSignal, type SignalMedia } from "./signal.ts";

const source = "demo";
const days = 14;
const sentNow = 3;
const lifeMs = 4 * 60 * 60_000;

/**
 * Two weeks of a market that never was, and its last signals sent to whoever has subscribed. All of it is labelled as a
 * demo. A second time replaces the past and sends new ones.
 * @param seed the same makes the same market; without one each minute has its own.
 * @throws AppError `signals.demo_refused` where there are real signals: their numbers would be mixed with made-up ones.
 */
export async function playDemo(signals: Signals, seed?: number): Promise<DemoPlayed> {
  const now = signals.clock.now();
  const market = makeDemoMarket({ seed: seed ?? Math.floor(now.getTime() / 60_000), now, days });
  // By place and not by outcome: a hasty market leaves few signals open, or none.
  const past = market.signals.slice(0, -sentNow).filter(({ outcome }) => outcome !== undefined);
  const latest = market.signals.slice(-sentNow);
  const media: (SignalMedia | undefined)[] = [];
  for (const signal of latest) media.push(await signals.makeMedia.prepare(newSignalOf(signal, now)));
  return await inTransaction(signals.db, async (tx) => {
    // Two at a time would each leave a past.
    await sql`select pg_advisory_xact_lock(hashtextextended('signals.demo', 0))`.execute(tx);
    await refuseBesideReal(tx);
    await sql`delete from signals.signal where demo and reached = 0`.execute(tx);
    await sql`delete from signals.price where source = ${source}`.execute(tx);
    await insertPast(tx, past);
    await insertPrices(tx, market);
    let reached = 0;
    for (const [index, signal] of latest.entries()) {
      await signals.makeMedia.keep(tx, media[index]);
      const published = await publishSignal(signals, tx, {
        source,
        signal: newSignalOf(signal, now),
        media: media[index],
        demo: true,
      });
      reached = Math.max(reached, published.reached);
    }
    return { past: past.length, sent: latest.length, reached };
  });
}

async function refuseBesideReal(tx: Tx): Promise<void> {
  const { rows } = await sql`select from signals.signal where not demo limit 1`.execute(tx);
  if (rows.length > 0) throw new AppError(demoRefused);
}

function newSignalOf(demo: DemoSignal, now: Date): NewSignal {
  return {
    type: demo.type,
    asset: demo.asset,
    entryPrice: demo.entry,
    targetPrice: demo.target,
    stopLoss: demo.stop,
    timeframe: "15m",
    confidence: demo.confidence,
    sourceModel: demo.model,
    performanceCategory: demo.category,
    marketContext: demo.context,
    notes: [demo.note],
    generatedAt: now,
    expiresAt: new Date(now.getTime() + lifeMs),
    candles: demo.candles,
  };
}

async function insertPast(tx: Tx, past: readonly DemoSignal[]): Promise<void> {
  const rows = past.map(({ outcome, candles, ...signal }) => ({
    ...signal,
    candles: candlesToJson(candles),
    kind: outcome?.kind,
    ended: outcome?.at,
    price: outcome?.price,
  }));
  await sql`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (asset text, type text, model text,
        category text, context text, note text, confidence numeric, at timestamptz, "expiresAt" timestamptz,
        entry numeric, target numeric, stop numeric, candles text, kind text, ended timestamptz, price numeric)
      order by at
    ), made as (
      insert into signals.signal (source, type, asset, entry_price, target_price, stop_loss, timeframe, confidence,
        source_model, performance_category, market_context, notes, candles, demo, generated_at, expires_at, created_at,
        drawn_at, shown)
      select ${source}, type, asset, entry, target, stop, '15m', confidence, model, category, context, array[note],
        candles::jsonb, true, at, "expiresAt", at, at, 'ended ' || kind
      from given
      returning id, asset, type, generated_at, entry_price, source_model, confidence
    )
    insert into signals.outcome (signal_id, kind, price, return_percent, origin, at, recorded_at, asset, source_model,
      confidence, demo)
    select made.id, given.kind, given.price, signals.return_percent(made.type, made.entry_price, given.price), 'price',
      given.ended, given.ended, made.asset, made.source_model, made.confidence, true
    from made join given on given.asset = made.asset and given.at = made.generated_at`.execute(tx);
}

/** Without what follows from prices: all that could is known. */
async function insertPrices(tx: Tx, { prices }: DemoMarket): Promise<void> {
  await sql`
    insert into signals.price (asset, at, price, source)
    select asset, at, price, ${source} from jsonb_to_recordset(${JSON.stringify(prices)}::jsonb)
      as given (asset text, at timestamptz, price numeric)
    on conflict (asset, at) do nothing`.execute(tx);
}
