import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { readConfig } from "#kernel/config/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { until } from "#test/support/until.ts";

import { demoCommand } from "../../cli/demo.ts";
import { compareDecimals } from "./decimal.ts";
import { makeDemoMarket } from "./demo-market.ts";
import { signalOf, signalsApp } from "./testing/signals-app.ts";

const app = await signalsApp();
const now = new Date("2026-11-21T12:00:00Z");

test("the same seed makes the same market, another one another", () => {
  const one = makeDemoMarket({ seed: 7, now, days: 3 });
  assert.deepEqual(makeDemoMarket({ seed: 7, now, days: 3 }), one);
  assert.notDeepEqual(makeDemoMarket({ seed: 8, now, days: 3 }).signals, one.signals);
});

test("the market is believable: levels on their sides, outcomes at their levels, wins and losses", () => {
  for (const seed of [1, 2, 3]) {
    const { signals } = makeDemoMarket({ seed, now, days: 14 });
    assert.ok(signals.length > 100 && signals.length < 800, `${signals.length} signals`);
    for (const { type, entry, target, stop, outcome, candles, confidence } of signals) {
      const side = type === "buy" ? 1 : -1;
      assert.equal(compareDecimals(target, entry), side);
      assert.equal(compareDecimals(entry, stop), side);
      assert.ok(confidence >= 50 && confidence <= 100);
      assert.equal(candles.at(-1)?.close, entry);
      if (outcome?.kind === "target") assert.equal(outcome.price, target);
      if (outcome?.kind === "stop") assert.equal(outcome.price, stop);
    }
    const share = (kind: string): number =>
      signals.filter(({ outcome }) => outcome?.kind === kind).length / signals.length;
    assert.ok(share("target") > 0.15 && share("stop") > 0.15, `${share("target")} ${share("stop")}`);
  }
});

async function press(): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const response = await fetch(`${app.app.url}/sandbox/api/demo`, {
    method: "POST",
    headers: { origin: app.app.url, "content-type": "application/json" },
    body: "{}",
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function countSignals(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from signals.signal`.execute(
    app.database.db,
  );
  return rows[0]?.count ?? 0;
}

test("the sandbox's page has the demo as a button; pressed twice at once it is made once", async () => {
  const offer = await fetch(`${app.app.url}/sandbox/api/demo`);
  assert.deepEqual(await offer.json(), { available: true });
  const [one, other] = (await Promise.all([press(), press()])).toSorted((a, b) => a.status - b.status);
  assert.deepEqual([one?.status, other?.status], [200, 409]);
  assert.equal(other?.body["code"], "http.demo_running");
  const { past, sent, reached } = one?.body ?? {};
  assert.deepEqual([sent, reached], [3, 0], "nobody has subscribed");
  assert.equal(await countSignals(), Number(past) + 3);
  const document = await (await fetch(`${app.app.url}/docs/json`)).text();
  assert.ok(!document.includes("/sandbox/api/demo"), "no part of the API");
});

test("the demo fills the lists, reaches subscribers, says what it is, and stays away from real signals", async () => {
  const { database } = app;
  const [id = 0] = await app.subscribers(1, { premium: false });
  const config = readConfig({ DATA_DIR: app.dataDir, DATABASE_URL: database.url });
  const tools = { storage: { config, database }, cipher: createCipher(Buffer.alloc(32, 7)) } as never;
  assert.match(await demoCommand(tools, ["7"]), /3 sent now: to one chat/);
  // With a chart where the machine draws it in time, without where it does not.
  const words = (): readonly string[] =>
    app.sandbox
      .as(id)
      .messages()
      .map(({ text = "", caption = "" }) => text + caption)
      .filter((each) => each.includes("Confidence"));
  await until("three signals", () => words().length === 3, 60_000);
  assert.ok(words().every((each) => each.includes("Demo")));
  const performance = (await app.call("GET", "/api/signals/performance")).body;
  assert.ok((performance["count"] as number) > 50);

  const countPast = async (): Promise<number> =>
    (await sql<{ count: number }>`select count(*) as count from signals.signal where reached = 0`.execute(database.db))
      .rows[0]?.count ?? 0;
  const before = await countPast();
  await demoCommand(tools, ["7"]);
  assert.equal(await countPast(), before, "the past is replaced");

  await app.call("POST", "/api/signals", signalOf());
  await assert.rejects(demoCommand(tools, ["7"]), { code: "signals.demo_refused" });
  assert.equal((await press()).body["code"], "signals.demo_refused");
});
