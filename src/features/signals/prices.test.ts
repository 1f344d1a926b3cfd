import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { inTransaction } from "#kernel/db/index.ts";
import { until } from "#test/support/until.ts";

import { decide, noteReading, readPortfolio } from "./portfolio.ts";
import { previewFilter } from "./preview-filter.ts";
import { addPriceAlert, listPriceAlerts, type NewPriceAlert, removePriceAlert } from "./price-alerts.ts";
import { readSubscription } from "./subscriber.ts";
import { makeRun } from "./testing/run-job.ts";
import { signalOf, signalsApp } from "./testing/signals-app.ts";

const app = await signalsApp();
const { db } = app.database;

const post = async (prices: readonly object[]) => {
  const { status, body } = await app.call("POST", "/api/prices", { prices });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
};

async function signal(fields: Readonly<Record<string, unknown>>): Promise<number> {
  const { status, body } = await app.call("POST", "/api/signals", signalOf(fields));
  assert.equal(status, 201, JSON.stringify(body));
  return Number(body["id"]);
}

const outcomeOf = async (id: number) =>
  (await app.call("GET", `/api/signals/${id}`)).body["outcome"] as Record<string, unknown> | undefined;

const levels = { entry_price: "100", target_price: "110", stop_loss: "95" };
const sellLevels = { type: "sell", entry_price: "100", target_price: "90", stop_loss: "105" };

test("the first price that touches a level decides: a target at its own price, a stop at the worse one", async () => {
  const [buy, sell] = [await signal({ asset: "P1", ...levels }), await signal({ asset: "P1", ...sellLevels })];
  const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
  // In any order: what counts is when they were.
  const told = await post([
    { asset: "P1", price: "120", at: at(3) },
    { asset: "P1", price: "94.5", at: at(2) },
    { asset: "P1", price: "101", at: at(1) },
  ]);
  assert.deepEqual([told["stored"], told["outcomes"]], [3, 2]);
  const [bought, sold] = [await outcomeOf(buy), await outcomeOf(sell)];
  assert.deepEqual([bought?.["kind"], bought?.["price"], bought?.["return_percent"]], ["stop", "94.5", "-5.5000"]);
  assert.deepEqual([sold?.["kind"], sold?.["price"], sold?.["return_percent"]], ["stop", "120", "-20.0000"]);
});

test("prices from before the signal, of another asset, or posted again decide nothing", async () => {
  const id = await signal({ asset: "P2", ...levels });
  const early = new Date(Date.now() - 60_000).toISOString();
  assert.equal(
    (
      await post([
        { asset: "P2", price: "200", at: early },
        { asset: "P2X", price: "200" },
      ])
    )["outcomes"],
    0,
  );
  const at = new Date(Date.now() + 1000).toISOString();
  assert.equal((await post([{ asset: "P2", price: "110", at }]))["outcomes"], 1);
  const again = await post([{ asset: "P2", price: "1", at }]);
  assert.deepEqual([again["stored"], again["outcomes"]], [0, 0]);
  assert.equal((await outcomeOf(id))?.["kind"], "target");
});

test("of prices posted at the same time by many, one decides", async () => {
  const id = await signal({ asset: "P3", ...levels });
  const at = Date.now() + 1000;
  const all = await Promise.all(
    Array.from(
      { length: 8 },
      async (_, n) =>
        await post([{ asset: "P3", price: n % 2 === 0 ? "111" : "94", at: new Date(at + n).toISOString() }]),
    ),
  );
  assert.equal(
    all.reduce((sum, { outcomes }) => sum + Number(outcomes), 0),
    1,
  );
  assert.ok((await outcomeOf(id)) !== undefined);
});

test("a signal that is cancelled or corrected while a price ends it is one or the other", async () => {
  for (let round = 0; round < 6; round += 1) {
    const asset = `R${round}`;
    const id = await signal({ asset, ...levels });
    const [, cancelled, corrected] = await Promise.all([
      post([{ asset, price: "111", at: new Date(Date.now() + 1000).toISOString() }]),
      app.call("POST", `/api/signals/${id}/cancel`, {}),
      app.call("PATCH", `/api/signals/${id}`, { confidence: 50 }),
    ]);
    const now = (await app.call("GET", `/api/signals/${id}`)).body;
    assert.equal(cancelled.status === 200, now["cancelled_at"] !== undefined);
    assert.equal(now["outcome"] !== undefined, now["cancelled_at"] === undefined, "one of the two");
    assert.ok([200, 409].includes(corrected.status));
  }
});

test("a signal that expires ends at the last price before, or without one", async () => {
  const expires = { expires_at: new Date(Date.now() + 60_000).toISOString() };
  const [priced, unpriced] = [
    await signal({ asset: "P4", ...levels, ...expires }),
    await signal({ asset: "P5", ...levels, ...expires }),
  ];
  await post([{ asset: "P4", price: "104" }]);
  const past = sql`now() + interval '50 milliseconds'`;
  await sql`update signals.open_signal set expires_at = ${past} where signal_id = any(${[priced, unpriced]}::bigint[])`.execute(
    db,
  );
  const run = makeRun(app, "signals.sweep");
  await until("the expiry", async () => {
    await run();
    return (await outcomeOf(unpriced)) !== undefined;
  });
  const [first, second] = [await outcomeOf(priced), await outcomeOf(unpriced)];
  assert.deepEqual([first?.["kind"], first?.["price"], first?.["return_percent"]], ["expired", "104", "4.0000"]);
  assert.deepEqual(
    [second?.["kind"], second?.["price"], second?.["return_percent"]],
    ["expired", undefined, undefined],
  );
});

