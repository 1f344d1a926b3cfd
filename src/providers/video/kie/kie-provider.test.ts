import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { systemIds } from "#kernel/lib/ids.ts";
import { type ManualClock, manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { kieKey, type KieServer, kieServer, type KieServerOptions } from "#test/support/providers/kie-server.ts";

import type { VideoRequest, VideoStatus } from "../port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import { createRateGate } from "../wire/rate-gate.ts";
import { kiePace } from "./kie-api.ts";
import { createKieProvider, type KieProvider } from "./kie-provider.ts";

const directory = await mkdtemp(join(tmpdir(), "telecast-kie-"));
cleanUp(async () => {
  await rm(directory, { recursive: true });
});
const film = Buffer.from("a film, as far as anybody here looks");
const to = { path: join(directory, "film.mp4"), maxBytes: 1000 };
const image = { bytes: Buffer.from("a picture"), contentType: "image/png" };

interface Setting {
  readonly clock: ManualClock;
  readonly server: KieServer;
  readonly kie: KieProvider;
}

async function setting(changes: Partial<KieServerOptions> & { readonly ourKey?: string } = {}): Promise<Setting> {
  const clock = manualClock(new Date("2026-11-21T12:00:00Z"));
  const server = await kieServer({ clock, film, ...changes });
  const key = new Secret(changes.ourKey ?? kieKey);
  const kie = createKieProvider({
    root: server.url,
    key,
    callbackSecret: undefined,
    clock,
    ids: systemIds,
    gate: createRateGate({ clock, ...kiePace }),
  });
  cleanUp(kie.close);
  return { clock, server, kie };
}

function request(changes: Partial<VideoRequest> = {}): VideoRequest {
  return {
    model: "veo3_fast",
    prompt: "a paper boat",
    durationSeconds: 8,
    width: 720,
    height: 1280,
    aspectRatio: "9:16",
    seed: 0,
    clientReference: "job-1",
    ...changes,
  };
}

const jobSize = { durationSeconds: 5, width: 1280, height: 720, aspectRatio: "16:9" };
const wan = "wan/2-2-a14b";
const requests: Readonly<Record<string, VideoRequest>> = {
  "Veo 3 Fast from words": request(),
  "Veo 3 Fast from a picture": request({ image, prompt: "" }),
  "Runway from words": request({ ...jobSize, model: "runway" }),
  "Runway from a picture": request({ ...jobSize, model: "runway", image }),
  "Wan 2.2 from words": request({ ...jobSize, model: `${wan}-text-to-video-turbo`, width: 848, height: 480 }),
  "Wan 2.2 from a picture": request({ ...jobSize, model: `${wan}-image-to-video-turbo`, image }),
  "Kling 2.1 Standard from a picture": request({ ...jobSize, model: "kling/v2-1-standard", image }),
};

for (const [name, wish] of Object.entries(requests)) {
  test(`${name}: taken, queued, running, done, fetched`, async () => {
    const { clock, server, kie } = await setting();
    server.plan = { renderMs: 8000 };
    const { reference } = await kie.start({ ...wish, callbackUrl: undefined });
    const states: VideoStatus["state"][] = [];
    for (let look = 0; look < 5; look++) {
      states.push((await kie.status(reference)).state);
      await clock.advance(2000);
    }
    const [first, ...rest] = states;
    assert.equal(first, wish.model.startsWith("veo") ? "running" : "queued");
    assert.deepEqual(rest.slice(-2), ["running", "succeeded"]);
    assert.deepEqual(await kie.fetchResult(reference, to), { ok: true, bytes: film.byteLength });
    assert.deepEqual(await readFile(to.path), film);
  });
}

test("what the request says is said in each model's own words", async () => {
  const { server, kie } = await setting();
  for (const wish of Object.values(requests)) await kie.start(wish);
  const [veo, veoImage, runway, , wanText, , kling] = server.tasks.map(({ input }) => input);
  assert.equal(veo?.["aspect_ratio"], "9:16");
  assert.deepEqual([veo?.["resolution"], veo?.["duration"], veo?.["generationType"]], ["720p", 8, "TEXT_2_VIDEO"]);
  assert.equal(veoImage?.["generationType"], "FIRST_AND_LAST_FRAMES_2_VIDEO");
  assert.notEqual(veoImage?.["prompt"], "");
  assert.deepEqual([runway?.["quality"], runway?.["aspectRatio"], runway?.["waterMark"]], ["720p", "16:9", ""]);
  assert.deepEqual([wanText?.["resolution"], wanText?.["seed"]], ["480p", 1]);
  assert.equal(kling?.["duration"], "5");
});

test("what a job has cost is told in dollars", async () => {
  const { clock, server, kie } = await setting();
  const { reference } = await kie.start(request({ ...jobSize, model: "kling/v2-1-standard", image }));
  await clock.advance(server.plan.renderMs);
  assert.deepEqual(await kie.status(reference), { state: "succeeded", result: { costUsdMicros: 125_000n } });
});

type Expected = string;
/** What each code of KIE means when a video is asked for, whether HTTP says so too or not. */
const createCodes: readonly (readonly [number, string, Expected])[] = [
  [400, "Only English prompts are supported", "ProviderRefused bad_input"],
  [400, "Your prompt violates our content policy", "ProviderRefused moderation"],
  [401, "no access", "ProviderRefused unauthorized"],
  [402, "insufficient", "ProviderRefused no_credit"],
  [403, "ip not in the whitelist", "ProviderRefused unauthorized"],
  [404, "not found", "ProviderRefused unsupported"],
  [408, "upstream gave nothing", "ProviderUnclear "],
  [422, "duration is wrong", "ProviderRefused bad_input"],
  [422, "inappropriate content detected", "ProviderRefused moderation"],
  [429, "too many", "ProviderUnavailable rate_limited"],
  [451, "failed to fetch the image", "ProviderRefused bad_input"],
  [455, "maintenance", "ProviderUnavailable outage"],
  [500, "server error", "ProviderUnclear "],
  [501, "generation failed", "ProviderUnclear "],
  [503, "unavailable", "ProviderUnavailable outage"],
  [505, "feature disabled", "ProviderRefused unsupported"],
  [599, "a code of tomorrow", "ProviderUnclear "],
];

test("each code of a create call has its meaning, whatever HTTP says", async () => {
  const { clock, server, kie } = await setting();
  for (const [code, msg, expected] of createCodes) {
    for (const http of [200, code]) {
      server.creates.push({ code, msg, http });
      assert.equal(await outcome(kie.start(request())), expected, `${code} ${msg}, http ${http}`);
      await clock.advance(1000);
    }
  }
  assert.equal(server.tasks.length, 0);
});

async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "ok";
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /paper boat|policy|english/i, "words were kept");
    return `${error.name} ${"kind" in error ? String(error.kind) : ""}`;
  }
}

