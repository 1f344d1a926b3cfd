import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { studioRig } from "#features/studio/testing/studio-rig.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createA2eProvider } from "#providers/video/a2e/a2e-provider.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { a2eKey, a2eServer, type A2eTask } from "#test/support/providers/a2e-server.ts";
import {
  callbackRoad,
  providerStory,
  storyCatalogue,
  type StoryModel,
} from "#test/support/providers/provider-story.ts";

/** Pictures that A2E sets in motion as studio orders them, and every way in which that goes wrong. */
const tall = { width: 720, height: 1280, aspectRatio: "9:16" };
const models: readonly StoryModel[] = [
  { id: "a2e", providerModel: "a2e-v2", image: "required", seconds: 5, size: tall },
];
const clock = manualClock(new Date());
const road = callbackRoad();
const server = await a2eServer({ clock, deliver: road.deliver });
const rig = await studioRig({
  clock,
  catalogue: storyCatalogue("a2e", models),
  open: (kernel) => {
    const a2e = createA2eProvider({ ...kernel, root: server.url, key: new Secret(a2eKey) });
    cleanUp(a2e.close);
    return [a2e];
  },
});
server.film = rig.film;
server.coins = 100_000;
const story = await providerStory({ rig, road, models, callbacks: server.callbacks });
const { order, live, pass, assertDelivered, assertPaidBack } = story;
const usual = { renderMs: 6000 };
server.plan = usual;

afterEach(async () => {
  server.plan = usual;
  server.outage = undefined;
  server.hasFiles = true;
  server.starts.length = 0;
  rig.crashes.crashAt(undefined);
  await rig.clear();
});

/** Lets the work run until A2E has taken one more task. */
async function taken(): Promise<A2eTask> {
  const before = server.tasks.length;
  await pass(1);
  assert.equal(server.tasks.length, before + 1);
  const task = server.tasks.at(-1);
  assert.ok(task !== undefined);
  return task;
}

test("success, and A2E is told to forget it", async () => {
  const job = await order();
  const task = await taken();
  assert.match(task.input["image_url"] as string, /^https:\/\/studio\.example\/media\//);
  await live(job);
  await assertDelivered(job);
  assert.equal(task.isDeleted, true);
});

test("failure and moderation are paid back", async () => {
  for (const [message, failure] of [
    ["GPU fault", "provider"],
    ["NSFW content detected", "moderation"],
  ] as const) {
    server.plan = { ...usual, failure: { code: "E1", message, word: "failed" } };
    const job = await order();
    await live(job);
    await assertPaidBack(job, failure);
  }
});

test("rate limit: asked again after the time that A2E named, and made once", async () => {
  server.starts.push({ http: 429, code: 429, retryAfter: "5" });
  const before = server.tasks.length;
  const job = await order();
  await live(job);
  await assertDelivered(job);
  assert.equal(server.tasks.length, before + 1);
});

test("out of coins: nobody is charged", async () => {
  const { coins } = server;
  server.coins = 0;
  const job = await order();
  await live(job);
  await assertPaidBack(job, "no_credit");
  server.coins = coins;
});

test("outage: before it is taken it waits, while it is made it waits, and it arrives", async () => {
  server.starts.push({ http: 503, code: 503 }, { http: 503, code: 503 });
  const job = await order();
  await story.outlive(server, { http: 500, code: 500 }, job);
});

test("lost callback: looking brings the video; a callback alone does too, and a repeat does nothing", async () => {
  server.plan = { ...usual, webhook: "never" };
  const looked = await order();
  await live(looked);
  await assertDelivered(looked);
  server.plan = { renderMs: 600_000, webhook: "never" };
  const called = await order();
  const task = await taken();
  rig.line.lose();
  await clock.advance(600_000);
  assert.equal(await server.callWebhook(task), 200);
  assert.equal(await server.callWebhook(task), 404);
  await live(called);
  await assertDelivered(called);
});

test("forged callbacks change nothing, and a true one that lies neither", async () => {
  server.plan = { renderMs: 600_000, webhook: "never" };
  const job = await order();
  const task = await taken();
  const url = task.input["webhook_url"] as string;
  for (const changes of [{ token: "forged" }, { token: "" }, { url: url.replace(/[^/]+$/, "made-up") }]) {
    assert.equal(await server.callWebhook(task, changes), 404, JSON.stringify(changes));
  }
  assert.equal(await server.callWebhook(task), 200);
  await rig.line.run();
  assert.equal((await rig.job(job.id)).state, "running");
  await clock.advance(600_000);
  await live(job);
  await assertDelivered(job);
});

test("a callback before the start call has returned, and a record that cannot be seen yet", async () => {
  server.plan = { renderMs: 0, webhook: "early" };
  const early = await order();
  await live(early);
  await assertDelivered(early);
  server.plan = { ...usual, hiddenMs: 30_000 };
  const hidden = await order();
  await live(hidden);
  await assertDelivered(hidden);
});

test("a result that has died is paid back", async () => {
  const job = await order();
  await taken();
  server.hasFiles = false;
  await live(job);
  await assertPaidBack(job, "lost");
});

test("a lost answer to the start call is not sent again: one task at A2E, and the credits back", async () => {
  const before = server.tasks.length;
  server.starts.push("taken_then_hangs_up");
  const job = await order();
  await live(job);
  await assertPaidBack(job, "unclear");
  assert.equal(server.tasks.length, before + 1);
});

test("death at each transaction", async () => {
  const paidBack = await story.dieAtEach(() => server.tasks.length);
  assert.equal(paidBack, 1, "only when the answer itself died with us");
});

test("no call to Telegram was wrong", () => {
  assert.deepEqual(rig.sandbox.journal.invalidCalls, []);
});
