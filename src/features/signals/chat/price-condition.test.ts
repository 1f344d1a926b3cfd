import assert from "node:assert/strict";
import { test } from "node:test";

import { parseHours } from "./hours.ts";
import { parseCondition } from "./price-condition.ts";

function conditionOf(text: string): unknown {
  const parsed = parseCondition(text);
  assert.ok(parsed.ok, `${text} was not understood`);
  const { asset, direction, price } = parsed.condition;
  return `${asset} ${direction} ${price}`;
}

function mistakeIn(text: string): readonly unknown[] {
  const parsed = parseCondition(text);
  assert.ok(!parsed.ok, `${text} was understood`);
  return [parsed.reason, text.slice(parsed.at, parsed.at + parsed.length)];
}

test("a price is waited for in signs or words, English or Korean", () => {
  assert.equal(conditionOf("BTC/USD > 50000"), "BTC/USD above 50000");
  assert.equal(conditionOf("btc/usd>=50,000.50"), "BTC/USD above 50000.50");
  assert.equal(conditionOf(" DOGE-USD below 0.00001234 "), "DOGE-USD below 0.00001234");
  assert.equal(conditionOf("005930 이하 70000"), "005930 below 70000");
  assert.equal(conditionOf("BINANCE:BTCUSDT ≤ 1"), "BINANCE:BTCUSDT below 1");
});

test("what is wrong is found where it is", () => {
  assert.deepEqual(mistakeIn("> 5"), ["asset", ">"]);
  assert.deepEqual(mistakeIn("BTC/USD 50000"), ["direction", "50000"]);
  assert.deepEqual(mistakeIn("BTC/USD => 1"), ["direction", "=>"]);
  assert.deepEqual(mistakeIn("BTC/USD sideways 1"), ["direction", "sideways"]);
  assert.deepEqual(mistakeIn("BTC/USD > 50k"), ["price", "50k"]);
  assert.deepEqual(mistakeIn("BTC/USD > -5"), ["price", "-5"]);
  assert.deepEqual(mistakeIn("BTC/USD > 0"), ["price", "0"]);
  assert.deepEqual(mistakeIn("BTC/USD > 5,00"), ["price", "5,00"]);
  assert.deepEqual(mistakeIn("BTC/USD > NaN"), ["price", "NaN"]);
  assert.deepEqual(mistakeIn("BTC/USD > 5 now"), ["rest", "now"]);
  assert.deepEqual(mistakeIn("BTC/USD constructor 1"), ["direction", "constructor"]);
  assert.equal(mistakeIn("BTC/USD >")[0], "price");
});

test("hours are typed in a few ways, and must differ", () => {
  assert.deepEqual(parseHours("08:00-22:00"), { from: 480, to: 1320 });
  assert.deepEqual(parseHours("22 – 6"), { from: 1320, to: 360 });
  assert.deepEqual(parseHours("7:30 to 24"), { from: 450, to: 0 });
  for (const text of ["", "8", "8-8", "25-9", "8:60-9", "0-24", "eight to nine"]) {
    assert.equal(parseHours(text), undefined, text);
  }
});