test("an outcome is said once: the same again changes nothing, another is refused", async () => {
  const id = await signal({ asset: "P6", ...levels });
  const said = await app.call("POST", `/api/signals/${id}/outcome`, { kind: "target" });
  assert.equal((said.body["outcome"] as Record<string, unknown>)["price"], "110");
  assert.equal((await app.call("POST", `/api/signals/${id}/outcome`, { kind: "target", price: "120" })).status, 200);
  assert.equal((await outcomeOf(id))?.["price"], "110");
  assert.equal(
    (await app.call("POST", `/api/signals/${id}/outcome`, { kind: "stop" })).body["code"],
    "signals.outcome_known",
  );
  const alert = await signal({
    type: "alert",
    asset: "P6",
    entry_price: undefined,
    target_price: undefined,
    stop_loss: undefined,
  });
  assert.equal(
    (await app.call("POST", `/api/signals/${alert}/outcome`, { kind: "closed" })).body["code"],
    "signals.no_outcome",
  );
});

test("a price alert fires once, whoever posts and however often", async () => {
  const [chatId = 0] = await app.subscribers(1);
  const userId = (await readSubscription(db, chatId)).userId ?? 0;
  const wish: NewPriceAlert = {
    chatId,
    userId,
    asset: "P7",
    direction: "above",
    price: "50000",
    now: new Date(),
    most: 2,
  };
  const add = async (change: Partial<NewPriceAlert> = {}) =>
    await inTransaction(db, async (tx) => await addPriceAlert(tx, { ...wish, ...change }));
  const first = await add();
  assert.equal((await add({ price: "50000.00" }))?.id, first?.id, "the same once more is the same");
  const below = await add({ direction: "below", price: "40000" });
  assert.equal(await add({ price: "60000" }), undefined, "no more than may wait");

  const before = app.sandbox.as(chatId).messages().length;
  assert.equal((await post([{ asset: "P7", price: "49999.99" }]))["alerts"], 0);
  const at = Date.now() + 1000;
  const fired = await Promise.all(
    Array.from(
      { length: 6 },
      async (_, n) => await post([{ asset: "P7", price: "50000", at: new Date(at + n).toISOString() }]),
    ),
  );
  assert.equal(
    fired.reduce((sum, { alerts }) => sum + Number(alerts), 0),
    1,
  );
  await until("the message", () => app.sandbox.as(chatId).messages().length > before);
  assert.equal(app.sandbox.as(chatId).messages().length, before + 1);
  assert.deepEqual(
    (await listPriceAlerts(db, chatId)).map(({ id }) => id),
    [below?.id],
  );
  const remove = async (id: number, of: number): Promise<boolean> =>
    await inTransaction(db, async (tx) => await removePriceAlert(tx, { chatId: of, id }));
  assert.equal(await remove(below?.id ?? 0, chatId + 1), false, "another's");
  assert.equal(await remove(below?.id ?? 0, chatId), true);
});

test("a portfolio holds what was taken, with what it earns", async () => {
  const [chatId = 0] = await app.subscribers(1);
  const userId = (await readSubscription(db, chatId)).userId ?? 0;
  const [taken, skipped] = [await signal({ asset: "P8", ...levels }), await signal({ asset: "P8", ...sellLevels })];
  const say = async (signalId: number, decision: "took" | "skipped") =>
    await inTransaction(db, async (tx) => {
      await noteReading(tx, { signalId, chatId, now: new Date() });
      return await decide(tx, { userId, signalId, decision, now: new Date() });
    });
  assert.equal(await say(taken, "skipped"), "noted");
  assert.equal(await say(taken, "took"), "noted", "the last word counts");
  assert.equal(await say(taken, "took"), "unchanged");
  assert.equal(await say(skipped, "skipped"), "noted");
  assert.equal(await say(999_999, "took"), "unknown");
  await post([{ asset: "P8", price: "103" }]);
  const [open] = await readPortfolio(db, { userId, decision: "took", limit: 10 });
  assert.deepEqual(
    [open?.signalId, open?.lastPrice, open?.returnPercent, open?.outcome],
    [taken, "103", "3.0000", undefined],
  );
  await post([{ asset: "P8", price: "111", at: new Date(Date.now() + 1000).toISOString() }]);
  const [over] = await readPortfolio(db, { userId, decision: "took", open: false, limit: 10 });
  assert.deepEqual([over?.outcome?.kind, over?.returnPercent], ["target", "10.0000"]);
  assert.equal((await app.call("GET", `/api/signals/${taken}/deliveries`)).body["read"], 1);
});

test("a filter is tried on the signals there were", async () => {
  const from = new Date(Date.now() - 3_600_000);
  const to = new Date(Date.now() + 3_600_000);
  const none = { types: [], minConfidence: 0, assets: [], timeframes: [], models: [] };
  const all = await previewFilter(db, { filter: none, from, to });
  assert.ok(all.total > 5 && all.passed === all.total);
  const some = await previewFilter(db, { filter: { ...none, types: ["sell"], models: ["TREND v3"] }, from, to });
  assert.equal(some.passed, 2);
  assert.equal((await previewFilter(db, { filter: { ...none, minConfidence: 86 }, from, to })).passed, 0);
});
