import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { studioRig } from "#features/studio/testing/studio-rig.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createOmniProvider } from "#providers/video/google/omni-provider.ts";
import { createVeoProvider } from "#providers/video/google/veo-provider.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { geminiKey, type GoogleJob, googleServer } from "#test/support/providers/google-server.ts";
import {
  callbackRoad,
  providerStory,
  storyCatalogue,
  type StoryModel,
} from "#test/support/providers/provider-story.ts";
import { vertexAuth } from "#test/support/providers/vertex-auth.ts";

/** Videos made by Google as studio orders them: Veo on Vertex, Omni with a key. Google calls nobody back. */
const wide = { width: 1280, height: 720, aspectRatio: "16:9" };
const veo: StoryModel = {
  id: "veo",
  providerModel: "veo-3.1-fast-generate-001",
  image: "none",
  seconds: 8,
  size: wide,
};
const veoImage: StoryModel = { ...veo, id: "veo-image", image: "required" };
const omni: StoryModel = { ...veo, id: "omni", providerModel: "gemini-omni-1.1-flash", image: "optional" };
const clock = manualClock(new Date());
const road = callbackRoad();
const server = await googleServer({ clock });
const rig = await studioRig({
  clock,
  catalogue: [...storyCatalogue("google", [veo, veoImage]), ...storyCatalogue("gemini", [omni])],
  open: (kernel) => {
    const vertex = { project: "p", location: "us-central1", root: server.url, auth: vertexAuth() };
    const made = [
      createVeoProvider(vertex),
      createOmniProvider({ ...kernel, root: server.url, key: new Secret(geminiKey) }),
    ];
    for (const { close } of made) cleanUp(close);
    return made;
  },
});
server.film = rig.film;
const callbacks = async (): Promise<void> => await Promise.resolve();
const story = await providerStory({ rig, road, models: [veo, veoImage, omni], callbacks });
const { order, live, pass, assertDelivered, assertPaidBack } = story;
const usual = { renderMs: 6000 };
server.plan = usual;

afterEach(async () => {
  server.plan = usual;
  server.outage = undefined;
  server.hasFiles = true;
  server.creates.length = 0;
  rig.crashes.crashAt(undefined);
  await rig.clear();
});

/** Lets the work run until Google has taken one more job. */
async function taken(): Promise<GoogleJob> {
  const before = server.jobs.length;
  await pass(1);
  assert.equal(server.jobs.length, before + 1);
  const job = server.jobs.at(-1);
  assert.ok(job !== undefined);
  return job;
}

for (const { id: modelId } of [veo, veoImage, omni]) {
  test(`success: ${modelId}`, async () => {
    const job = await order(modelId);
    const { isDeleted } = await taken();
    assert.equal(isDeleted, false);
    await live(job);
    await assertDelivered(job);
    if (modelId === "omni") assert.equal(server.jobs.at(-1)?.isDeleted, true);
  });
}

for (const modelId of ["veo", "omni"]) {
  test(`${modelId}: failures and filtered results are paid back, each with its reason`, async () => {
    for (const [failure, reason] of [
      ["filtered", "moderation"],
      [{ code: 13, message: "internal" }, "provider"],
    ] as const) {
      server.plan = { ...usual, failure };
      const job = await order(modelId);
      await live(job);
      await assertPaidBack(job, reason);
    }
    server.plan = usual;
    server.creates.push({ code: 400, message: "The prompt violates our usage guidelines" });
    const refused = await order(modelId);
    await live(refused);
    await assertPaidBack(refused, "moderation");
  });

  test(`${modelId}: a rate limit and an outage are waited for, an empty account is not`, async () => {
    server.creates.push({ code: 429 }, { code: 503 });
    const before = server.jobs.length;
    const job = await order(modelId);
    await story.outlive(server, { code: 500 }, job);
    assert.equal(server.jobs.length, before + 1);
    server.creates.push({ code: 403, message: "This API method requires billing to be enabled" });
    const poor = await order(modelId);
    await live(poor);
    await assertPaidBack(poor, "no_credit");
  });

  test(`${modelId}: a lost answer is not sent again: one job at Google, and the credits back`, async () => {
    const before = server.jobs.length;
    server.creates.push("taken_then_hangs_up");
    const job = await order(modelId);
    await live(job);
    await assertPaidBack(job, "unclear");
    assert.equal(server.jobs.length, before + 1);
  });
}

for (const [modelId, provider] of [
  ["veo", "google"],
  ["omni", "gemini"],
] as const) {
  test(`${modelId}: a callback that somebody makes up leads nowhere, for nobody is called back`, async () => {
    const job = await order(modelId);
    await taken();
    assert.equal(await road.deliver(`https://studio.example/api/callbacks/${provider}/token`, {}, "{}"), 404);
    await live(job);
    await assertDelivered(job);
  });

  test(`${modelId}: a result that has died is paid back`, async () => {
    const job = await order(modelId);
    await taken();
    server.hasFiles = false;
    await live(job);
    await assertPaidBack(job, "lost");
  });

  test(`${modelId}: death at each transaction`, async () => {
    const paidBack = await story.dieAtEach(() => server.jobs.length, modelId);
    assert.equal(paidBack, 1, "only when the answer itself died with us");
  });
}

test("no call to Telegram was wrong", () => {
  assert.deepEqual(rig.sandbox.journal.invalidCalls, []);
});
