import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { type ManualClock, manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { geminiKey, type GoogleServer, googleServer } from "#test/support/providers/google-server.ts";
import { vertexAuth } from "#test/support/providers/vertex-auth.ts";

import type { VideoProvider, VideoRequest, VideoStatus } from "../port.ts";
import { ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import { createOmniProvider } from "./omni-provider.ts";
import { createVeoProvider } from "./veo-provider.ts";

const directory = await mkdtemp(join(tmpdir(), "telecast-google-"));
cleanUp(async () => {
  await rm(directory, { recursive: true });
});
const film = Buffer.from("a film, as far as anybody here looks");
const to = { path: join(directory, "film.mp4"), maxBytes: 1000 };
const clock: ManualClock = manualClock(new Date("2026-11-21T12:00:00Z"));

const vertex = { project: "our-project", location: "us-central1" };

function openVeo(root: string, token?: string): VideoProvider {
  const veo = createVeoProvider({ ...vertex, root, auth: vertexAuth(token) });
  cleanUp(veo.close);
  return veo;
}

function openOmni(root: string, key = geminiKey): VideoProvider {
  const omni = createOmniProvider({ root, key: new Secret(key), clock });
  cleanUp(omni.close);
  return omni;
}

const kinds = [
  ["Veo", "veo-3.1-fast-generate-001", openVeo],
  ["Omni", "gemini-omni-1.1-flash", openOmni],
] as const;

function request(model: string, changes: Partial<VideoRequest> = {}): VideoRequest {
  return {
    model,
    prompt: "a paper boat",
    durationSeconds: 8,
    width: 720,
    height: 1280,
    aspectRatio: "9:16",
    seed: 7,
    clientReference: "job-1",
    ...changes,
  };
}

async function setting(): Promise<GoogleServer> {
  return await googleServer({ clock, film });
}

async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "ok";
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /paper boat|guideline/i, "words were kept");
    return `${error.name} ${"kind" in error ? String(error.kind) : ""}`.trim();
  }
}

function words(status: VideoStatus): string {
  return status.state === "failed" ? `failed ${status.reason.kind}` : status.state;
}

for (const [name, model, open] of kinds) {
  test(`${name}: taken, running, done and fetched, by another process that knows only the reference`, async () => {
    const server = await setting();
    for (const image of [undefined, { bytes: Buffer.from("a picture"), contentType: "image/png" }]) {
      const { reference } = await open(server.url).start(request(model, { image }));
      const later = open(server.url);
      assert.match(words(await later.status(reference)), /^(?:running|queued)$/);
      assert.deepEqual(await later.fetchResult(reference, to), { ok: false, reason: "not_ready" });
      await clock.advance(1000);
      assert.equal(words(await later.status(reference)), "running");
      await clock.advance(1000);
      assert.equal(words(await later.status(reference)), "succeeded");
      assert.deepEqual(await later.fetchResult(reference, to), { ok: true, bytes: film.byteLength });
      assert.deepEqual(await readFile(to.path), film);
      assert.deepEqual(await later.fetchResult(reference, { ...to, maxBytes: 5 }), { ok: false, reason: "too_large" });
    }
  });

  test(`${name}: what its filters take out is told apart from what failed`, async () => {
    const server = await setting();
    for (const [failure, expected] of [
      ["filtered", "failed moderation"],
      [{ code: 3, message: "The prompt violates our usage guidelines" }, "failed moderation"],
      [{ code: 13, message: "internal" }, "failed provider_error"],
      [{ code: 8, message: "resource exhausted" }, "failed provider_error"],
    ] as const) {
      server.plan = { renderMs: 0, failure };
      const { reference } = await open(server.url).start(request(model));
      const provider = open(server.url);
      assert.equal(words(await provider.status(reference)), expected);
      assert.deepEqual(await provider.fetchResult(reference, to), { ok: false, reason: "lost" });
    }
  });

  test(`${name}: each code of a create call has its meaning, and none is sent twice`, async () => {
    const server = await setting();
    const provider = open(server.url);
    for (const [code, message, expected] of [
      [400, "bad field", "ProviderRefused bad_input"],
      [400, "The prompt violates our usage guidelines", "ProviderRefused moderation"],
      [401, "who are you", "ProviderRefused unauthorized"],
      [403, "permission denied", "ProviderRefused unauthorized"],
      [403, "This API method requires billing to be enabled", "ProviderRefused no_credit"],
      [404, "no such model", "ProviderRefused unsupported"],
      [429, "quota exceeded", "ProviderUnavailable rate_limited"],
      [500, "internal", "ProviderUnclear"],
      [503, "unavailable", "ProviderUnavailable outage"],
      [504, "deadline", "ProviderUnclear"],
    ] as const) {
      server.creates.push({ code, message });
      assert.equal(await outcome(provider.start(request(model))), expected, `${code} ${message}`);
      assert.equal(server.creates.length, 0);
    }
    server.creates.push("taken_then_hangs_up", "taken_without_a_name");
    await assert.rejects(provider.start(request(model)), ProviderUnclear);
    await assert.rejects(provider.start(request(model)), ProviderUnclear);
    assert.equal(server.jobs.length, 2);
    assert.equal(
      await outcome(provider.start(request("no-such-model"))),
      `ProviderRefused ${name === "Veo" ? "unsupported" : "bad_input"}`,
    );
  });

  test(`${name}: questions wait for better times, and what is unknown is lost`, async () => {
    const server = await setting();
    const provider = open(server.url);
    const { reference } = await provider.start(request(model));
    await clock.advance(61_000);
    for (const code of [500, 503, 429]) {
      server.outage = { code };
      await assert.rejects(provider.status(reference), ProviderUnavailable, String(code));
    }
    server.outage = { code: 401 };
    assert.equal(await outcome(provider.status(reference)), "ProviderRefused unauthorized");
    server.outage = { code: 404 };
    assert.equal(words(await provider.status(reference)), "failed lost");
    server.outage = undefined;
    assert.equal(words(await provider.status(reference)), "succeeded");
    for (const unknown of ["", "nonsense", "1:../../secret", "projects/p/../x"]) {
      assert.equal(words(await provider.status(unknown)), "failed lost", unknown);
    }
  });

  test(`${name}: a server that is not there has surely taken nothing; a wrong key is told apart`, async () => {
    assert.equal(await outcome(open("http://127.0.0.1:1").start(request(model))), "ProviderUnavailable outage");
    const server = await setting();
    assert.equal(await outcome(open(server.url, "wrong").start(request(model))), "ProviderRefused unauthorized");
  });

  test(`${name}: a call that is stopped says why`, async () => {
    const server = await setting();
    const signal = AbortSignal.abort(new Error("enough"));
    await assert.rejects(open(server.url).start(request(model), signal), /enough/);
  });
}

