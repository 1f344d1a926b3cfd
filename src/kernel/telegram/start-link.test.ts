import assert from "node:assert/strict";
import { test } from "node:test";

import { findStartLink, startParameter } from "./start-link.ts";

const links = ["promo", "buy"].map((name) => ({ name, run: async () => await Promise.resolve("handled" as const) }));

test("what was made as a parameter is found again, underscores included", () => {
  for (const [name, value] of [
    ["promo", "SPRING_2026-x"],
    ["buy", ""],
  ] as const) {
    const found = findStartLink(links, startParameter(name, value));
    assert.deepEqual([found?.link.name, found?.value], [name, value]);
  }
});

test("what nobody takes is nobody's", () => {
  for (const args of ["", "_", "promotion_x", "PROMO_x", "toString"])
    assert.equal(findStartLink(links, args), undefined);
});

test("a parameter that Telegram would not take is refused where it is made", () => {
  assert.equal(startParameter("promo", "x".repeat(58)).length, 64);
  for (const value of ["x".repeat(59), "a b", "é", "a&b"])
    assert.throws(() => startParameter("promo", value), RangeError);
  assert.throws(() => startParameter("Promo"), RangeError);
});
