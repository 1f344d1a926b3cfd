import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { type JobEvent, type JobState, jobStates, nextState } from "./job-state.ts";
import { holdReference, type VideoJob } from "./job.ts";
import { limitSettings } from "./settings.ts";
import { cardText, price, studioRig } from "./testing/studio-rig.ts";

const rig = await studioRig();
const { db } = rig.database;
const user = await rig.newUser({ credits: 10_000n * price });
await rig.change(limitSettings, { queuedPerPerson: 1000 });

const events = {
  submit: async () => ({ type: "submit", callbackTokenHash: "hash" }),
  started: async () => ({ type: "started", reference: "provider-1" }),
  postponed: async () => ({ type: "postponed", until: new Date(rig.clock.now().getTime() + 5000) }),
  replaced: async () => ({ type: "replaced" }),
  progressed: async () => ({ type: "progressed", percent: 40 }),
  succeeded: async () => ({ type: "succeeded" }),
  fetched: async () => ({
    type: "fetched",
    video: {
      mediaId: await rig.keepFile(),
      thumbnailMediaId: await rig.keepFile(),
      width: 128,
      height: 128,
      durationSeconds: 4,
      bytes: 1000,
      linkUntil: undefined,
    },
  }),
  delivered: async () => ({ type: "delivered", messageId: 5, telegramFileId: "file" }),
  failed: async () => ({ type: "failed", failure: "provider" }),
  cancelled: async () => ({ type: "cancelled" }),
  expired: async () => ({ type: "expired" }),
} as const satisfies Record<JobEvent["type"], () => Promise<JobEvent>>;

type EventName = keyof typeof events;

const pathTo: Readonly<Record<JobState, readonly EventName[]>> = {
  ordered: [],
  submitting: ["submit"],
  running: ["submit", "started"],
  fetching: ["submit", "started", "succeeded"],
  delivering: ["submit", "started", "succeeded", "fetched"],
  delivered: ["submit", "started", "succeeded", "fetched", "delivered"],
  failed: ["failed"],
  cancelled: ["cancelled"],
  expired: ["submit", "started", "expired"],
};

/** An own job in that state, with a picture as long as it may have one; nothing is queued. */
async function jobIn(state: JobState): Promise<VideoJob> {
  const { id } = await rig.ordered(user, { imageFileId: "picture", modelId: "photo" });
  await sql`update studio.job set image_media_id = ${await rig.keepFile()} where id = ${id}`.execute(db);
  for (const name of pathTo[state]) await rig.advance(id, await events[name]());
  rig.line.lose();
  return await rig.job(id);
}

async function holdState(id: string): Promise<string | undefined> {
  const { rows } = await sql<{ state: string }>`
    select state from ledger.hold where reference = ${holdReference(id)}`.execute(db);
  return rows[0]?.state;
}

/** Everything that an event could change. */
async function everything(id: string): Promise<unknown> {
  const { rows } = await sql`
    select job::text, (select max(id) from delivery.content) as content, (select max(id) from delivery.outbox) as delivery
    from studio.job where id = ${id}`.execute(db);
  return { rows, hold: await holdState(id), queued: rig.line.waiting() };
}

async function isErased(mediaId: string | undefined): Promise<boolean | undefined> {
  return mediaId === undefined ? undefined : (await rig.kernel.media.find(db, mediaId))?.erased;
}

for (const state of jobStates) {
  for (const name of Object.keys(events) as EventName[]) {
    const next = nextState(state, name);
    if (next === undefined) {
      test(`${name} comes too late for a job that is ${state}, and changes nothing`, async () => {
        const { id } = await jobIn(state);
        const event = await events[name]();
        const before = await everything(id);
        const advanced = await rig.advance(id, event);
        assert.equal(advanced.ok ? undefined : advanced.reason, "too_late");
        assert.deepEqual(await everything(id), before);
      });
    } else {
      test(`${name} makes a job that is ${state} ${next}, with what belongs to it`, async () => {
        const before = await jobIn(state);
        const advanced = await rig.advance(before.id, await events[name]());
        assert.ok(advanced.ok);
        assert.equal(advanced.from, state);
        await checkState(next, before);
      });
    }
  }
}

/** What is true of every job in a state, whatever has led there. */
async function checkState(state: JobState, before: VideoJob): Promise<void> {
  const job = await rig.job(before.id);
  assert.equal(job.state, state);
  const isOver = pathTo[state].length > 0 && nextState(state, "failed") === undefined;
  const keepsPrompt = !isOver && state !== "delivering";
  assert.equal(job.prompt !== undefined, keepsPrompt, "the prompt is there exactly as long as it may be needed");
  assert.equal(job.imageFileId !== undefined, keepsPrompt);
  if (before.imageMediaId !== undefined) assert.equal(await isErased(before.imageMediaId), !keepsPrompt);
  assert.equal(job.finishedAt !== undefined, isOver);
  if (isOver) {
    for (const id of [before.resultMediaId, before.thumbnailMediaId]) assert.notEqual(await isErased(id), false);
    assert.deepEqual([job.resultMediaId, job.thumbnailMediaId], [undefined, undefined]);
  }
  const holds = { delivered: "captured", failed: "released", cancelled: "released", expired: "expired" } as const;
  assert.equal(await holdState(job.id), isOver ? holds[state as keyof typeof holds] : "open");
  if (isOver) assert.deepEqual(new Set(rig.line.waiting()), new Set(["studio.tidy-job", "studio.dispatch-jobs"]));
  rig.line.lose();
}

