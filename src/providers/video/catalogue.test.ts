import assert from "node:assert/strict";
import { test } from "node:test";

import {
  type Catalogue,
  catalogueSchema,
  cheapestPrice,
  checkChoice,
  findModel,
  formatResolution,
  parseResolution,
  type VideoModel,
} from "./catalogue.ts";
import { defaultCatalogue } from "./default-catalogue.ts";

const choice = { seconds: 4, resolution: { width: 480, height: 848 }, hasImage: false, promptLength: 20 };

function model(id: string): VideoModel {
  const found = findModel(defaultCatalogue, id);
  assert.ok(found);
  return found;
}

function problems(change: (models: Catalogue) => unknown): readonly string[] {
  const { error } = catalogueSchema.safeParse(change(structuredClone([model("demo-text"), model("demo-image")])));
  return error?.issues.map(({ message }) => message) ?? [];
}

test("the catalogue survives being stored as JSON", () => {
  const stored = JSON.stringify(defaultCatalogue, (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
  assert.deepEqual(catalogueSchema.parse(JSON.parse(stored)), defaultCatalogue);
});

test("a new installation offers both demo models, in three shapes and four lengths", () => {
  for (const id of ["demo-text", "demo-image"]) {
    const { durations, resolutions, provider } = model(id);
    assert.equal(provider, "demo");
    assert.deepEqual(
      durations.map(({ seconds }) => seconds).toSorted((a, b) => a - b),
      [2, 4, 6, 8],
    );
    assert.deepEqual(resolutions.map(formatResolution), ["480x848", "848x480", "640x640"]);
  }
  assert.equal(findModel(defaultCatalogue, "veo"), undefined);
});

test("every model of a new installation earns at least a third of what it brings in, in each length and size", () => {
  const usdMicrosPerCredit = 1_300_000n;
  for (const offered of defaultCatalogue) {
    for (const { seconds } of offered.durations) {
      for (const resolution of offered.resolutions) {
        const hasImage = offered.image === "required";
        const verdict = checkChoice(offered, { seconds, resolution, hasImage, promptLength: 1 });
        assert.ok(verdict.ok);
        const revenue = (verdict.price * usdMicrosPerCredit) / 1000n;
        assert.ok(revenue > 0n && verdict.costUsdMicros * 3n <= revenue * 2n, `${offered.id} ${seconds} s`);
      }
    }
  }
});

test("a choice the model allows has its price, by length", () => {
  assert.deepEqual(checkChoice(model("demo-text"), choice), {
    ok: true,
    price: 1000n,
    costUsdMicros: 0n,
    aspectRatio: "9:16",
  });
  const longer = checkChoice(model("demo-text"), { ...choice, seconds: 8 });
  assert.ok(longer.ok && longer.price === 2000n);
});

test("a choice the model does not allow has its reason", () => {
  const reasons = (id: string, changes: Partial<typeof choice>): string | undefined => {
    const verdict = checkChoice(model(id), { ...choice, ...changes });
    return verdict.ok ? undefined : verdict.reason;
  };
  assert.equal(reasons("demo-text", { seconds: 5 }), "duration_not_offered");
  assert.equal(reasons("demo-text", { resolution: { width: 848, height: 848 } }), "resolution_not_offered");
  assert.equal(reasons("demo-text", { hasImage: true }), "image_not_taken");
  assert.equal(reasons("demo-image", {}), "image_required");
  assert.equal(reasons("demo-text", { promptLength: 0 }), "prompt_empty");
  assert.equal(reasons("demo-image", { promptLength: 0, hasImage: true }), undefined);
  assert.equal(reasons("demo-text", { promptLength: 1001 }), "prompt_too_long");
  const disabled = checkChoice({ ...model("demo-text"), enabled: false }, choice);
  assert.deepEqual(disabled, { ok: false, reason: "model_disabled" });
});

test("a dearer resolution raises price and cost, rounded up", () => {
  const base = model("demo-text");
  const dear: VideoModel = {
    ...base,
    durations: [{ seconds: 4, price: 333n, costUsdMicros: 1n }],
    resolutions: [{ width: 480, height: 848, aspectRatio: "9:16", percent: 150 }],
  };
  const verdict = checkChoice(dear, choice);
  assert.ok(verdict.ok);
  assert.deepEqual([verdict.price, verdict.costUsdMicros], [500n, 2n]);
});

test("the cheapest video of a model is its shortest in its cheapest size", () => {
  assert.equal(cheapestPrice(model("demo-text")), 500n);
  assert.equal(cheapestPrice(model("wan-2.2-text")), 300n);
});

test("mistakes of whoever edits it are named", () => {
  assert.deepEqual(
    problems((models) => [...models, models[0]]),
    ["two models are named demo-text"],
  );
  assert.deepEqual(
    problems((models) => models.map((entry) => ({ ...entry, durations: [...entry.durations, entry.durations[0]] })))[0],
    "demo-text has two prices for 4 seconds",
  );
  assert.deepEqual(
    problems((models) => models.map((entry) => ({ ...entry, standIns: ["veo"] })))[0],
    "demo-text has the stand-in veo, which is no other model",
  );
  assert.equal(problems((models) => models.map((entry) => ({ ...entry, colour: "red" }))).length, 2);
  assert.ok(problems((models) => models.map((entry) => ({ ...entry, durations: [] }))).length > 0);
  const odd = { width: 481, height: 848, aspectRatio: "9:16" };
  assert.deepEqual(
    problems((models) => models.map((entry) => ({ ...entry, resolutions: [odd] })))[0],
    "expected an even number of pixels",
  );
});

test("resolutions are read as people type them", () => {
  assert.deepEqual(parseResolution(" 480X848 "), { width: 480, height: 848 });
  assert.deepEqual(parseResolution("480 × 848"), { width: 480, height: 848 });
  for (const text of ["", "480", "480x", "axb", "480x848x2", "99999x1"]) assert.equal(parseResolution(text), undefined);
});
