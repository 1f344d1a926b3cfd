import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { until } from "#test/support/until.ts";

import { signalOf, signalsApp } from "../testing/signals-app.ts";

const app = await signalsApp();
const { db } = app.database;

async function countSignals(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from signals.signal`.execute(db);
  return rows[0]?.count ?? 0;
}

const refusals: readonly [what: string, body: unknown, status: number, field: string][] = [
  ["an unknown field", signalOf({ leverage: 10 }), 400, "body"],
  ["an unknown type", signalOf({ type: "hodl" }), 400, "type"],
  ["a negative price", signalOf({ entry_price: -1 }), 400, "entry_price"],
  ["a price of zero", signalOf({ entry_price: "0.000" }), 400, "entry_price"],
  ["a price that is no number", signalOf({ entry_price: "NaN" }), 400, "entry_price"],
  ["a price with a comma", signalOf({ entry_price: "45,250" }), 400, "entry_price"],
  ["a price in another notation", signalOf({ entry_price: "1e5" }), 400, "entry_price"],
  ["a huge price", signalOf({ entry_price: "9".repeat(16) }), 400, "entry_price"],
  [
    "a huge number",
    '{"type":"buy","asset":"X","entry_price":1e400,"confidence":1,"generated_at":"2026-01-01T00:00:00Z"}',
    400,
    "entry_price",
  ],
  [
    "a number that lost its digits",
    '{"type":"buy","asset":"X","entry_price":0.1234567890123456789,"confidence":1,"generated_at":"2026-01-01T00:00:00Z"}',
    400,
    "entry_price",
  ],
  ["a price too small to keep", signalOf({ entry_price: `0.${"0".repeat(18)}1` }), 400, "entry_price"],
  ["a confidence over 100", signalOf({ confidence: 100.01 }), 400, "confidence"],
  ["a confidence in words", signalOf({ confidence: "high" }), 400, "confidence"],
  ["no confidence", signalOf({ confidence: undefined }), 400, "confidence"],
  ["ten thousand notes", signalOf({ notes: Array.from({ length: 10_000 }, () => "x") }), 400, "notes"],
  ["a note of a megabyte", signalOf({ notes: ["x".repeat(1_000_000)] }), 400, "notes.0"],
  ["a NUL in a text", signalOf({ market_context: "a\0b" }), 400, "market_context"],
  ["half a character", signalOf({ market_context: "\ud83d" }), 400, "market_context"],
  ["markup for an asset", signalOf({ asset: "<b>BTC</b>" }), 400, "asset"],
  ["an asset that turns the direction", signalOf({ asset: "BTC\u202eUSD" }), 400, "asset"],
  ["a strange timeframe", signalOf({ timeframe: "soon" }), 400, "timeframe"],
  ["a time without a zone", signalOf({ generated_at: "2026-01-01T00:00:00" }), 400, "generated_at"],
  ["a source that is a path", signalOf({ source: "../../etc" }), 400, "source"],
  [
    "too many candles",
    signalOf({ candles: Array.from({ length: 301 }, (_, n) => ({ at: n, open: 1, high: 1, low: 1, close: 1 })) }),
    400,
    "candles",
  ],
  [
    "a future beginning",
    signalOf({ generated_at: new Date(Date.now() + 3_600_000).toISOString() }),
    422,
    "generated_at",
  ],
  [
    "an expiry before the beginning",
    signalOf({ expires_at: new Date(Date.now() - 3_600_000).toISOString() }),
    422,
    "expires_at",
  ],
  ["a buy whose target is under its entry", signalOf({ target_price: "45000" }), 422, "target_price"],
  ["a buy whose target is its entry", signalOf({ target_price: "45250" }), 422, "target_price"],
  ["a buy whose stop is over its entry", signalOf({ stop_loss: "46000" }), 422, "stop_loss"],
  [
    "a buy without an entry whose stop is over its target",
    signalOf({ entry_price: undefined, stop_loss: "49000" }),
    422,
    "stop_loss",
  ],
  ["a sell whose target is over its entry", signalOf({ type: "sell", stop_loss: "46000" }), 422, "target_price"],
  ["a sell whose stop is under its entry", signalOf({ type: "sell", target_price: "40000" }), 422, "stop_loss"],
  ["a close with a target", signalOf({ type: "close", stop_loss: undefined }), 422, "target_price"],
  [
    "candles out of order",
    signalOf({
      candles: [
        { at: 2, open: 1, high: 1, low: 1, close: 1 },
        { at: 1, open: 1, high: 1, low: 1, close: 1 },
      ],
    }),
    422,
    "candles.1.at",
  ],
  [
    "a candle whose high is not the highest",
    signalOf({ candles: [{ at: 2, open: 2, high: 1, low: 1, close: 1 }] }),
    422,
    "candles.0.high",
  ],
  ["a list instead of a signal", [signalOf()], 400, "body"],
  ["null", null, 400, "body"],
];

for (const [what, body, status, field] of refusals) {
  test(`${what} is refused by name, and nothing is kept`, async () => {
    const before = await countSignals();
    const answer = await app.call("POST", "/api/signals", body);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    const [first] = answer.body["errors"] as { field: string; expected: string }[];
    assert.equal(first?.field, field, JSON.stringify(answer.body));
    assert.equal(await countSignals(), before);
  });
}

test("prices keep every digit, as text and as numbers", async () => {
  const prices: readonly [given: string | number, kept: string][] = [
    ["0.00001234", "0.00001234"],
    [0.00001234, "0.00001234"],
    [1.2e-7, "0.00000012"],
    ["45250.00", "45250.00"],
    [45250, "45250"],
    ["999999999999999.999999999999999999", "999999999999999.999999999999999999"],
    ["0.000000000000000001", "0.000000000000000001"],
  ];
  for (const [given, kept] of prices) {
    const { status, body } = await app.call(
      "POST",
      "/api/signals",
      signalOf({ entry_price: given, target_price: undefined, stop_loss: undefined }),
    );
    assert.equal(status, 201, JSON.stringify(body));
    const stored = (await app.call("GET", `/api/signals/${String(body["id"])}`)).body;
    assert.equal(stored["entry_price"], kept);
  }
});

test("markup and right-to-left texts arrive as they are, in every string, and break nothing", async () => {
  const [id = 0] = await app.subscribers(1);
  const evil = `<b>x</b> & "quotes" \u202e\u0627\u0644\u0639\u0631\u0628\u064a\u0629 &lt;/b&gt;`;
  const { status } = await app.call(
    "POST",
    "/api/signals",
    signalOf({
      asset: "EVIL/USD",
      source_model: evil,
      performance_category: evil,
      market_context: evil,
      notes: Array.from({ length: 20 }, () => evil),
    }),
  );
  assert.equal(status, 201);
  const message = await until("the message", () =>
    app.sandbox
      .as(id)
      .messages()
      .find(({ text = "" }) => text.includes("EVIL/USD")),
  );
  assert.ok(message.text?.includes("<b>x</b>"));
  const longest = signalOf({
    asset: "LONG/USD",
    market_context: evil.repeat(25).slice(0, 2000),
    notes: Array.from({ length: 20 }, () => "<&>".repeat(166)),
  });
  assert.equal((await app.call("POST", "/api/signals", longest)).status, 201);
  await until("the long message", () =>
    app.sandbox
      .as(id)
      .messages()
      .some(({ text = "" }) => text.includes("LONG/USD")),
  );
});

test("a replayed request with another body is refused, a replay answers the same", async () => {
  const before = await countSignals();
  const headers = { "idempotency-key": "hostile-1" };
  const body = signalOf();
  const first = await app.call("POST", "/api/signals", body, headers);
  assert.deepEqual((await app.call("POST", "/api/signals", body, headers)).body, first.body);
  const other = await app.call("POST", "/api/signals", signalOf({ confidence: 1 }), headers);
  assert.deepEqual([other.status, other.body["code"]], [422, "http.idempotency_key_reused"]);
  const together = await Promise.all(
    Array.from(
      { length: 5 },
      async () => await app.call("POST", "/api/signals", body, { "idempotency-key": "hostile-2" }),
    ),
  );
  assert.equal(new Set(together.map((answer) => JSON.stringify(answer.body))).size, 1);
  assert.equal(await countSignals(), before + 2);
});

test("a key of a source writes as that one only, and changes no other's signals", async () => {
  const mine = await app.newKey("mine", ["signals:write"]);
  const source = await app.call("PUT", "/api/signals/sources/mine", { api_keys: [mine.prefix] });
  assert.equal(source.status, 200, JSON.stringify(source.body));
  assert.deepEqual(source.body["api_keys"], [mine.prefix]);
  const as = { authorization: `Bearer ${mine.key}` };
  const own = await app.call("POST", "/api/signals", signalOf(), as);
  assert.equal(own.status, 201);
  assert.equal((await app.call("GET", `/api/signals/${String(own.body["id"])}`)).body["source"], "mine");
  const posing = await app.call("POST", "/api/signals", signalOf({ source: "theirs" }), as);
  assert.deepEqual([posing.status, posing.body["code"]], [403, "signals.foreign_source"]);

  const theirs = (await app.call("POST", "/api/signals", signalOf({ source: "theirs" }))).body;
  const path = `/api/signals/${String(theirs["id"])}`;
  for (const [method, end, body] of [
    ["PATCH", "", { confidence: 1 }],
    ["POST", "/cancel", {}],
    ["POST", "/outcome", { kind: "stop" }],
  ] as const) {
    assert.equal((await app.call(method, `${path}${end}`, body, as)).status, 403, `${method} ${end}`);
  }
  assert.equal(
    (await app.call("POST", "/api/prices", { prices: [{ asset: "X", price: 1 }], source: "theirs" }, as)).status,
    403,
  );
  assert.equal(
    (await app.call("GET", path, undefined, as)).status,
    403,
    "it may not read either: it has no such scope",
  );
  assert.equal((await app.call("GET", "/api/signals/sources", undefined, as)).status, 403);
});

test("without a key, with an unknown id or a made-up one, nothing is told", async () => {
  const none = { authorization: "Bearer no-such-key" };
  const calls = [
    ["POST", "/api/signals", signalOf()],
    ["GET", "/api/signals", undefined],
    ["POST", "/api/prices", { asset: "X", price: 1 }],
    ["GET", "/api/signals/1/why?chat_id=1", undefined],
    ["PUT", "/api/signals/subscribers/1", { active: true }],
  ] as const;
  for (const [method, path, body] of calls) assert.equal((await app.call(method, path, body, none)).status, 401, path);
  assert.equal((await app.call("GET", "/api/signals/999999999")).status, 404);
  assert.equal((await app.call("GET", "/api/signals/999999999/why?chat_id=1")).status, 404);
  assert.equal((await app.call("GET", "/api/signals/999999999/deliveries")).status, 404);
  for (const id of ["0", "-1", "1.5", "abc", "9007199254740993", "1%20or%201=1"]) {
    assert.equal((await app.call("GET", `/api/signals/${id}`)).status, 400, id);
  }
  assert.equal((await app.call("PUT", "/api/signals/subscribers/424242", { active: true })).status, 404);
  assert.equal((await app.call("GET", "/api/signals?cursor=%00%00")).status, 200);
});