/** What each code means when a record is asked for. `-`: it says nothing of the task. */
const recordCodes: readonly (readonly [number, string, Expected])[] = [
  [400, "bad", "failed bad_input"],
  [401, "no access", "ProviderRefused unauthorized"],
  [402, "insufficient", "ProviderUnavailable outage"],
  [408, "upstream gave nothing", "failed timeout"],
  [429, "too many", "ProviderUnavailable rate_limited"],
  [451, "image", "failed bad_input"],
  [455, "maintenance", "ProviderUnavailable outage"],
  [500, "server error", "ProviderUnavailable outage"],
  [501, "generation failed", "failed provider_error"],
  [505, "feature disabled", "failed provider_error"],
  [404, "not found", "failed lost"],
  [422, "Temporarily supports records within 14 days", "failed lost"],
];

test("each code of a record's question has its meaning", async () => {
  const { clock, server, kie } = await setting();
  const { reference } = await kie.start(request());
  await clock.advance(61_000);
  for (const [code, msg, expected] of recordCodes) {
    server.outage = { code, msg };
    assert.equal(await statusWords(kie, reference), expected, String(code));
  }
  server.outage = undefined;
  assert.equal(await statusWords(kie, reference), "succeeded ");
});

async function statusWords(kie: KieProvider, reference: string): Promise<string> {
  try {
    const status = await kie.status(reference);
    return `${status.state} ${status.state === "failed" ? status.reason.kind : ""}`;
  } catch (error) {
    assert.ok(error instanceof ProviderRefused || error instanceof ProviderUnavailable);
    return `${error.name} ${error.kind}`;
  }
}

test("how a task failed is told by its code and words, alike for each kind of model", async () => {
  const failures: readonly (readonly [number, string, string])[] = [
    [400, "Inappropriate content detected. Please replace the image.", "failed moderation"],
    [400, "image size is wrong", "failed bad_input"],
    [500, "Internal server error", "failed provider_error"],
    [501, "Generation failed", "failed provider_error"],
    [501, "blocked: prominent people, safety filter", "failed moderation"],
  ];
  const { clock, server, kie } = await setting();
  for (const [code, message, expected] of failures) {
    for (const name of ["Veo 3 Fast from words", "Runway from words", "Wan 2.2 from words"]) {
      server.plan = { renderMs: 1000, failure: { code, message } };
      const { reference } = await kie.start(requests[name] ?? request());
      await clock.advance(2000);
      assert.equal(await statusWords(kie, reference), expected, `${name}: ${code} ${message}`);
    }
  }
});