test("Veo: what the request says is said in Vertex's words", async () => {
  const server = await setting();
  await openVeo(server.url).start(request("veo-3.1-generate-001", { width: 1920, height: 1080, aspectRatio: "16:9" }));
  const [job] = server.jobs;
  assert.match(
    job?.name ?? "",
    /^projects\/our-project\/locations\/us-central1\/.*\/veo-3\.1-generate-001\/operations\//,
  );
  const { sampleCount, durationSeconds, aspectRatio, resolution, generateAudio, seed } = (job?.body["parameters"] ??
    {}) as Record<string, unknown>;
  assert.deepEqual([sampleCount, durationSeconds, aspectRatio, resolution], [1, 8, "16:9", "1080p"]);
  assert.deepEqual([generateAudio, seed], [true, 7]);
});

test("Veo: credentials that cannot be read are ours to mend, and nothing is sent", async () => {
  const server = await setting();
  const veo = createVeoProvider({ ...vertex, root: server.url, keyFile: join(directory, "no-such-file.json") });
  cleanUp(veo.close);
  assert.equal(await outcome(veo.start(request("veo-3.1-fast-generate-001"))), "ProviderRefused unauthorized");
  assert.equal(server.jobs.length, 0);
});

test("Omni: a film inside the answer is as good as a link, a link that has died is none, and both are forgotten", async () => {
  const server = await setting();
  const omni = openOmni(server.url);
  server.plan = { renderMs: 0, inline: true };
  const { reference } = await omni.start(request("gemini-omni-1.1-flash"));
  assert.deepEqual(await omni.fetchResult(reference, to), { ok: true, bytes: film.byteLength });
  assert.deepEqual(await omni.fetchResult(reference, { ...to, maxBytes: 5 }), { ok: false, reason: "too_large" });
  server.plan = { renderMs: 0 };
  server.hasFiles = false;
  const { reference: dead } = await omni.start(request("gemini-omni-1.1-flash"));
  assert.deepEqual(await omni.fetchResult(dead, to), { ok: false, reason: "lost" });
  for (const each of [reference, dead, dead]) await omni.forget?.(each);
  assert.ok(server.jobs.every(({ isDeleted }) => isDeleted));
});
