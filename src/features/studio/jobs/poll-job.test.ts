import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, test } from "node:test";

import { sql } from "kysely";

import type { FailureReason } from "#providers/video/port.ts";
import { ProviderUnavailable } from "#providers/video/provider-error.ts";

import type { VideoJob } from "../job.ts";
import { cardText, price, studioRig } from "../testing/studio-rig.ts";
import { pollAfterMs } from "./poll-job.ts";

const rig = await studioRig();
const { provider, line } = rig;
const { db } = rig.database;
const user = await rig.newUser({ credits: 1000n * price });

afterEach(async () => {
  provider.plan = { looks: 2 };
  provider.fetches.length = 0;
  await rig.clear();
});

/** A job that the provider has just taken. */
async function running(): Promise<VideoJob> {
  const { id } = await rig.ordered(user);
  await line.run();
  return await rig.job(id);
}

function looksAt({ providerReference = "" }: VideoJob): number {
  return provider.works.get(providerReference)?.looks ?? 0;
}

test("looks come often at first and rarely later", () => {
  const after = (tellsProgress: boolean): readonly number[] =>
    [0, 8000, 16_000, 80_000, 1_000_000].map((runningMs) => pollAfterMs(runningMs, tellsProgress));
  assert.deepEqual(after(true), [1000, 1000, 2000, 10_000, 20_000]);
  assert.deepEqual(after(false), [4000, 4000, 4000, 20_000, 20_000]);
});

test("what the provider says that it has charged counts, and else what the catalogue says", async () => {
  for (const [costUsdMicros, expected] of [
    [undefined, 250_000],
    [123_456n, 123_456],
  ] as const) {
    provider.plan = { looks: 1, ...(costUsdMicros !== undefined && { costUsdMicros }) };
    const { id } = await running();
    await rig.pass(1000);
    assert.equal((await rig.job(id)).costUsdMicros, expected);
  }
});

test("a video is made, fetched once and handed over with its shape and picture", async () => {
  const { id } = await running();
  await rig.pass(1000);
  assert.match(await cardText(rig, id), /Being made: 0 ?%/, "progress is shown calmly");
  assert.equal((await rig.job(id)).progress, 50);
  await rig.pass(1000);
  const job = await rig.job(id);
  assert.equal(job.state, "delivering");
  const { rows } = await sql<{ body: Record<string, unknown> }>`
    select content.body from delivery.outbox as o join delivery.content on content.id = o.content_id
    where o.id = ${job.deliveryId}`.execute(db);
  assert.deepEqual(rows[0]?.body, {
    kind: "video",
    media: { mediaId: job.resultMediaId },
    thumbnail: { mediaId: job.thumbnailMediaId },
    shape: { width: 128, height: 128, durationSeconds: 1 },
    caption: { markup: "Words · 1 s" },
  });
  assert.deepEqual(await readdir(join(rig.dataDir, "studio-work")), []);
  await rig.settle(id, "sent");
  await line.run();
  assert.match(await cardText(rig, id), /Done in 2 s.*1<\/b> credit.*Again.*Variation.*Change model/);
  assert.equal(provider.works.get(job.providerReference ?? "")?.forgotten, true);
});

const failures: readonly (readonly [FailureReason["kind"], string])[] = [
  ["moderation", "moderation"],
  ["bad_input", "bad_input"],
  ["provider_error", "provider"],
  ["timeout", "provider"],
  ["lost", "lost"],
];
for (const [kind, failure] of failures) {
  test(`a provider that says ${kind} while it works fails the job as ${failure}, unpaid`, async () => {
    provider.plan = { looks: 1, failure: { kind } };
    const before = await rig.balance(user);
    const { id } = await running();
    await rig.pass(1000);
    const job = await rig.job(id);
    assert.deepEqual([job.state, job.failure], ["failed", failure]);
    assert.deepEqual(await rig.balance(user), before);
  });
}