test("a task that cannot be seen yet is waited for, and after a minute it is lost", async () => {
  const { clock, server, kie } = await setting();
  server.plan = { renderMs: 1000, hiddenMs: 50_000 };
  const { reference } = await kie.start(request());
  assert.equal(await statusWords(kie, reference), "queued ");
  await clock.advance(51_000);
  assert.equal(await statusWords(kie, reference), "succeeded ");
  server.plan = { renderMs: 1000, hiddenMs: 10 * 60_000 };
  const { reference: hidden } = await kie.start(request());
  await clock.advance(61_000);
  assert.equal(await statusWords(kie, hidden), "failed lost");
  assert.equal(await statusWords(kie, "veo:0:never-made"), "failed lost");
  assert.equal(await statusWords(kie, "something else"), "failed lost");
});

test("an answer that is lost on the way is unclear, one without a task's name too", async () => {
  const { server, kie } = await setting();
  server.creates.push("taken_then_hangs_up", "taken_without_a_name");
  await assert.rejects(kie.start(request()), ProviderUnclear);
  await assert.rejects(kie.start(request()), ProviderUnclear);
  assert.equal(server.tasks.length, 2, "never sent twice");
});

test("a server that is not there has surely taken nothing", async () => {
  const { clock } = await setting();
  const key = new Secret(kieKey);
  const root = "http://127.0.0.1:1";
  const kie = createKieProvider({
    root,
    key,
    callbackSecret: undefined,
    clock,
    ids: systemIds,
    gate: createRateGate({ clock, ...kiePace }),
  });
  cleanUp(kie.close);
  assert.equal(await outcome(kie.start(request())), "ProviderUnavailable outage");
  assert.equal(await outcome(kie.status("veo:1:a")), "ProviderUnavailable outage");
});

test("a wrong key is told apart from everything else", async () => {
  const { kie } = await setting({ ourKey: "another" });
  const works = [kie.start(request()), kie.start(request({ image })), kie.status("veo:1:a"), kie.balance()];
  assert.deepEqual(new Set(await Promise.all(works.map(outcome))), new Set(["ProviderRefused unauthorized"]));
});

test("a request for more patience is heeded", async () => {
  const { server, kie } = await setting();
  server.creates.push({ code: 429, http: 429, retryAfter: "7" });
  const error = await kie.start(request()).catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ProviderUnavailable);
  assert.equal(error.retryAfterMs, 7000);
});

test("never more than 20 videos are begun in 10 seconds: some wait, the others are told when to come back", async () => {
  const { clock, server, kie } = await setting();
  const began: number[] = [];
  const later: number[] = [];
  const started = clock.monotonicMs();
  const all = Array.from({ length: 50 }, async () => {
    try {
      await kie.start(request());
      began.push(clock.monotonicMs() - started);
    } catch (error) {
      assert.ok(error instanceof ProviderUnavailable && error.kind === "rate_limited");
      later.push(error.retryAfterMs ?? 0);
    }
  });
  while (began.length < 20) await clock.advance(0);
  assert.equal(server.tasks.length, 20);
  await clock.advance(kiePace.windowMs - 1);
  assert.equal(server.tasks.length, 20);
  await clock.advance(1);
  await Promise.all(all);
  assert.deepEqual([server.tasks.length, later.length], [40, 10], "none was refused by KIE");
  assert.ok(later.every((ms) => ms === 2 * kiePace.windowMs));
});

test("a link that has died is asked for again; without a file the video is lost", async () => {
  const { clock, server, kie } = await setting();
  const { reference } = await kie.start(request());
  assert.deepEqual(await kie.fetchResult(reference, to), { ok: false, reason: "not_ready" });
  await clock.advance(2000);
  server.expireLinks();
  assert.deepEqual(await kie.fetchResult(reference, to), { ok: true, bytes: film.byteLength });
  server.removeFiles();
  assert.deepEqual(await kie.fetchResult(reference, to), { ok: false, reason: "lost" });
});

test("a result that is too large is not kept", async () => {
  const { clock, kie } = await setting();
  const { reference } = await kie.start(request());
  await clock.advance(2000);
  assert.deepEqual(await kie.fetchResult(reference, { ...to, maxBytes: 5 }), { ok: false, reason: "too_large" });
  await assert.rejects(readFile(to.path));
});

test("the balance is told", async () => {
  const { server, kie } = await setting();
  server.credits = 77.5;
  assert.deepEqual(await kie.balance(), { amount: 77.5, unit: "credits" });
});
