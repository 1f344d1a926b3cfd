import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { type FilterMistake, parseFilter } from "./filter-grammar.ts";
import { pointAt } from "./point-at.ts";

function changeOf(text: string): unknown {
  const parsed = parseFilter(text);
  assert.ok(parsed.ok, parsed.ok ? "" : `${text}: ${parsed.mistake.reason}`);
  return parsed.change;
}

function mistakeIn(text: string): FilterMistake {
  const parsed = parseFilter(text);
  assert.ok(!parsed.ok, `${text} was understood`);
  return parsed.mistake;
}

test("the documented filter is understood", () => {
  assert.deepEqual(changeOf("confidence:80 type:buy,sell asset:BTC/USD timeframe:1H"), {
    minConfidence: 80,
    types: ["buy", "sell"],
    assets: ["BTC/USD"],
    timeframes: ["1H"],
  });
});

test("order, case, repeated values and white space do not matter", () => {
  assert.deepEqual(changeOf("  TF:1h,4h,1H   Type:BUY  asset:btc/usd,eth-usd  conf:75% "), {
    timeframes: ["1H", "4H"],
    types: ["buy"],
    assets: ["BTC/USD", "ETH-USD"],
    minConfidence: 75,
  });
});

test("minutes and months are told apart", () => {
  assert.deepEqual(changeOf("timeframe:15m,1M"), { timeframes: ["15m", "1M"] });
});

test("it can be typed in Korean", () => {
  assert.deepEqual(changeOf("신뢰도:80 유형:매수,매도 종목:BTC/USD 주기:1H 모델:추세"), {
    minConfidence: 80,
    types: ["buy", "sell"],
    assets: ["BTC/USD"],
    timeframes: ["1H"],
    models: ["추세"],
  });
});

test("a name with a space in it is quoted", () => {
  assert.deepEqual(changeOf('model:"Trend v3",scalper type:buy'), { models: ["Trend v3", "scalper"], types: ["buy"] });
});

test("any takes a condition away", () => {
  assert.deepEqual(changeOf("asset:any confidence:any type:모두"), { assets: [], minConfidence: 0, types: [] });
});

test("each mistake is found where it is, with what was probably meant", () => {
  const at = (text: string): readonly unknown[] => {
    const { reason, at, length, suggestion } = mistakeIn(text);
    return [reason, text.slice(at, at + length), suggestion];
  };
  assert.deepEqual(at("type:buy confidense:80"), ["unknown-key", "confidense", "confidence"]);
  assert.deepEqual(at("confidence:80 buy"), ["no-colon", "buy", "type:buy"]);
  assert.deepEqual(at("80"), ["no-colon", "80", "confidence:80"]);
  assert.deepEqual(at("BTC/USD"), ["no-colon", "BTC/USD", "asset:BTC/USD"]);
  assert.deepEqual(at("1H"), ["no-colon", "1H", "timeframe:1H"]);
  assert.deepEqual(at("confidence 80"), ["no-colon", "confidence", "confidence:"]);
  assert.deepEqual(at("type:buy,sel"), ["type", "sel", "sell"]);
  assert.deepEqual(at("confidence:101"), ["confidence", "101", undefined]);
  assert.deepEqual(at("confidence:high"), ["confidence", "high", undefined]);
  assert.deepEqual(at("confidence:70,80"), ["confidence", "80", undefined]);
  assert.deepEqual(at("asset:BTC/USD,<b>"), ["asset", "<b>", undefined]);
  assert.deepEqual(at("timeframe:hourly"), ["timeframe", "hourly", undefined]);
  assert.deepEqual(at("type:buy type:sell"), ["repeated", "type:sell", "type"]);
  assert.deepEqual(at('model:"Trend v3 type:buy'), ["open-quote", '"Trend v3 type:buy', undefined]);
  assert.equal(mistakeIn("type:").at, 5);
  assert.equal(mistakeIn("type:buy,").at, 9);
  assert.equal(mistakeIn("type:buy,,sell").at, 9);
  assert.equal(
    mistakeIn(`asset:${Array.from({ length: 51 }, (_, index) => `A${index}`).join(",")}`).reason,
    "too-many",
  );
});

test("the carets stand under the mistake", () => {
  const { at, length } = mistakeIn("type:buy confidense:80");
  assert.equal(pointAt("type:buy confidense:80", { at, length }), "type:buy confidense:80\n         ^^^^^^^^^^");
});

test("after Korean the carets still stand under the mistake", () => {
  assert.equal(pointAt("유형:매수 abc", { at: 6, length: 3 }), "유형:매수 abc\n          ^^^");
});

test("a missing value is pointed at behind the end", () => {
  const { at, length } = mistakeIn("type:");
  assert.equal(pointAt("type:", { at, length }), "type:\n     ^");
});

test("of a long filter the part around the mistake is shown", () => {
  const text = `asset:${Array.from({ length: 20 }, (_, index) => `AAA${index}/USD`).join(",")} typ:buy`;
  const { at, length } = mistakeIn(text);
  const [line = "", carets = ""] = pointAt(text, { at, length }).split("\n");
  assert.ok(line.length <= 34);
  assert.equal(line.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1), "typ");
});

test("whatever is typed is understood or pointed at inside of it", () => {
  const piece = fc.constantFrom("type", "asset", "확", ":", ",", '"', " ", "buy", "80", "\u202e", "א", "<", "1H", "👩‍👩‍👧");
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "grapheme" }),
        fc.array(piece).map((pieces) => pieces.join("")),
      ),
      (text) => {
        const parsed = parseFilter(text);
        if (parsed.ok) return;
        const { at, length } = parsed.mistake;
        assert.ok(at >= 0 && at <= text.length && length >= 1);
        const [line = "", carets = "", ...more] = pointAt(text, { at, length }).split("\n");
        assert.deepEqual(more, []);
        assert.match(carets, /^ *\^+$/);
        assert.doesNotMatch(line, /[\p{Cc}\p{Cf}]/u);
      },
    ),
    { numRuns: 500 },
  );
});
