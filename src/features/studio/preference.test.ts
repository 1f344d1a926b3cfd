import assert from "node:assert/strict";
import { test } from "node:test";

import { inTransaction } from "#kernel/db/index.ts";
import { type Catalogue, catalogueSchema } from "#providers/video/catalogue.ts";
import { testDatabase } from "#test/support/database.ts";

import { type PreferenceChange, priceOf, readPreference, resetPreference, savePreference } from "./preference.ts";

const { db } = await testDatabase();

const base = { label: "x", provider: "p", providerModel: "m", enabled: true, promptMaxLength: 100, image: "none" };
const catalogue = catalogueSchema.parse([
  {
    ...base,
    id: "first",
    durations: [
      { seconds: 4, price: 1001, costUsdMicros: 0 },
      { seconds: 8, price: 2000, costUsdMicros: 0 },
    ],
    resolutions: [
      { width: 480, height: 848, aspectRatio: "9:16" },
      { width: 848, height: 480, aspectRatio: "16:9", percent: 150 },
    ],
  },
  {
    ...base,
    id: "second",
    image: "required",
    durations: [{ seconds: 8, price: 3000, costUsdMicros: 0 }],
    resolutions: [{ width: 640, height: 640, aspectRatio: "1:1" }],
  },
]);

async function save(userId: number, change: PreferenceChange): Promise<void> {
  await inTransaction(db, async (tx) => {
    await savePreference(tx, userId, change);
  });
}

/** "model seconds size price" */
async function read(
  userId: number,
  { modelId, models = catalogue }: { modelId?: string; models?: Catalogue } = {},
): Promise<string | undefined> {
  const found = await readPreference(db, { catalogue: models, userId, ...(modelId !== undefined && { modelId }) });
  if (found === undefined) return undefined;
  const { model, durationSeconds, resolution } = found;
  return `${model.id} ${durationSeconds} ${resolution.width}x${resolution.height} ${priceOf(found)}`;
}

test("who has chosen nothing gets the first of everything", async () => {
  assert.equal(await read(1), "first 4 480x848 1001");
});

test("each choice stays when another one is made, and prices are rounded up", async () => {
  await save(2, { durationSeconds: 8 });
  await save(2, { resolution: { width: 848, height: 480 } });
  assert.equal(await read(2), "first 8 848x480 3000");
  await save(2, { durationSeconds: 4 });
  assert.equal(await read(2), "first 4 848x480 1502");
});

test("a model without one of the choices takes its own first, and the choice comes back with the other model", async () => {
  await save(3, { durationSeconds: 8, resolution: { width: 848, height: 480 } });
  await save(3, { modelId: "second" });
  assert.equal(await read(3), "second 8 640x640 3000");
  await save(3, { modelId: "first" });
  assert.equal(await read(3), "first 8 848x480 3000");
});

test("a model for this once does not change the choice, and takes what it knows of the others", async () => {
  await save(4, { durationSeconds: 8 });
  assert.equal(await read(4, { modelId: "second" }), "second 8 640x640 3000");
  assert.equal(await read(4), "first 8 480x848 2000");
});

test("a model that is off the list gives way to the first; asked for by name there is none in its place", async () => {
  const [first, second] = catalogue;
  const models = [{ ...first!, enabled: false }, second!];
  await save(5, { modelId: "first" });
  assert.equal(await read(5, { models }), "second 8 640x640 3000");
  assert.equal(await read(5, { models, modelId: "first" }), undefined);
  assert.equal(await read(5, { modelId: "made-up" }), undefined);
});

test("nothing on offer is said to be nothing", async () => {
  assert.equal(await read(6, { models: [] }), undefined);
});

test("a reset takes everything back, for this person only", async () => {
  await save(7, { modelId: "second" });
  await save(8, { modelId: "second" });
  await inTransaction(db, async (tx) => {
    await resetPreference(tx, 7);
  });
  assert.equal(await read(7), "first 4 480x848 1001");
  assert.equal(await read(8), "second 8 640x640 3000");
});
