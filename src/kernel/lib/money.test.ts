import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { formatCredits, parseCredits } from "./money.ts";

test("credits read as people write them", () => {
  assert.equal(formatCredits(1500n, "en"), "1.5");
  assert.equal(formatCredits(1_234_000n, "ko"), "1,234");
  assert.equal(formatCredits(-125n, "en"), "−0.125");
  assert.equal(formatCredits(0n, "en"), "0");
});

test("what is written is read back, what is not an amount is refused", () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 999_000n), (amount) => {
      assert.equal(parseCredits(formatCredits(amount, "en").replaceAll(",", "")), amount);
    }),
  );
  assert.equal(parseCredits("-2.5"), -2500n);
  assert.equal(parseCredits("+5"), 5000n);
  for (const wrong of ["", "five", "1.2345", "1e9", "99999999", "--1", "1,5"])
    assert.equal(parseCredits(wrong), undefined);
});
