import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { formatMove, formatPrice, rewardToRisk } from "./format-price.ts";

test("a price keeps its own precision and is grouped", () => {
  for (const [price, shown] of [
    ["45250", "45,250"],
    ["45250.50", "45,250.50"],
    ["0.00001234", "0.00001234"],
    ["1234567.0000000001", "1,234,567.0000000001"],
    ["123456789012345678901234567890", "123,456,789,012,345,678,901,234,567,890"],
  ] as const) {
    assert.equal(formatPrice(price, "en"), shown);
    assert.equal(formatPrice(price, "ko"), shown);
  }
});

test("what is no price is refused", () => {
  for (const price of ["", "NaN", "-1", "1e5", "1.", ".5", "1,000", "0x1", "１"]) {
    assert.throws(() => formatPrice(price, "en"), RangeError, price);
  }
});

test("a buy earns when the price rises, a sell when it falls", () => {
  const shown = (from: string, to: string, side: "buy" | "sell"): string => formatMove({ from, to, side }, "en");
  assert.equal(shown("45250", "48900", "buy"), "+8.07%");
  assert.equal(shown("45250", "43800", "buy"), "−3.20%");
  assert.equal(shown("45250", "43800", "sell"), "+3.20%");
  assert.equal(shown("45250", "48900", "sell"), "−8.07%");
  assert.equal(shown("0.00001234", "0.00001300", "buy"), "+5.35%");
  assert.equal(shown("1", "1", "buy"), "0.00%");
  assert.equal(shown("1", "1000", "buy"), "+99,900.00%");
});

test("a very small move still shows which way it went", () => {
  assert.equal(formatMove({ from: "100000", to: "100004.2", side: "buy" }, "en"), "+0.0042%");
  assert.equal(formatMove({ from: "100000", to: "99995.8", side: "buy" }, "en"), "−0.0042%");
});

test("reward to risk is the same whichever side", () => {
  assert.equal(rewardToRisk({ entry: "100", target: "125", stop: "90" }), "2.5");
  assert.equal(rewardToRisk({ entry: "100", target: "75.0", stop: "110.00" }), "2.5");
  assert.equal(rewardToRisk({ entry: "1", target: "2", stop: "1.0" }), undefined);
});

test("per cents are exact to the last shown digit, however the prices are written", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 0, max: 1_000_000 }),
      fc.integer({ min: 0, max: 12 }),
      (from, to, zeros) => {
        const write = (value: number): string => `0.${"0".repeat(zeros)}${String(value).padStart(7, "0")}`;
        const shown = formatMove({ from: write(from), to: write(to), side: "buy" }, "en");
        const value = Number(shown.replaceAll(/[,%+]/g, "").replace("−", "-"));
        const expected = ((to - from) / from) * 100;
        assert.ok(Math.abs(value - expected) <= 0.0050001, `${shown} for ${expected}`);
        assert.ok(shown.startsWith("+") === value > 0 && shown.startsWith("−") === value < 0);
      },
    ),
    { numRuns: 2000 },
  );
});
