import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { cardText, studioRig } from "#features/studio/testing/studio-rig.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { kiePace } from "#providers/video/kie/kie-api.ts";
import { createKieProvider } from "#providers/video/kie/kie-provider.ts";
import { createRateGate } from "#providers/video/wire/rate-gate.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { type KieCode, kieKey, kieServer, type KieTask } from "#test/support/providers/kie-server.ts";
import {
  callbackRoad,
  providerStory,
  storyCatalogue,
  type StoryModel,
} from "#test/support/providers/provider-story.ts";

/** Videos made by KIE.ai as studio orders them, and every way in which that goes wrong. */
const webhookKey = "the account's own webhook key";
const wide = { width: 1280, height: 720, aspectRatio: "16:9" };
const models: readonly StoryModel[] = [
  { id: "veo", providerModel: "veo3_fast", image: "none", seconds: 8, size: wide },
  { id: "runway", providerModel: "runway", image: "optional", seconds: 5, size: wide },
  { id: "wan", providerModel: "wan/2-2-a14b-text-to-video-turbo", image: "none", seconds: 5, size: wide },
  { id: "wan-image", providerModel: "wan/2-2-a14b-image-to-video-turbo", image: "required", seconds: 5, size: wide },
  { id: "kling", providerModel: "kling/v2-1-standard", image: "required", seconds: 5, size: wide },
];
const clock = manualClock(new Date());
const road = callbackRoad();
const server = await kieServer({ clock, webhookKey, deliver: road.deliver });
const rig = await studioRig({
  clock,
  catalogue: storyCatalogue("kie", models),
  open: (kernel) => {
    const [key, callbackSecret] = [new Secret(kieKey), new Secret(webhookKey)];
    const gate = createRateGate({ clock, ...kiePace });
    const kie = createKieProvider({ ...kernel, root: server.url, key, callbackSecret, gate });
    cleanUp(kie.close);
    return [kie];
  },
});
server.film = rig.film;
const story = await providerStory({ rig, road, models, callbacks: server.callbacks });
const { order, live, pass, assertDelivered, assertPaidBack } = story;
const usual = { renderMs: 6000 };
server.plan = usual;

afterEach(async () => {
  server.plan = usual;
  server.outage = undefined;
  server.creates.length = 0;
  rig.crashes.crashAt(undefined);
  await rig.clear();
});

/** The task that was begun last. */
function newest(): KieTask {
  const task = server.tasks.at(-1);
  assert.ok(task !== undefined);
  return task;
}

/** Lets the work run until KIE has taken one more task. */
async function taken(): Promise<KieTask> {
  const before = server.tasks.length;
  await pass(1);
  assert.equal(server.tasks.length, before + 1);
  return newest();
}

for (const { id: modelId } of models) {
  test(`success: ${modelId}`, async () => {
    const job = await order(modelId);
    await live(job);
    await assertDelivered(job);
  });
}

test("failure: what KIE could not make is paid back", async () => {
  for (const modelId of ["veo", "runway", "kling"]) {
    server.plan = { ...usual, failure: { code: 501, message: "Generation failed" } };
    const job = await order(modelId);
    await live(job);
    await assertPaidBack(job, "provider");
  }
});

test("moderation, when asked and when made", async () => {
  server.creates.push({ code: 400, msg: "Your prompt was flagged as violating content policies" });
  const refused = await order();
  await live(refused);
  await assertPaidBack(refused, "moderation");
  server.plan = { ...usual, failure: { code: 400, message: "Inappropriate content detected" } };
  const filtered = await order("runway");
  await live(filtered);
  await assertPaidBack(filtered, "moderation");
});

test("rate limit: asked again after the time that KIE named, and made once", async () => {
  server.creates.push({ code: 429, http: 429, retryAfter: "5" }, { code: 429 });
  const before = server.tasks.length;
  const job = await order();
  await live(job);
  await assertDelivered(job);
  assert.equal(server.tasks.length, before + 1);
});

test("out of credit: nobody is charged, and the admins are told", async () => {
  server.creates.push({ code: 402, msg: "Credits insufficient" });
  const job = await order();
  await live(job);
  await assertPaidBack(job, "no_credit");
});

test("outage: before it is taken it waits, while it is made it waits, and it arrives", async () => {
  const maintenance: KieCode = { code: 455, msg: "Maintenance" };
  server.creates.push(maintenance, maintenance);
  const job = await order();
  await story.outlive(server, { code: 500, msg: "Server error", http: 500 }, job);
});

test("lost callback: looking brings the video", async () => {
  server.plan = { ...usual, callback: "never" };
  const job = await order();
  await live(job);
  await assertDelivered(job);
});

test("a callback alone brings the video when nobody looks", async () => {
  server.plan = { renderMs: 600_000, callback: "never" };
  const job = await order();
  const task = await taken();
  rig.line.lose();
  await clock.advance(600_000);
  assert.equal(await server.sendCallback(task), 200);
  await live(job);
  await assertDelivered(job);
});