test("a provider that says it was cancelled there ends the job as cancelled", async () => {
  provider.plan = { looks: 1, failure: { kind: "cancelled" } };
  const { id } = await running();
  await rig.pass(1000);
  assert.equal((await rig.job(id)).state, "cancelled");
});

test("a provider that is out is asked on until the deadline", async () => {
  provider.plan = { looks: 1, isOut: true };
  const { id } = await running();
  for (let minute = 0; minute < 5; minute++) assert.deepEqual(await rig.pass(60_000), []);
  assert.equal((await rig.job(id)).state, "running");
  assert.deepEqual(line.waiting(), ["studio.poll-job"]);
});

test("a provider that names a time is not asked before it", async () => {
  let looks = 0;
  const { status } = provider;
  Object.assign(provider, {
    status: async () => {
      looks += 1;
      await Promise.reject(new ProviderUnavailable("rate_limited", 30_000));
    },
  });
  const { id } = await running();
  for (let second = 0; second < 30; second++) await rig.pass(1000);
  assert.equal(looks, 1);
  await rig.pass(1000);
  Object.assign(provider, { status });
  assert.equal(looks, 2);
  assert.equal((await rig.job(id)).state, "running");
});

test("a nudge looks at once and plans nothing", async () => {
  provider.plan = { looks: 100 };
  const job = await running();
  await rig.write(async (tx) => {
    await rig.studio.followUp.nudge(tx, job.id);
  });
  await line.run();
  assert.equal(looksAt(job), 1);
  assert.deepEqual(line.waiting(), ["studio.poll-job"]);
});

test("however often looks are repeated, one row of them remains", async () => {
  provider.plan = { looks: 10_000 };
  const job = await running();
  for (let again = 0; again < 5; again++) {
    await rig.write(async (tx) => {
      await rig.studio.followUp.poll(tx, job.id, rig.clock.now());
    });
    await rig.clock.advance(10);
  }
  await rig.pass(1000);
  await rig.pass(1000);
  assert.deepEqual(line.waiting(), ["studio.poll-job"]);
  const before = looksAt(job);
  await rig.pass(1000);
  assert.equal(looksAt(job), before + 1);
});

test("a look that comes after the end changes nothing", async () => {
  const job = await running();
  await rig.advance(job.id, { type: "cancelled" });
  await rig.pass(1000);
  assert.equal((await rig.job(job.id)).state, "cancelled");
});

test("a video that cannot be fetched now is fetched later", async () => {
  provider.fetches.push("not_ready", "outage");
  const { id } = await running();
  const thrown = [...(await rig.pass(1000)), ...(await rig.pass(1000))];
  for (let second = 0; second < 5; second++) thrown.push(...(await rig.pass(1000)));
  assert.equal(thrown.length, 2);
  assert.equal((await rig.job(id)).state, "delivering");
});

for (const [step, failure] of [
  ["lost", "lost"],
  ["too_large", "too_large"],
] as const) {
  test(`a video that is ${step} at the provider fails the job`, async () => {
    provider.fetches.push(step);
    const { id } = await running();
    await rig.pass(1000);
    await rig.pass(1000);
    const job = await rig.job(id);
    assert.deepEqual([job.state, job.failure], ["failed", failure]);
  });
}

test("a file that is no video fails the job and is not kept", async () => {
  const { fetchResult } = provider;
  Object.assign(provider, {
    fetchResult: async (_: string, { path }: { path: string }) => {
      await writeFile(path, "this is no video");
      return { ok: true, bytes: 16 };
    },
  });
  const { id } = await running();
  await rig.pass(1000);
  await rig.pass(1000);
  Object.assign(provider, { fetchResult });
  const job = await rig.job(id);
  assert.deepEqual([job.state, job.failure], ["failed", "provider"]);
  assert.deepEqual(await readdir(join(rig.dataDir, "studio-work")), []);
});

test("the books are right after all that", rig.assertSound);
