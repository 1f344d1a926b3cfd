import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { s3Server } from "#test/support/s3-server.ts";
import { until } from "#test/support/until.ts";

import type { VideoJob } from "../job.ts";
import { price, studioRig } from "../testing/studio-rig.ts";

/** Studio over an S3 bucket. This machine's own disk is thrown away between the steps, as if another one took over. */
const s3 = await s3Server();
const rig = await studioRig({ environment: s3.environment });
const user = await rig.newUser({ credits: 10n * price });
rig.assembly.delivery.start();

/** One grey pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
  "base64",
);

const stored = async (): Promise<number> => (await s3.keys()).length;

async function otherMachine(): Promise<void> {
  assert.deepEqual(await readdir(join(rig.dataDir, "media")).catch(() => []), []);
  await rm(rig.dataDir, { recursive: true, force: true });
}

async function state(id: string): Promise<VideoJob["state"]> {
  return (await rig.job(id)).state;
}

test("a job goes through the bucket from picture to video, on whichever machine, and leaves nothing there", async () => {
  const imageFileId = rig.sandbox.world.files.add({
    kind: "document",
    fileName: "a.png",
    mimeType: "image/png",
    bytes: png,
  }).id;
  const { id } = await rig.ordered(user, { modelId: "photo", imageFileId });

  await s3.setAway(true);
  await rig.pass(0);
  assert.equal(await state(id), "submitting", "the picture cannot be stored: it waits");
  assert.equal(rig.provider.works.size, 0);
  await s3.setAway(false);
  await rig.clock.advance(91_000);
  await rig.sweep();
  await rig.pass(0);
  assert.equal(await state(id), "running");
  assert.equal(await stored(), 1);
  const [work] = rig.provider.works.values();
  assert.deepEqual(work?.request.image?.bytes, png);
  assert.match(work.request.image.url ?? "", /^https:\/\/studio\.example\/media\//);
  await otherMachine();

  await s3.setAway(true);
  for (let second = 0; second < 4; second++) await rig.pass(1000);
  assert.equal(await state(id), "fetching", "the video cannot be stored: it waits");
  await s3.setAway(false);
  await rig.clock.advance(91_000);
  await rig.sweep();
  await otherMachine();
  await rig.pass(1000);
  await until("the video to be in the chat", async () => (await state(id)) === "delivered");
  assert.deepEqual(await rig.balance(user), { posted: 9n * price, held: 0n, available: 9n * price });
  await rig.pass(0);
  await until("the bucket to be empty", async () => (await stored()) === 0);
  await rig.assertSound();
});
