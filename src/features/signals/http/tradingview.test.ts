import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { until } from "#test/support/until.ts";

import { makeRun } from "../testing/run-job.ts";
import { signalOf, signalsApp } from "../testing/signals-app.ts";

const app = await signalsApp();

async function newHook(source: string): Promise<string> {
  await app.call("PUT", `/api/signals/sources/${source}`, { expected_minutes: null });
  const { status, body } = await app.call("POST", `/api/signals/sources/${source}/hook`, {});
  assert.equal(status, 201);
  return new URL(String(body["url"])).pathname;
}

async function alert(path: string, body: string, type = "text/plain; charset=utf-8") {
  const response = await fetch(`${app.app.url}${path}`, { method: "POST", headers: { "content-type": type }, body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** As TradingView fills the template of docs/signals.md. */
const filled = {
  type: "BUY",
  asset: "BTCUSDT.P",
  entry_price: "64250.5",
  timeframe: "240",
  confidence: "75",
  generated_at: new Date().toISOString(),
  source_model: "My strategy",
  market_context: "",
  notes: ["", "Long"],
};

test("an alert of a chart becomes a signal, as text and as JSON, and a repeat is the same one", async () => {
  const hook = await newHook("chart");
  const [id = 0] = await app.subscribers(1);
  const text = JSON.stringify(filled);
  const first = await alert(hook, text);
  assert.deepEqual([first.status, first.body["reached"], first.body["repeated"]], [201, 1, false]);
  const again = await Promise.all([alert(hook, text), alert(hook, text, "application/json")]);
  for (const { status, body } of again) {
    assert.deepEqual([status, body["id"], body["repeated"]], [201, first.body["id"], true]);
  }
  await until("the message", () =>
    app.sandbox
      .as(id)
      .messages()
      .some(({ text: shown = "" }) => shown.includes("BTCUSDT.P")),
  );
  const stored = (await app.call("GET", `/api/signals/${String(first.body["id"])}`)).body;
  assert.deepEqual(
    [
      stored["source"],
      stored["type"],
      stored["entry_price"],
      stored["timeframe"],
      stored["confidence"],
      stored["notes"],
    ],
    ["chart", "buy", "64250.5", "4H", 75, ["Long"]],
  );
  assert.equal((await alert(hook, JSON.stringify({ ...filled, confidence: 76 }))).body["repeated"], false);
});

test("a wrong token learns nothing, a new one takes the old one's place", async () => {
  const old = await newHook("renewed");
  const fresh = await newHook("renewed");
  for (const path of [old, "/api/hooks/tradingview/x", `${fresh}x`, `/api/hooks/tradingview/${"a".repeat(99)}`]) {
    const { status, body } = await alert(path, JSON.stringify(filled));
    assert.deepEqual([status, body["code"]], [404, "signals.hook_refused"]);
  }
  assert.equal((await alert(fresh, JSON.stringify(filled))).status, 201);
  assert.equal((await app.call("POST", "/api/signals/sources/nobody/hook", {})).body["code"], "signals.unknown_source");
});

test("what is no alert is refused in words, and nothing of it is repeated", async () => {
  const hook = await newHook("broken");
  const cases: readonly [body: string, status: number, says: RegExp][] = [
    ["", 400, /not JSON/],
    ["BTC crossed 64000", 400, /not JSON/],
    ['{"type": buy}', 400, /not JSON/],
    ["[]", 400, /expected/i],
    ["null", 400, /expected/i],
    [JSON.stringify({ ...filled, secret: "s3cr3t" }), 400, /secret/],
    [JSON.stringify({ ...filled, source: "other" }), 400, /source/],
    [JSON.stringify({ ...filled, entry_price: "{{close}}" }), 400, /entry_price/],
    [JSON.stringify({ ...filled, confidence: "NaN" }), 400, /confidence/],
    [JSON.stringify({ ...filled, target_price: "1" }), 422, /target_price/],
    [JSON.stringify({ ...filled, __proto__: { admin: true }, constructor: 1 }), 400, /constructor/],
    [`{"a":${"[".repeat(50_000)}`, 400, /not JSON/],
  ];
  for (const [body, status, says] of cases) {
    const answer = await alert(hook, body);
    assert.equal(answer.status, status, body.slice(0, 80));
    assert.match(String(answer.body["detail"]), says);
    assert.ok(!JSON.stringify(answer.body).includes("s3cr3t"));
  }
  assert.equal((await alert(hook, "x".repeat(70_000))).status, 413);
});

test("a source that is expected and silent is told once, and once when it is back", async () => {
  const { db } = app.database;
  await app.call("PUT", "/api/signals/sources/hourly", { expected_minutes: 60 });
  const told = async (pattern: string): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from delivery.content
      where topic = 'signals.source' and body::text like ${`%hourly%`} and body::text ~ ${pattern}`.execute(db);
    return rows[0]?.count ?? 0;
  };
  await sql`update signals.source set created_at = now() - interval '2 hours' where name = 'hourly'`.execute(db);

  const sweep = makeRun(app, "signals.sweep");
  await sweep();
  await sweep();
  assert.equal(await told("."), 1);
  await app.call("POST", "/api/signals", signalOf({ source: "hourly" }));
  await app.call("POST", "/api/signals", signalOf({ source: "hourly" }));
  assert.equal(await told("."), 2, "the silence and the return");
  await sweep();
  assert.equal(await told("."), 2);
});
