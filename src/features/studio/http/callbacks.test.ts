import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { createHttpServer } from "#kernel/http/index.ts";
import { verifyCallback } from "#providers/video/demo/callback.ts";
import { cleanUp } from "#test/support/clean-up.ts";

import { callbackToken } from "../callback-token.ts";
import type { VideoJob } from "../job.ts";
import { price, studioRig } from "../testing/studio-rig.ts";

const rig = await studioRig();
const { provider, line, clock } = rig;
const { cipher } = rig.kernel;
Object.assign(provider, {
  verifyCallback: async (...args: [Record<string, string>, Buffer]) =>
    await Promise.resolve(verifyCallback({ cipher, clock }, ...args)),
});
const { routes } = rig.parts;
assert.ok(routes !== undefined);
const server = await createHttpServer({
  ...rig.kernel,
  requestsPerMinute: 1000,
  proxies: [],
  routes: [],
  apiRoutes: [routes],
});
cleanUp(async () => {
  await server.close();
});
const user = await rig.newUser({ credits: 1000n * price });

afterEach(async () => {
  provider.plan = { looks: 2 };
  await rig.clear();
});

interface Callback {
  readonly token: string;
  readonly body?: string;
  /** Seconds since 1970; now unless told. */
  readonly at?: number;
  readonly signature?: string;
  readonly provider?: string;
}

function signed({ body = "{}", at }: Pick<Callback, "body" | "at">): { timestamp: string; signature: string } {
  const timestamp = String(at ?? Math.floor(clock.now().getTime() / 1000));
  return { timestamp, signature: cipher.sign(`${timestamp}.${body}`, "demo-callback") };
}

async function call(callback: Callback): Promise<{ readonly status: number; readonly body: string }> {
  const { token, body = "{}" } = callback;
  const { timestamp, signature } = signed(callback);
  const answer = await server.inject({
    method: "POST",
    url: `/api/callbacks/${callback.provider ?? "scripted"}/${token}`,
    headers: {
      "content-type": "application/json",
      "x-demo-timestamp": timestamp,
      "x-demo-signature": callback.signature ?? signature,
      "x-request-id": "the-same-for-all",
    },
    payload: body,
  });
  return { status: answer.statusCode, body: answer.body };
}

function bodyFor({ providerReference = "?" }: VideoJob): string {
  return JSON.stringify({ reference: providerReference });
}

async function running(): Promise<VideoJob> {
  const { id } = await rig.ordered(user);
  await line.run();
  return await rig.job(id);
}

function looksAt({ providerReference = "" }: VideoJob): number {
  return provider.works.get(providerReference)?.looks ?? 0;
}

test("a callback makes us look at once", async () => {
  const job = await running();
  assert.equal((await call({ token: callbackToken(cipher, job.id), body: bodyFor(job) })).status, 200);
  await line.run();
  assert.equal(looksAt(job), 1);
});

test("everything that is not right gets the same 404, and nothing happens", async () => {
  const job = await running();
  const ended = await running();
  await rig.advance(ended.id, { type: "cancelled" });
  await line.run();
  const token = callbackToken(cipher, job.id);
  const body = bodyFor(job);
  const nowSeconds = Math.floor(clock.now().getTime() / 1000);
  const other = signed({ body: '{"reference":"another"}' }).signature;
  const wrong: readonly Callback[] = [
    { token: "made-up", body },
    { token: callbackToken(cipher, ended.id), body },
    { token: job.id, body },
    { token, body, signature: "forged" },
    { token, body, signature: other },
    { token, body, signature: "" },
    { token, body, at: nowSeconds - 301 },
    { token, body, at: nowSeconds + 301 },
    { token, body: '{"reference":7}' },
    { token, body, provider: "unknown" },
    { token, body, provider: "spare" },
    { token: "x".repeat(400), body },
  ];
  const answers = await Promise.all(wrong.map(call));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [404]);
  assert.equal(new Set(answers.map(({ body }) => body)).size, 1, "all say the same");
  assert.ok(!answers[0]?.body.includes(job.id));
  await line.run();
  assert.equal(looksAt(job), 0);
});

test("a body of another type, or none, is no way in either", async () => {
  const job = await running();
  const url = `/api/callbacks/scripted/${callbackToken(cipher, job.id)}`;
  for (const headers of [{ "content-type": "text/xml" }, { "content-type": "application/octet-stream" }]) {
    assert.equal((await server.inject({ method: "POST", url, headers, payload: "<a/>" })).statusCode, 404);
  }
  assert.equal((await server.inject({ method: "POST", url })).statusCode, 404);
  assert.equal((await server.inject({ method: "GET", url })).statusCode, 404);
  const large = { "content-type": "application/json" };
  assert.equal(
    (await server.inject({ method: "POST", url, headers: large, payload: "x".repeat(300_000) })).statusCode,
    413,
  );
});

test("the same callback again nudges nobody, ten at once nudge once", async () => {
  const job = await running();
  const callback = { token: callbackToken(cipher, job.id), body: bodyFor(job) };
  const answers = await Promise.all(Array.from({ length: 10 }, async () => await call(callback)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  assert.equal(answers.filter(({ status }) => status === 404).length, 9);
  await line.run();
  assert.equal(looksAt(job), 1);
});

test("a callback that comes before we have the provider's answer does no harm", async () => {
  const { id } = await rig.ordered(user);
  const { start } = provider;
  Object.assign(provider, {
    start: async (...args: Parameters<typeof start>) => {
      const taken = await start(...args);
      const body = JSON.stringify(taken);
      assert.equal((await call({ token: callbackToken(cipher, id), body })).status, 200);
      return taken;
    },
  });
  await line.run();
  Object.assign(provider, { start });
  assert.equal((await rig.job(id)).state, "running");
  await rig.pass(1000);
  await rig.pass(1000);
  assert.equal((await rig.job(id)).state, "delivering");
});

test("callbacks alone, without any look of our own, bring the video", async () => {
  provider.plan = { looks: 1 };
  const job = await running();
  line.lose();
  await call({ token: callbackToken(cipher, job.id), body: bodyFor(job) });
  await line.run();
  assert.equal((await rig.job(job.id)).state, "delivering");
});

test("callbacks and looks together bring one video", async () => {
  provider.plan = { looks: 1 };
  const job = await running();
  await call({ token: callbackToken(cipher, job.id), body: bodyFor(job) });
  await rig.pass(1000);
  const { deliveryId } = await rig.job(job.id);
  await rig.pass(20_000);
  assert.equal((await rig.job(job.id)).deliveryId, deliveryId);
  assert.equal((await rig.job(job.id)).state, "delivering");
});
