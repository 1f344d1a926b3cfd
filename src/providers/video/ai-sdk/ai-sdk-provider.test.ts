import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Secret } from "#kernel/lib/secret.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { bearerOf, type FakeAnswer, jsonOf, serveFake } from "#test/support/providers/fake-service.ts";

import type { VideoProvider, VideoRequest } from "../port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import { createAiSdkProvider } from "./ai-sdk-provider.ts";
import { replicate } from "./ai-sdk-service.ts";

/** Replicate: what its predictions and its errors mean. Of fal there are stories in test/providers. */
const inputs: unknown[] = [];
let answer: FakeAnswer | undefined;
const get = "https://api.replicate.com/v1/predictions/p1";
const prediction = (status: string, more: object = {}): FakeAnswer => ({
  status: 200,
  json: { id: "p1", status, urls: { get }, ...more },
});
const root = await serveFake((request) => {
  if (request.url.pathname === "/film.mp4") return { status: 200, bytes: Buffer.from("film"), type: "video/mp4" };
  if (bearerOf(request) !== "r8_key") return { status: 401, json: { detail: "Invalid token." } };
  if (request.method === "POST") inputs.push({ path: request.url.pathname, ...jsonOf(request) });
  return answer ?? prediction("starting");
});

function open(key = "r8_key"): VideoProvider {
  const provider = createAiSdkProvider({ service: replicate, root, key: new Secret(key) });
  cleanUp(provider.close);
  return provider;
}

const provider = open();
const request: VideoRequest = {
  model: "minimax/video-01",
  prompt: "a paper boat",
  durationSeconds: 6,
  width: 1280,
  height: 720,
  aspectRatio: "16:9",
  clientReference: "job-1",
  callbackUrl: "https://studio.example/api/callbacks/replicate/secret",
  options: { prompt_optimizer: false },
};
const { reference } = await provider.start(request);

test("a prediction is made with the model's own options, and its reference keeps no secret of ours", () => {
  assert.deepEqual(inputs, [
    {
      path: "/models/minimax/video-01/predictions",
      input: { prompt: "a paper boat", aspect_ratio: "16:9", duration: 6, prompt_optimizer: false },
    },
  ]);
  assert.deepEqual(JSON.parse(reference), { model: "minimax/video-01", operation: { getUrl: get } });
});

const failures: readonly (readonly [string, FakeAnswer, string])[] = [
  ["failed", prediction("failed", { error: "CUDA out of memory" }), "provider_error"],
  ["refused by content", prediction("failed", { error: "The input was flagged as sensitive (E005)" }), "moderation"],
  ["canceled", prediction("canceled"), "cancelled"],
  ["gone", { status: 404, json: { detail: "Not found" } }, "lost"],
];
for (const [what, given, kind] of failures) {
  test(`a prediction that is ${what} is ${kind}`, async () => {
    answer = given;
    const status = await open().status(reference);
    assert.ok(status.state === "failed" && status.reason.kind === kind, JSON.stringify(status));
  });
}

test("one that goes on is running, and what says nothing of it is thrown", async () => {
  for (const state of ["starting", "processing"]) {
    answer = prediction(state);
    assert.deepEqual(await provider.status(reference), { state: "running" });
  }
  for (const [status, error] of [
    [500, ProviderUnavailable],
    [429, ProviderUnavailable],
    [401, ProviderRefused],
  ] as const) {
    answer = { status, json: {} };
    await assert.rejects(provider.status(reference), error);
  }
  for (const status of [200, 408]) {
    answer = { status, bytes: Buffer.from("<html>Sign in to this network</html>"), type: "text/html" };
    await assert.rejects(provider.status(reference), ProviderUnavailable);
  }
  answer = "hangs_up";
  await assert.rejects(provider.status(reference), ProviderUnavailable);
});

test("one that succeeded is fetched, by any process", async () => {
  const directory = await mkdtemp(join(tmpdir(), "telecast-ai-sdk-"));
  cleanUp(async () => await rm(directory, { recursive: true }));
  answer = prediction("succeeded", { output: `${root}/film.mp4` });
  const other = open();
  assert.deepEqual(await other.status(reference), { state: "succeeded", result: {} });
  const to = { path: join(directory, "film.mp4"), maxBytes: 100 };
  assert.deepEqual(await other.fetchResult(reference, to), { ok: true, bytes: 4 });
});

const starts: readonly (readonly [FakeAnswer, (error: unknown) => boolean])[] = [
  [{ status: 402, json: { detail: "Insufficient credit" } }, (error) => isRefused(error, "no_credit")],
  [{ status: 404, json: { detail: "Not found" } }, (error) => isRefused(error, "unsupported")],
  [{ status: 422, json: { detail: "input is wrong" } }, (error) => isRefused(error, "bad_input")],
  [{ status: 429, json: {} }, (error) => error instanceof ProviderUnavailable && error.kind === "rate_limited"],
  [{ status: 500, json: {} }, (error) => error instanceof ProviderUnclear],
  [{ status: 201, json: { id: "p2" } }, (error) => error instanceof ProviderUnclear],
  ["hangs_up", (error) => error instanceof ProviderUnclear],
];
for (const [given, isRight] of starts) {
  test(`a start that is answered with ${typeof given === "object" ? given.status : given} is sent once`, async () => {
    answer = given;
    const before = inputs.length;
    await assert.rejects(provider.start(request), isRight);
    assert.equal(inputs.length, before + 1);
  });
}

test("a key that nobody has is refused, an operation elsewhere is not asked for, and nonsense is lost", async () => {
  await assert.rejects(open("nobody's").start(request), (error) => isRefused(error, "unauthorized"));
  const elsewhere = JSON.stringify({ model: "a/b", operation: { getUrl: "https://evil.example/v1/predictions/p1" } });
  await assert.rejects(provider.status(elsewhere), ProviderRefused);
  for (const nonsense of ["", "{}", "p1"]) {
    assert.deepEqual(await provider.status(nonsense), { state: "failed", reason: { kind: "lost" } });
  }
});

function isRefused(error: unknown, kind: string): boolean {
  return error instanceof ProviderRefused && error.kind === kind;
}