test("duplicate callback: one video, one payment", async () => {
  server.plan = { ...usual, callback: "twice" };
  const job = await order();
  await live(job);
  await assertDelivered(job);
  assert.equal(await server.sendCallback(newest()), 404, "what has ended cannot be called back");
});

test("forged callbacks change nothing, whoever sends them", async () => {
  server.plan = { renderMs: 600_000, callback: "never" };
  const job = await order();
  const task = await taken();
  const now = Math.floor(clock.now().getTime() / 1000);
  const url = task.callbackUrl ?? "";
  const forged = [
    { signature: "forged" },
    { signature: "" },
    { timestamp: now - 301 },
    { timestamp: now + 301 },
    { url: url.replace(/[^/]+$/, "made-up") },
    { url: url.replace("/kie/", "/scripted/") },
  ];
  for (const changes of forged) assert.equal(await server.sendCallback(task, changes), 404, JSON.stringify(changes));
  const unfinished = await rig.job(job.id);
  // Signed by the right key, and a lie all the same: the record is what counts.
  assert.equal(await server.sendCallback(task), 200);
  await rig.line.run();
  assert.equal((await rig.job(job.id)).state, "running");
  assert.equal(unfinished.state, "running");
  assert.equal(await server.sendCallback(task), 404, "a repeat");
  await clock.advance(600_000);
  await live(job);
  await assertDelivered(job);
});

test("a callback before the create call has returned", async () => {
  server.plan = { renderMs: 0, callback: "early" };
  const job = await order();
  await live(job);
  await assertDelivered(job);
  assert.ok((await server.callbacks()).includes(200));
});

test("a record that cannot be seen yet is waited for", async () => {
  server.plan = { ...usual, hiddenMs: 30_000 };
  const job = await order();
  await live(job);
  await assertDelivered(job);
});

test("a result whose link has died comes by a fresh one; one whose file is gone is paid back", async () => {
  const job = await order();
  await taken();
  server.expireLinks();
  await live(job);
  await assertDelivered(job);
  const other = await order();
  await taken();
  server.removeFiles();
  await live(other);
  await assertPaidBack(other, "lost");
  server.restoreFiles();
});

test("a lost answer to the create call is not sent again: without a callback the credits go back, once", async () => {
  for (const step of ["taken_then_hangs_up", { code: 500, msg: "Internal timeout" }] as const) {
    const before = server.tasks.length;
    server.plan = { ...usual, callback: "never" };
    server.creates.push(step);
    const job = await order();
    await pass(5);
    assert.equal((await rig.job(job.id)).state, "submitting", "KIE may yet call");
    assert.match(await cardText(rig, job.id), /answer got lost/);
    await live(job);
    await assertPaidBack(job, "unclear");
    assert.ok(server.tasks.length <= before + 1);
  }
});

test("a callback rescues a video whose create call was never answered: before, or long after, we know", async () => {
  for (const plan of [{ renderMs: 0, callback: "early" }, usual, { renderMs: 300_000 }] as const) {
    const before = server.tasks.length;
    server.plan = plan;
    server.creates.push("taken_then_hangs_up");
    const job = await order();
    await live(job);
    await assertDelivered(job);
    assert.equal(server.tasks.length, before + 1);
  }
});

test("a callback that fails, or comes after the job was given up, brings no video and no second refund", async () => {
  server.plan = { ...usual, failure: { code: 501, message: "Generation failed" } };
  server.creates.push("taken_then_hangs_up");
  const failed = await order();
  await live(failed);
  await assertPaidBack(failed, "provider");
  server.plan = { ...usual, callback: "never" };
  server.creates.push("taken_then_hangs_up");
  const late = await order();
  await live(late);
  await assertPaidBack(late, "unclear");
  assert.equal(await server.sendCallback(newest()), 404);
  await pass(5);
  await assertPaidBack(late, "unclear");
});

test("a rescue needs the job's own address and KIE's signature; a repeat changes nothing", async () => {
  server.plan = { renderMs: 300_000, callback: "never" };
  server.creates.push("taken_then_hangs_up");
  const job = await order();
  const task = await taken();
  const forged = [{ signature: "forged" }, { url: (task.callbackUrl ?? "").replace(/[^/]+$/, "made-up") }];
  for (const changes of forged) assert.equal(await server.sendCallback(task, changes), 404);
  assert.equal((await rig.job(job.id)).state, "submitting");
  assert.equal(await server.sendCallback(task), 200);
  assert.equal(await server.sendCallback(task), 404);
  const running = await rig.job(job.id);
  assert.deepEqual([running.state, running.providerReference?.endsWith(task.id)], ["running", true]);
  await clock.advance(300_000);
  await live(job);
  await assertDelivered(job);
});

test("death at each transaction: KIE's callback tells what its answer could not", async () => {
  assert.equal(await story.dieAtEach(() => server.tasks.length), 0);
});

test("no call to Telegram was wrong", () => {
  assert.deepEqual(rig.sandbox.journal.invalidCalls, []);
});
