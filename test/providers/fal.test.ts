import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { studioRig } from "#features/studio/testing/studio-rig.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createAiSdkProvider } from "#providers/video/ai-sdk/ai-sdk-provider.ts";
import { fal } from "#providers/video/ai-sdk/ai-sdk-service.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { falKey, falServer } from "#test/support/providers/fal-server.ts";
import {
  callbackRoad,
  providerStory,
  storyCatalogue,
  type StoryModel,
} from "#test/support/providers/provider-story.ts";

/** Videos made at fal through the AI SDK as studio orders them, and every way in which that goes wrong. It is not called back. */
const wide = { width: 1280, height: 720, aspectRatio: "16:9" };
const models: readonly StoryModel[] = [
  { id: "veo", providerModel: "veo3.1/fast", image: "none", seconds: 8, size: wide },
  { id: "veo-image", providerModel: "veo3.1/fast", image: "required", seconds: 4, size: wide },
];
const clock = manualClock(new Date());
const server = await falServer({ clock });
const rig = await studioRig({
  clock,
  catalogue: storyCatalogue("fal", models),
  open: () => {
    const provider = createAiSdkProvider({ service: fal, root: server.url, key: new Secret(falKey) });
    cleanUp(provider.close);
    return [provider];
  },
});
server.film = rig.film;
const road = callbackRoad();
const story = await providerStory({ rig, road, models, callbacks: async () => await Promise.resolve() });
const { order, live, pass, assertDelivered, assertPaidBack } = story;
const usual = { renderMs: 6000 };
server.plan = usual;

afterEach(async () => {
  server.plan = usual;
  server.outage = undefined;
  server.hasFiles = true;
  server.submits.length = 0;
  rig.crashes.crashAt(undefined);
  await rig.clear();
});

test("success, from words and from a picture, which goes along in the request", async () => {
  for (const { id, image } of models) {
    const job = await order(id);
    await live(job);
    await assertDelivered(job);
    const { image_url: url } = server.requests.at(-1)?.input ?? {};
    assert.equal(String(url).startsWith("data:image/png;base64,"), image === "required");
  }
});

test("failure and moderation are paid back, each by its own reason", async () => {
  const policy = [
    { loc: ["body", "prompt"], msg: "The content could not be processed", type: "content_policy_violation" },
  ];
  for (const [failure, reason] of [
    [{ status: 500, body: { detail: "Internal Server Error", error_type: "runner_disconnected" } }, "provider"],
    [{ status: 422, body: { detail: policy } }, "moderation"],
    ["nsfw", "moderation"],
    [{ status: 422, body: { detail: [{ loc: ["body"], msg: "too large", type: "image_too_large" }] } }, "bad_input"],
  ] as const) {
    server.plan = { ...usual, failure };
    const job = await order();
    await live(job);
    await assertPaidBack(job, reason);
  }
  server.submits.push({ status: 422, detail: policy });
  const refused = await order();
  await live(refused);
  await assertPaidBack(refused, "moderation");
});

test("rate limit: asked again after the time that fal named, and made once", async () => {
  server.submits.push({ status: 429, retryAfter: "5" });
  const before = server.requests.length;
  const job = await order();
  await live(job);
  await assertDelivered(job);
  assert.equal(server.requests.length, before + 1);
});

test("out of credit: nobody is charged", async () => {
  server.submits.push({ status: 403, detail: "User is locked. Reason: Exhausted balance." });
  const job = await order();
  await live(job);
  await assertPaidBack(job, "no_credit");
});

test("outage: before it is taken it waits, while it is made it waits, and it arrives", async () => {
  server.submits.push({ status: 503 }, { status: 503 });
  const job = await order();
  await story.outlive(server, 502, job);
});

test("a result that has died is paid back", async () => {
  const job = await order();
  await pass(1);
  server.hasFiles = false;
  await live(job);
  await assertPaidBack(job, "lost");
});

test("a lost answer to the submission is not sent again: one request at fal, and the credits back", async () => {
  for (const step of ["taken_then_hangs_up", "taken_without_a_name", { status: 500 }] as const) {
    const before = server.requests.length;
    server.submits.push(step);
    const job = await order();
    await live(job);
    await assertPaidBack(job, "unclear");
    assert.ok(server.requests.length <= before + 1);
    await rig.clear();
  }
});

test("death at each transaction", async () => {
  const paidBack = await story.dieAtEach(() => server.requests.length);
  assert.equal(paidBack, 1, "only when the answer itself died with us");
});

test("no call to Telegram was wrong", () => {
  assert.deepEqual(rig.sandbox.journal.invalidCalls, []);
});
