import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import { until } from "#test/support/until.ts";

import type { VideoJob } from "../job.ts";
import { limitSettings } from "../settings.ts";
import type { Work } from "../testing/scripted-provider.ts";
import { cardText, price, studioRig, testCatalogue } from "../testing/studio-rig.ts";

const rig = await studioRig();
const { provider, spare } = rig;
const { db } = rig.database;
const user = await rig.newUser({ credits: 1000n * price });

afterEach(async () => {
  provider.starts.length = 0;
  await rig.clear();
});

/** Orders and lets the work run until nothing is due. */
async function begun(wish: Parameters<typeof rig.ordered>[1] = {}, by: User = user): Promise<VideoJob> {
  const { id } = await rig.ordered(by, wish);
  await rig.line.run();
  return await rig.job(id);
}

function worksOf(id: string): readonly Work[] {
  return [...provider.works.values(), ...spare.works.values()].filter(({ request }) => request.clientReference === id);
}

/** A file that somebody sent, whatever it is. */
function fileOf(bytes: Buffer): string {
  return rig.sandbox.world.files.add({ kind: "document", fileName: "a.png", mimeType: "image/png", bytes }).id;
}

/** One grey pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
  "base64",
);

test("the provider gets what was asked for, and where to call back", async () => {
  const job = await begun({ prompt: "a paper boat 🚤", durationSeconds: 8, seed: 7 });
  assert.equal(job.state, "running");
  const [work] = worksOf(job.id);
  assert.ok(work !== undefined);
  const { callbackUrl = "", ...request } = work.request;
  assert.deepEqual(request, {
    model: "w",
    prompt: "a paper boat 🚤",
    image: undefined,
    durationSeconds: 8,
    width: 128,
    height: 128,
    aspectRatio: "1:1",
    seed: 7,
    clientReference: job.id,
  });
  assert.match(callbackUrl, /^https:\/\/studio\.example\/api\/callbacks\/scripted\/[\w-]{40,}$/);
});

test("a picture comes from Telegram, goes there in full and as a signed link, and is gone when the job ends", async () => {
  const job = await begun({ modelId: "photo", imageFileId: fileOf(png) });
  const image = worksOf(job.id)[0]?.request.image;
  assert.equal(image?.contentType, "image/png");
  assert.deepEqual(image.bytes, png);
  assert.match(image.url ?? "", /^https:\/\/studio\.example\/media\/[\w.-]+$/);
  const kept = await readdir(join(rig.dataDir, "media"));
  assert.equal(kept.length, 1);
  await rig.advance(job.id, { type: "cancelled" });
  await until("the file to be gone", async () => (await readdir(join(rig.dataDir, "media"))).length === 0);
});

test("a picture that comes after the job has ended is not kept", async () => {
  const { files } = rig.kernel;
  const { download } = files;
  const { id } = await rig.ordered(user, { modelId: "photo", imageFileId: fileOf(png) });
  Object.assign(files, {
    download: async (...args: Parameters<typeof download>) => {
      await rig.advance(id, { type: "cancelled" });
      return await download(...args);
    },
  });
  await rig.line.run();
  Object.assign(files, { download });
  await until("the file to be gone", async () => (await readdir(join(rig.dataDir, "media"))).length === 0);
  const { rows } = await sql`select from media.file where kept_at is not null and erased_at is null`.execute(db);
  assert.equal(rows.length, 0);
  assert.equal(worksOf(id).length, 0);
});

test("a run that was overtaken while it fetched the picture starts nothing where the job is no longer to be made", async () => {
  const { files } = rig.kernel;
  const { download } = files;
  const { id } = await rig.ordered(user, { modelId: "photo", imageFileId: fileOf(png) });
  Object.assign(files, {
    download: async (...args: Parameters<typeof download>) => {
      Object.assign(files, { download });
      await rig.advance(id, { type: "replaced" });
      const chosen = { offer: { model: "spare", provider: "spare", costUsdMicros: 1n }, reason: "failover" } as const;
      await rig.advance(id, { type: "submit", callbackTokenHash: "x", chosen });
      return await download(...args);
    },
  });
  await rig.line.run();
  const { state, providerReference } = await rig.job(id);
  assert.deepEqual([state, providerReference?.split("-")[0]], ["running", "spare"]);
  assert.equal(worksOf(id).length, 1);
});

test("a file that is no picture, and one that Telegram no longer has, are the person's to replace", async () => {
  for (const fileId of [fileOf(Buffer.concat([png.subarray(0, 4), Buffer.from("no")])), "gone"]) {
    const job = await begun({ modelId: "photo", imageFileId: fileId });
    assert.deepEqual([job.state, job.failure], ["failed", "bad_input"], fileId);
    assert.equal(worksOf(job.id).length, 0);
  }
});

for (const kind of ["moderation", "bad_input", "unsupported"] as const) {
  test(`a provider that refuses with ${kind} is not asked again, and nothing is charged`, async () => {
    provider.starts.push({ refused: kind });
    const before = await rig.balance(user);
    const job = await begun();
    assert.deepEqual([job.state, job.failure], ["failed", kind]);
    assert.deepEqual(await rig.balance(user), before);
    assert.match(await cardText(rig, job.id), /Nothing was charged.*Try again/);
  });
}

test("our own account being refused is told to the admins, and nobody else is sent there for a while", async () => {
  const alerts = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*) from delivery.outbox as o join delivery.content on content.id = o.content_id
      where content.topic = 'studio.alert' and content.body::text like '%scripted%balance%'`.execute(db);
    return rows[0]?.count ?? 0;
  };
  provider.starts.push({ refused: "no_credit" }, { refused: "no_credit" });
  const job = await begun();
  assert.deepEqual([job.state, job.failure], ["failed", "no_credit"]);
  assert.match(await cardText(rig, job.id), /operators have been told/);
  assert.equal(await alerts(), 1);
  const { id } = await begun();
  assert.deepEqual([(await rig.job(id)).state, provider.starts.length], ["ordered", 1]);
  await rig.pass(10 * 60_000);
  assert.equal((await rig.job(id)).failure, "no_credit");
  assert.equal(await alerts(), 1, "it is the same trouble");
});

test("a busy provider is asked again when it said, by itself, and the card says so", async () => {
  provider.starts.push("busy", "busy");
  const { id } = await begun();
  const waiting = await rig.job(id);
  assert.deepEqual([waiting.state, waiting.setbacks], ["ordered", 1]);
  assert.match(await cardText(rig, id), /busy; I will try again/);
  await rig.pass(1999);
  assert.equal((await rig.job(id)).setbacks, 1);
  await rig.pass(1);
  assert.equal((await rig.job(id)).setbacks, 2);
  await rig.pass(2000);
  assert.equal((await rig.job(id)).state, "running");
  assert.equal(worksOf(id).length, 1);
});

test("a provider that stays out is given up after the tries that the settings allow", async () => {
  await rig.change(limitSettings, { tries: 3 });
  provider.starts.push("outage", "outage", "outage", "outage");
  const { id } = await begun();
  for (let minutes = 0; minutes < 5; minutes++) await rig.pass(60_000);
  const job = await rig.job(id);
  assert.deepEqual([job.state, job.failure], ["failed", "outage"]);
  assert.deepEqual(provider.starts, ["outage"], "three times");
  await rig.change(limitSettings, limitSettings.schema.parse({}));
});

test("an answer that got lost is looked up, and the job goes on with what was started", async () => {
  provider.starts.push("unclear");
  const job = await begun();
  assert.equal(job.state, "running");
  assert.equal(worksOf(job.id).length, 1);
});

test("a model that was taken off the list cannot be started any more", async () => {
  const { id } = await rig.ordered(user);
  await rig.offer(testCatalogue.slice(1));
  await rig.line.run();
  assert.equal((await rig.job(id)).failure, "unsupported");
  await rig.offer(testCatalogue);
});

test("when the provider is out, the model's stand-in makes the video at once, for the price that was agreed", async () => {
  const models = testCatalogue.map((model) =>
    model.id === "words" ? { ...model, standIns: ["photo", "spare"] } : model,
  );
  await rig.offer(models);
  provider.starts.push("outage");
  const job = await begun();
  assert.deepEqual([job.state, job.model, job.standIn, job.provider], ["running", "words", "spare", "spare"]);
  assert.equal(job.price, price);
  assert.equal(worksOf(job.id)[0]?.request.model, "s");
  assert.match(worksOf(job.id)[0]?.request.callbackUrl ?? "", /\/callbacks\/spare\//);
  assert.match(await cardText(rig, job.id), /Spare/);

  provider.starts.push("outage");
  spare.starts.push("outage");
  const { id } = await begun();
  assert.deepEqual([(await rig.job(id)).state, (await rig.job(id)).standIn], ["ordered", "spare"]);
  await rig.pass(5 * 60_000);
  assert.equal((await rig.job(id)).state, "running", "the last of them is tried again");
  await rig.offer(testCatalogue);
});

test("a job that is cancelled while the provider takes it is stopped there and forgotten", async () => {
  const { id } = await rig.ordered(user);
  await rig.advance(id, { type: "submit", callbackTokenHash: "x" });
  const start = provider.start;
  Object.assign(provider, {
    start: async (...args: Parameters<typeof start>) => {
      const taken = await start(...args);
      await rig.advance(id, { type: "cancelled" });
      return taken;
    },
  });
  await rig.line.run();
  Object.assign(provider, { start });
  assert.equal((await rig.job(id)).state, "cancelled");
  const [work] = worksOf(id);
  assert.deepEqual([work?.cancelled, work?.forgotten], [true, true]);
});

test("a stop begins no start, and waits for the answer to one that is under way", async () => {
  const run = async (id: string, signal: AbortSignal): Promise<void> => {
    await rig.studio.jobs.start.run({ jobId: id }, { id: "1", attempt: 1, log: rig.kernel.log, signal });
  };
  const { id } = await rig.ordered(user);
  await rig.advance(id, { type: "submit", callbackTokenHash: "x" });
  await assert.rejects(run(id, AbortSignal.abort(new Error("stopped"))), /stopped/);
  assert.deepEqual([(await rig.job(id)).submittedAt, worksOf(id).length], [undefined, 0]);

  const stopping = new AbortController();
  const start = provider.start;
  Object.assign(provider, {
    start: async (request: Parameters<typeof start>[0], signal: AbortSignal) => {
      const taken = await start(request);
      stopping.abort(new Error("stopped"));
      await rig.clock.advance(5000);
      signal.throwIfAborted();
      return taken;
    },
  });
  await run(id, stopping.signal);
  Object.assign(provider, { start });
  const { state, providerReference: reference = "" } = await rig.job(id);
  assert.deepEqual([state, provider.works.has(reference)], ["running", true]);
});

test("an answer that does not come within a stop's time is lost, and is looked up afterwards", async () => {
  const { id } = await rig.ordered(user);
  await rig.advance(id, { type: "submit", callbackTokenHash: "x" });
  const stopping = new AbortController();
  const start = provider.start;
  Object.assign(provider, {
    start: async (request: Parameters<typeof start>[0], signal: AbortSignal) => {
      await start(request);
      stopping.abort(new Error("stopped"));
      await rig.clock.advance(10_000);
      signal.throwIfAborted();
    },
  });
  const context = { id: "1", attempt: 1, log: rig.kernel.log, signal: stopping.signal };
  await assert.rejects(rig.studio.jobs.start.run({ jobId: id }, context), /stopped/);
  Object.assign(provider, { start });
  await rig.line.run();
  assert.equal((await rig.job(id)).state, "running");
  assert.equal(worksOf(id).length, 1);
});

test("two runs of the same start that find the same job do not stop it", async () => {
  provider.starts.push("dies_after");
  const { id } = await begun();
  const twice = async (): Promise<void> => {
    await rig.studio.jobs.start.run(
      { jobId: id },
      { id: "1", attempt: 2, log: rig.kernel.log, signal: new AbortController().signal },
    );
  };
  await Promise.all([twice(), twice(), twice()]);
  await rig.line.run();
  assert.equal((await rig.job(id)).state, "running");
  assert.deepEqual(
    worksOf(id).map(({ cancelled }) => cancelled),
    [false],
  );
});

test("a job that was given up between the provider's yes and our note of it is found there and stopped", async () => {
  provider.starts.push("dies_after");
  const { id } = await begun();
  await rig.advance(id, { type: "cancelled" });
  await rig.line.run();
  const [work] = worksOf(id);
  assert.deepEqual([work?.cancelled, work?.forgotten], [true, true]);
});

test("the books are right after all that", rig.assertSound);
