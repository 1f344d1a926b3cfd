import assert from "node:assert/strict";
import { test } from "node:test";

import { packsOf, starsSettings } from "./index.ts";

test("one credit costs 100 Stars by default, and there are packs of 1, 5, 10 and 25", () => {
  assert.deepEqual(packsOf(starsSettings.schema.parse({})), [
    { id: "credits-1", credits: 1000n, stars: 100 },
    { id: "credits-5", credits: 5000n, stars: 500 },
    { id: "credits-10", credits: 10_000n, stars: 1000 },
    { id: "credits-25", credits: 25_000n, stars: 2500 },
  ]);
});

test("a pack may have thousandths of a credit, exactly", () => {
  const settings = starsSettings.schema.parse({ packs: [{ id: "small", credits: 1.005, stars: 1 }] });
  assert.deepEqual(packsOf(settings), [{ id: "small", credits: 1005n, stars: 1 }]);
});

const pack = { id: "p", credits: 1, stars: 1 };
for (const [what, packs] of [
  ["finer than thousandths", [{ ...pack, credits: 0.0005 }]],
  ["free", [{ ...pack, stars: 0 }]],
  ["priced in parts of a Star", [{ ...pack, stars: 1.5 }]],
  ["empty", [{ ...pack, credits: 0 }]],
  ["named twice", [pack, pack]],
] as const) {
  test(`a pack that is ${what} is refused`, () => {
    assert.equal(starsSettings.schema.safeParse({ packs }).success, false);
  });
}
