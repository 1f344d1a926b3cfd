import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";
import { sql } from "kysely";

import { testDatabase } from "#test/support/database.ts";

import { type Performance, readPerformance, type Summary } from "./performance.ts";

const { db } = await testDatabase();
const start = Date.parse("2026-06-01T00:00:00Z");
const window = { from: new Date(start), to: new Date(start + 1_000_000 * 1000) };

interface Ended {
  readonly asset: string;
  readonly model: string | null;
  readonly confidence: number;
  /** In ten-thousandths of a per cent; null: nobody knows the price. */
  readonly units: number | null;
  /** Seconds after the start. */
  readonly at: number;
}

async function store(all: readonly Ended[]): Promise<void> {
  await sql`truncate signals.signal cascade`.execute(db);
  await sql`
    with given as (
      select row_number() over () as n, * from jsonb_to_recordset(${JSON.stringify(all)}::jsonb)
        as given (asset text, model text, confidence numeric, units bigint, at int)
    ), made as (
      insert into signals.signal (id, source, type, asset, confidence, generated_at, created_at, drawn_at)
      overriding system value
      select n, 'test', 'buy', asset, confidence, now(), now(), now() from given
    )
    insert into signals.outcome (signal_id, kind, return_percent, origin, at, recorded_at, asset, source_model, confidence,
      demo)
    select n, 'closed', units / 10000.0, 'api', to_timestamp(${start / 1000}::float8 + at), now(), asset, model, confidence,
      false
    from given`.execute(db);
}

/** By definition, in whole numbers, one after the other. */
function reference(all: readonly Ended[], fee: number): Pick<Performance, "maxDrawdownPercent" | "unpriced"> & Summary {
  const priced = all
    .map((each, index) => ({ ...each, index }))
    .filter((each): each is Ended & { index: number; units: number } => each.units !== null)
    .toSorted((a, b) => a.at - b.at || a.index - b.index)
    .map(({ units }) => units - fee);
  let [total, highest, fallen] = [0, 0, 0];
  for (const net of priced) {
    total += net;
    highest = Math.max(highest, total);
    fallen = Math.max(fallen, highest - total);
  }
  const sorted = priced.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median =
    sorted.length % 2 === 1
      ? (sorted[Math.floor(middle)] ?? 0)
      : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  const gains = priced.filter((net) => net > 0).reduce((sum, net) => sum + net, 0);
  const losses = priced.filter((net) => net < 0).reduce((sum, net) => sum + net, 0);
  const wins = priced.filter((net) => net > 0).length;
  const none = priced.length === 0;
  return {
    count: priced.length,
    wins,
    winRate: none ? undefined : wins / priced.length,
    averagePercent: none ? undefined : (gains + losses) / priced.length / 10_000,
    medianPercent: none ? undefined : median / 10_000,
    totalPercent: (gains + losses) / 10_000,
    profitFactor: losses === 0 ? undefined : gains / -losses,
    maxDrawdownPercent: fallen / 10_000,
    unpriced: all.length - priced.length,
  };
}

const ended: fc.Arbitrary<Ended> = fc.record({
  asset: fc.constantFrom("BTC/USD", "ETH/USD"),
  model: fc.constantFrom("Trend", "Mean", null),
  confidence: fc.constantFrom(0, 59.99, 60, 69.99, 70, 89.99, 90, 100),
  units: fc.option(fc.integer({ min: -200_000, max: 300_000 })),
  at: fc.integer({ min: 0, max: 999_999 }),
});

test("every number is what its definition gives, also by model, asset and confidence", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(ended, { maxLength: 40 }), fc.constantFrom(0, 0.2, 1.2345), async (all, feePercent) => {
      await store(all);
      const found = await readPerformance(db, { ...window, feePercent });
      const fee = Math.round(feePercent * 10_000);
      const { maxDrawdownPercent, unpriced, ...summary } = reference(all, fee);
      const { byModel, byAsset, byConfidence, equity, ...rest } = found;
      assert.deepEqual(rest, { ...summary, maxDrawdownPercent, unpriced });
      assert.equal(equity.at(-1)?.totalPercent ?? 0, found.totalPercent);
      for (const { name, ...of } of byModel)
        assert.deepEqual(
          of,
          part(all, fee, ({ model }) => (model ?? "") === name),
        );
      for (const { name, ...of } of byAsset)
        assert.deepEqual(
          of,
          part(all, fee, ({ asset }) => asset === name),
        );
      for (const { name, ...of } of byConfidence) {
        const least = Number(name);
        const above = least === 0 ? 60 : least === 90 ? 101 : least + 10;
        assert.deepEqual(
          of,
          part(all, fee, ({ confidence }) => confidence >= least && confidence < above),
        );
      }
    }),
    { numRuns: 60 },
  );
});

function part(all: readonly Ended[], fee: number, belongs: (each: Ended) => boolean): Summary {
  const { maxDrawdownPercent: _drawdown, unpriced: _unpriced, ...summary } = reference(all.filter(belongs), fee);
  return summary;
}

test("only what ended in the time that was asked for counts, of the asset and model that were", async () => {
  const one = { confidence: 80, units: 10_000 };
  await store([
    { ...one, asset: "BTC/USD", model: "Trend", at: 0 },
    { ...one, asset: "ETH/USD", model: "Trend", at: 100 },
    { ...one, asset: "BTC/USD", model: "Mean", at: 200 },
  ]);
  const count = async (of: object): Promise<number> =>
    (await readPerformance(db, { ...window, feePercent: 0, ...of })).count;
  assert.equal(await count({}), 3);
  assert.equal(await count({ from: new Date(start + 100_000) }), 2);
  assert.equal(await count({ to: new Date(start + 100_000) }), 1);
  assert.equal(await count({ asset: "BTC/USD", model: "Trend" }), 1);
});

test("a long curve has at most 300 points and ends at the total", async () => {
  await store(
    Array.from({ length: 1000 }, (_, n) => ({
      asset: "A",
      model: null,
      confidence: 80,
      units: n % 7 === 0 ? -9 : 2,
      at: n,
    })),
  );
  const { equity, totalPercent } = await readPerformance(db, { ...window, feePercent: 0 });
  assert.equal(equity.length, 300);
  assert.equal(equity.at(-1)?.totalPercent, totalPercent);
});