test("each step queues the work that comes next", async () => {
  const queuedAfter = async (state: JobState, name: EventName): Promise<readonly string[]> => {
    const { id } = await jobIn(state);
    await rig.advance(id, await events[name]());
    const names = rig.line.waiting();
    rig.line.lose();
    return names;
  };
  assert.deepEqual(await queuedAfter("ordered", "submit"), ["studio.start-job"]);
  assert.deepEqual(await queuedAfter("submitting", "started"), ["studio.poll-job"]);
  assert.deepEqual(await queuedAfter("submitting", "replaced"), ["studio.dispatch-jobs"]);
  // Once for the place that is free now, once for the place it will want.
  assert.deepEqual(await queuedAfter("submitting", "postponed"), ["studio.dispatch-jobs", "studio.dispatch-jobs"]);
  assert.deepEqual(await queuedAfter("running", "progressed"), []);
  assert.deepEqual(await queuedAfter("running", "succeeded"), ["studio.fetch-job"]);
  assert.deepEqual(await queuedAfter("fetching", "fetched"), ["studio.dispatch-jobs"]);
});

test("what an event says is written down", async () => {
  const { id } = await jobIn("submitting");
  await rig.advance(id, { type: "replaced" });
  const replaced = await rig.job(id);
  assert.deepEqual([replaced.triedModels, replaced.setbacks], [["photo"], 1]);
  const offer = { model: "spare", provider: "spare", costUsdMicros: 7n };
  await rig.advance(id, { type: "submit", callbackTokenHash: "hash", chosen: { offer, reason: "failover" } });
  const chosen = await rig.job(id);
  assert.deepEqual([chosen.model, chosen.standIn, chosen.provider], ["photo", "spare", "spare"]);
  assert.deepEqual([chosen.costUsdMicros, chosen.offerReason], [7, "failover"]);
  await rig.advance(id, { type: "postponed", until: rig.clock.now() });
  const own = { model: "photo", provider: "scripted", costUsdMicros: 8n };
  await rig.advance(id, { type: "submit", callbackTokenHash: "hash", chosen: { offer: own, reason: "only" } });
  const back = await rig.job(id);
  assert.deepEqual([back.standIn, back.provider, back.triedModels], [undefined, "scripted", []]);

  const running = await jobIn("running");
  assert.equal(running.providerReference, "provider-1");
  for (const percent of [40, 30, 250]) await rig.advance(running.id, { type: "progressed", percent });
  assert.equal((await rig.job(running.id)).progress, 100, "the bar never goes back, nor beyond its end");

  const failed = await jobIn("running");
  await rig.advance(failed.id, { type: "failed", failure: "moderation" });
  assert.equal((await rig.job(failed.id)).failure, "moderation");
});

test("two that advance the same job at once do it once", async () => {
  const { id } = await jobIn("delivering");
  const outcomes = await Promise.all(
    Array.from(
      { length: 10 },
      async (_, index) => await rig.advance(id, await events[index % 2 ? "delivered" : "failed"]()),
    ),
  );
  assert.equal(outcomes.filter(({ ok }) => ok).length, 1);
});

test("an unknown job is said to be unknown", async () => {
  const advanced = await rig.advance("00000000-0000-7000-8000-000000000000", { type: "cancelled" });
  assert.deepEqual(advanced, { ok: false, reason: "unknown", job: undefined });
});

test("the card says where the job stands, in the person's language", async () => {
  const { id } = await jobIn("delivering");
  assert.match(await cardText(rig, id), /On its way to you/);
  await rig.write(async (tx) => {
    await rig.kernel.accounts.setLanguage(tx, user.id, "ko");
  });
  await rig.advance(id, await events.failed());
  const card = await cardText(rig, id);
  assert.match(card, /만들지 못했습니다/);
  assert.match(card, /다시 시도/);
});

test("passing steps change the card only when the last change has been seen for a while", async () => {
  const { id } = await rig.ordered(user);
  const shown = async (): Promise<string> => (await rig.job(id)).cardShows;
  await rig.advance(id, await events.submit());
  assert.match(await shown(), /^ordered/, "handing it over takes no time that anybody would see");
  await rig.advance(id, await events.started());
  assert.equal(await shown(), "running 0 2", "with the minutes it may take");
  await rig.advance(id, { type: "progressed", percent: 10 });
  assert.equal(await shown(), "running 0 2");
  await rig.clock.advance(3000);
  await rig.advance(id, { type: "progressed", percent: 10 });
  assert.equal(await shown(), "running 10 2", "also when this progress is no news to the job");
  await rig.advance(id, await events.succeeded());
  assert.equal(await shown(), "running 10 2");
  await rig.advance(id, await events.fetched());
  assert.equal(await shown(), "delivering");
  await rig.advance(id, await events.delivered());
  assert.equal(await shown(), "delivered", "ends are told at once");
  rig.line.lose();
});

test("a group's card changes more rarely", async () => {
  const { id } = await rig.ordered(user, { chatId: -100_200 });
  await rig.advance(id, await events.submit());
  await rig.advance(id, await events.started());
  await rig.clock.advance(14_000);
  await rig.advance(id, { type: "progressed", percent: 10 });
  assert.match((await rig.job(id)).cardShows, /^ordered/);
  await rig.clock.advance(1000);
  await rig.advance(id, { type: "progressed", percent: 10 });
  assert.equal((await rig.job(id)).cardShows, "running 10 2");
  await rig.advance(id, await events.cancelled());
  assert.equal((await rig.job(id)).cardShows, "cancelled");
  rig.line.lose();
});

test("the books are right after all that", rig.assertSound);
