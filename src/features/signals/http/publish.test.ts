import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { until } from "#test/support/until.ts";

import { makeRun } from "../testing/run-job.ts";
import { signalOf, signalsApp } from "../testing/signals-app.ts";

const app = await signalsApp();
const { db } = app.database;

const textsOf = (id: number): readonly string[] =>
  app.sandbox
    .as(id)
    .messages()
    .filter(({ from }) => from?.is_bot)
    .map(({ text = "", caption = "" }) => text + caption);

async function countSignals(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from signals.signal`.execute(db);
  return rows[0]?.count ?? 0;
}

test("a signal reaches its subscribers, is corrected, ends by a posted price and counts", async () => {
  const ids = await app.subscribers(3);
  const { status, body } = await app.call("POST", "/api/signals", signalOf());
  assert.equal(status, 201);
  assert.equal(body["reached"], 3);
  const path = `/api/signals/${String(body["id"])}`;
  await until("the signal", () => ids.every((id) => textsOf(id).some((text) => text.includes("45,250.00"))));

  const deliveries = (await app.call("GET", `${path}/deliveries?limit=2`)).body;
  assert.equal((deliveries["deliveries"] as unknown[]).length, 2);
  assert.equal(typeof deliveries["next_cursor"], "string");
  const rest = (await app.call("GET", `${path}/deliveries?limit=2&cursor=${String(deliveries["next_cursor"])}`)).body;
  assert.equal((rest["deliveries"] as unknown[]).length, 1);

  assert.equal((await app.call("PATCH", path, { stop_loss: "44000" })).body["stop_loss"], "44000");
  await until("the correction", () => ids.every((id) => textsOf(id).some((text) => text.includes("44,000"))));
  assert.ok(ids.every((id) => textsOf(id).filter((text) => text.includes("45,250.00")).length === 1));

  const posted = { asset: "btc/usd", price: 50_000 };
  assert.deepEqual((await app.call("POST", "/api/prices", posted)).body, { stored: 1, outcomes: 1, alerts: 0 });
  await until("edit and answer", () =>
    ids.every((id) => textsOf(id).filter((text) => text.includes("✅")).length === 2),
  );
  const outcome = (await app.call("GET", path)).body["outcome"] as Record<string, unknown>;
  assert.deepEqual(
    [outcome["kind"], outcome["price"], outcome["return_percent"], outcome["origin"]],
    ["target", "48900", "8.0663", "price"],
  );
  // The job again, as after a crash, and its second look: nothing is said twice.
  const before = ids.map((id) => app.sandbox.as(id).messages().length);
  const show = makeRun(app, "signals.show-signal");
  await show({ signalId: body["id"] });
  await show({ signalId: body["id"], since: new Date(Date.now() - 60_000).toISOString() });
  await until("the end of what was queued", async () => {
    const { rows } = await sql<{ left: number }>`select count(*) as left from delivery.outbox`.execute(db);
    return rows[0]?.left === 0;
  });
  assert.deepEqual(
    ids.map((id) => app.sandbox.as(id).messages().length),
    before,
  );
  const performance = (await app.call("GET", "/api/signals/performance")).body;
  assert.equal(performance["count"], 1);
  assert.equal(performance["average_percent"], 7.8663);
  const why = (await app.call("GET", `${path}/why?chat_id=${ids[0]}`)).body;
  assert.equal(why["verdict"], "delivered");
  assert.equal(why["tier"], "premium");
});

test("what waits is not sent after a cancellation, and who has it sees that", async () => {
  const [premium = 0] = await app.subscribers(1);
  const [free = 0] = await app.subscribers(1, { premium: false });
  const { body } = await app.call(
    "POST",
    "/api/signals",
    signalOf({ asset: "ETH/USD", entry_price: "3000", target_price: "3300", stop_loss: "2900" }),
  );
  const path = `/api/signals/${String(body["id"])}`;
  await until("the signal", () => textsOf(premium).some((text) => text.includes("ETH/USD")));
  const waiting = (await app.call("GET", `${path}/why?chat_id=${free}`)).body;
  assert.deepEqual([waiting["verdict"], waiting["because"]], ["waiting", "tier"]);

  const cancelled = await app.call("POST", `${path}/cancel`, { reason: "a wrong price" });
  assert.equal(cancelled.status, 200);
  assert.equal(cancelled.body["cancel_reason"], "a wrong price");
  await until("the news", () => textsOf(premium).filter((text) => text.includes("a wrong price")).length === 2);
  await until("the end of what waited", async () => {
    const { body: why } = await app.call("GET", `${path}/why?chat_id=${free}`);
    return why["verdict"] === "not_delivered" && why["reason"] === "withdrawn";
  });
  assert.ok(!textsOf(free).some((text) => text.includes("ETH/USD")));
  assert.equal((await app.call("PATCH", path, { confidence: 1 })).body["code"], "signals.is_over");
  assert.equal((await app.call("POST", `${path}/outcome`, { kind: "target" })).body["code"], "signals.is_over");
  assert.equal((await app.call("POST", `${path}/cancel`, {})).status, 200, "again changes nothing");
});

test("a close of the same source ends what is open, by its price", async () => {
  const { body } = await app.call(
    "POST",
    "/api/signals",
    signalOf({
      type: "sell",
      asset: "SOL/USD",
      entry_price: "200",
      target_price: "150",
      stop_loss: "220",
      source: "one",
    }),
  );
  const other = await app.call(
    "POST",
    "/api/signals",
    signalOf({
      type: "sell",
      asset: "SOL/USD",
      entry_price: "200",
      target_price: "150",
      stop_loss: "220",
      source: "two",
    }),
  );
  const close = {
    type: "close",
    asset: "SOL/USD",
    entry_price: "190",
    confidence: 70,
    generated_at: new Date().toISOString(),
    source: "one",
  };
  assert.equal((await app.call("POST", "/api/signals", close)).status, 201);
  const outcome = (await app.call("GET", `/api/signals/${String(body["id"])}`)).body["outcome"] as Record<
    string,
    unknown
  >;
  assert.deepEqual([outcome["kind"], outcome["price"], outcome["return_percent"]], ["closed", "190", "5.0000"]);
  assert.equal((await app.call("GET", `/api/signals/${String(other.body["id"])}`)).body["outcome"], undefined);
});

test("many at once are sent all or none, and a repeat with the same key sends nothing", async () => {
  const before = await countSignals();
  const signals = [signalOf(), signalOf({ target_price: "40000" })];
  const refused = await app.call("POST", "/api/signals/bulk", { signals });
  assert.equal(refused.status, 422);
  assert.deepEqual((refused.body["errors"] as { field: string }[])[0]?.field, "signals.1.target_price");
  assert.equal(await countSignals(), before);

  const headers = { "idempotency-key": "bulk-1" };
  const good = {
    signals: [
      signalOf(),
      signalOf({ asset: "XRP/USD", entry_price: undefined, target_price: undefined, stop_loss: undefined }),
    ],
  };
  const [first, second] = [
    await app.call("POST", "/api/signals/bulk", good, headers),
    await app.call("POST", "/api/signals/bulk", good, headers),
  ];
  assert.equal(first.status, 201);
  assert.deepEqual(second.body, first.body);
  assert.equal(await countSignals(), before + 2);
  const other = await app.call("POST", "/api/signals/bulk", { signals: [signalOf()] }, headers);
  assert.equal(other.body["code"], "http.idempotency_key_reused");
});

test("signals are listed newest first, by pages and filters", async () => {
  const page = (await app.call("GET", "/api/signals?limit=2")).body;
  const [first, second] = page["signals"] as { id: number; asset: string }[];
  assert.ok(first !== undefined && second !== undefined && first.id > second.id);
  const next = (await app.call("GET", `/api/signals?limit=2&cursor=${String(page["next_cursor"])}`)).body;
  assert.ok(((next["signals"] as { id: number }[])[0]?.id ?? 0) < second.id);
  const sells = (await app.call("GET", "/api/signals?type=sell&source=one&ended=true")).body["signals"] as object[];
  assert.equal(sells.length, 1);
});
