import assert from "node:assert/strict";
import { test } from "node:test";

import { assert as check, double, integer, property } from "fast-check";

import { catalogueSchema } from "#providers/video/catalogue.ts";

import { differences, editModel } from "./edit-model.ts";
import { worthOf } from "./money-words.ts";

const common = {
  provider: "p",
  providerModel: "m",
  enabled: true,
  promptMaxLength: 100,
  image: "none",
  resolutions: [{ width: 128, height: 128, aspectRatio: "1:1" }],
};
const models = catalogueSchema.parse([
  {
    ...common,
    id: "a",
    label: "A",
    durations: [
      { seconds: 4, price: 500, costUsdMicros: 300_000 },
      { seconds: 8, price: 1000, costUsdMicros: 600_000 },
    ],
  },
  { ...common, id: "free", label: "Free", durations: [{ seconds: 4, price: 100, costUsdMicros: 0 }] },
]);

test("only the model that is meant changes, and what changed can be told", () => {
  const off = editModel(models, "a", { kind: "enabled", enabled: false });
  assert.deepEqual(differences(models, off), [{ model: "a", what: "enabled", before: "true", after: "false" }]);
  assert.equal(off[1], models[1]);
  const dearer = editModel(models, "a", { kind: "price", seconds: 8, price: 1250n });
  assert.deepEqual(differences(models, dearer), [{ model: "a", what: 8, before: "1000", after: "1250" }]);
  assert.deepEqual(differences(models, editModel(models, "nobody", { kind: "enabled", enabled: false })), []);
  assert.deepEqual(differences(models, editModel(models, "a", { kind: "price", seconds: 5, price: 1n })), []);
});

test("models that came, went or changed otherwise are told too", () => {
  const [a, free] = models;
  assert.ok(a !== undefined && free !== undefined);
  assert.deepEqual(
    differences([a], [free]).map(({ model, what }) => [model, what]),
    [
      ["free", "added"],
      ["a", "removed"],
    ],
  );
  assert.deepEqual(
    differences([a], [{ ...a, label: "Other" }]).map(({ what }) => what),
    ["other"],
  );
});

test("a price made from a margin leaves at least that margin, and a hundredth of a credit less would not", () => {
  const holds = property(
    integer({ min: 0, max: 99 }),
    integer({ min: 1, max: 5_000_000 }),
    double({ min: 0.01, max: 100, noNaN: true }),
    (percent, cost, usdPerCredit) => {
      const [model] = models;
      assert.ok(model !== undefined);
      const one = { ...model, durations: [{ seconds: 4, price: 1n, costUsdMicros: BigInt(cost) }] };
      const [edited] = editModel([one], "a", { kind: "margin", percent, usdPerCredit });
      const price = edited?.durations[0]?.price ?? 0n;
      const left = (amount: bigint): number => worthOf(amount, usdPerCredit) * (1 - percent / 100) - cost;
      assert.ok(left(price) >= -1e-6 * cost, `${price} is too little`);
      assert.ok(price === 10n || left(price - 10n) < 1e-6 * cost, `${price} is too much`);
      assert.equal(price % 10n, 0n);
    },
  );
  check(holds, { numRuns: 300 });
});

test("what costs nothing keeps its price, for no margin can be reckoned", () => {
  const edited = editModel(models, "free", { kind: "margin", percent: 60, usdPerCredit: 1.3 });
  assert.deepEqual(differences(models, edited), []);
});
