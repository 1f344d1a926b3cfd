import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { createCipher } from "#kernel/lib/cipher.ts";
import { type ManualClock, manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { a2eKey, type A2eServer, a2eServer } from "#test/support/providers/a2e-server.ts";

import type { VideoRequest } from "../port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import { type A2eProvider, createA2eProvider } from "./a2e-provider.ts";

const directory = await mkdtemp(join(tmpdir(), "telecast-a2e-"));
cleanUp(async () => {
  await rm(directory, { recursive: true });
});
const film = Buffer.from("a film, as far as anybody here looks");
const to = { path: join(directory, "film.mp4"), maxBytes: 1000 };
const cipher = createCipher(Buffer.alloc(32, 7));

interface Setting {
  readonly clock: ManualClock;
  readonly server: A2eServer;
  readonly a2e: A2eProvider;
}

async function setting(ourKey = a2eKey): Promise<Setting> {
  const clock = manualClock(new Date("2026-11-21T12:00:00Z"));
  const server = await a2eServer({ clock, film });
  const a2e = createA2eProvider({ root: server.url, key: new Secret(ourKey), clock, cipher });
  cleanUp(a2e.close);
  return { clock, server, a2e };
}

const image = { bytes: Buffer.alloc(0), contentType: "image/png", url: "https://bot.example/media/a.b" };

function request(changes: Partial<VideoRequest> = {}): VideoRequest {
  return {
    model: "a2e-v2",
    prompt: "waving",
    image,
    durationSeconds: 5,
    width: 720,
    height: 1280,
    aspectRatio: "9:16",
    clientReference: "job-1",
    ...changes,
  };
}

async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return "ok";
  } catch (error) {
    assert.ok(error instanceof Error);
    return `${error.name} ${"kind" in error ? String(error.kind) : ""}`.trim();
  }
}

test("a picture begins to move: taken, queued, running, done, fetched, forgotten", async () => {
  const { clock, server, a2e } = await setting();
  server.plan = { renderMs: 6000 };
  const { reference } = await a2e.start(request());
  const states: string[] = [];
  for (let look = 0; look < 4; look++) {
    states.push((await a2e.status(reference)).state);
    await clock.advance(2000);
  }
  assert.deepEqual(states, ["queued", "running", "running", "succeeded"]);
  assert.deepEqual(await a2e.fetchResult(reference, to), { ok: true, bytes: film.byteLength });
  assert.deepEqual(await readFile(to.path), film);
  await clock.advance(60_000);
  await a2e.forget?.(reference);
  await a2e.forget?.(reference);
  assert.equal(server.tasks[0]?.isDeleted, true);
  assert.deepEqual(await a2e.status(reference), { state: "failed", reason: { kind: "lost" } });
});

test("what the request says is said in A2E's words, and only a safe address is called back", async () => {
  const { server, a2e } = await setting();
  await a2e.start(request({ callbackUrl: "http://bot.example/api/callbacks/a2e/token" }));
  await a2e.start(request({ callbackUrl: "https://bot.example/api/callbacks/a2e/token" }));
  const [unsafe, safe] = server.tasks.map(({ input }) => input);
  assert.deepEqual([unsafe?.["webhook_url"], unsafe?.["webhook_token"]], [undefined, undefined]);
  assert.equal(safe?.["webhook_url"], "https://bot.example/api/callbacks/a2e/token");
  assert.deepEqual([safe["video_time"], safe["model_version"], safe["image_url"]], [5, "a2e-v2", image.url]);
});

test("a request without a picture that A2E can fetch is not sent", async () => {
  const { server, a2e } = await setting();
  assert.equal(await outcome(a2e.start(request({ image: undefined }))), "ProviderRefused bad_input");
  const unreachable = { bytes: image.bytes, contentType: image.contentType };
  assert.equal(await outcome(a2e.start(request({ image: unreachable }))), "ProviderRefused unsupported");
  assert.equal(server.tasks.length, 0);
});

const startCodes: readonly (readonly [number, number, string, string])[] = [
  [400, 400, "video_time is wrong", "ProviderRefused bad_input"],
  [400, 400, "the picture violates our policy", "ProviderRefused moderation"],
  [200, 1001, "Invalid token", "ProviderRefused unauthorized"],
  [401, 401, "", "ProviderRefused unauthorized"],
  [200, 1006, "Not enough coins", "ProviderRefused no_credit"],
  [402, 402, "", "ProviderRefused no_credit"],
  [404, 404, "", "ProviderRefused unsupported"],
  [429, 429, "", "ProviderUnavailable rate_limited"],
  [503, 503, "", "ProviderUnavailable outage"],
  [500, 500, "", "ProviderUnclear"],
  [200, 9999, "a code of tomorrow", "ProviderUnclear"],
];

test("each code of a start has its meaning, and what nobody has documented is unclear", async () => {
  const { server, a2e } = await setting();
  for (const [http, code, msg, expected] of startCodes) {
    server.starts.push({ http, code, msg });
    assert.equal(await outcome(a2e.start(request())), expected, `${http} ${code} ${msg}`);
  }
  server.starts.push("taken_then_hangs_up", "taken_without_a_name");
  await assert.rejects(a2e.start(request()), ProviderUnclear);
  await assert.rejects(a2e.start(request()), ProviderUnclear);
  assert.equal(server.tasks.length, 2, "never sent twice");
});

test("a question that cannot be answered now says nothing of the task", async () => {
  const { clock, server, a2e } = await setting();
  const { reference } = await a2e.start(request());
  await clock.advance(61_000);
  for (const outage of [500, 503, 429].map((code) => ({ http: code, code }))) {
    server.outage = outage;
    await assert.rejects(a2e.status(reference), ProviderUnavailable);
  }
  server.outage = { http: 200, code: 9999 };
  assert.notEqual(await outcome(a2e.status(reference)), "ok");
  server.outage = { http: 401, code: 401 };
  await assert.rejects(a2e.status(reference), ProviderRefused);
  server.outage = undefined;
  assert.equal((await a2e.status(reference)).state, "succeeded");
});

test("failures are told whatever A2E calls them", async () => {
  const { clock, server, a2e } = await setting();
  for (const word of ["failed", "fail", "error"] as const) {
    for (const [message, kind] of [
      ["NSFW content detected", "moderation"],
      ["GPU fault", "provider_error"],
    ] as const) {
      server.plan = { renderMs: 0, failure: { code: "E1", message, word } };
      const { reference } = await a2e.start(request());
      await clock.advance(1);
      assert.deepEqual(await a2e.status(reference), { state: "failed", reason: { kind, providerCode: "a2e_E1" } });
      assert.deepEqual(await a2e.fetchResult(reference, to), { ok: false, reason: "lost" });
    }
  }
});

test("a task that cannot be seen yet is waited for, and after a minute it is lost", async () => {
  const { clock, server, a2e } = await setting();
  server.plan = { renderMs: 0, hiddenMs: 3_600_000 };
  const { reference } = await a2e.start(request());
  assert.deepEqual(await a2e.status(reference), { state: "queued" });
  assert.deepEqual(await a2e.fetchResult(reference, to), { ok: false, reason: "not_ready" });
  await clock.advance(61_000);
  for (const each of [reference, "0:abc", "abc", "1:../user"]) {
    assert.deepEqual(await a2e.status(each), { state: "failed", reason: { kind: "lost" } }, each);
  }
});

test("coins are told, a wrong token is told apart", async () => {
  const { a2e } = await setting();
  assert.deepEqual(await a2e.balance(), { amount: 1293, unit: "coins" });
  const { a2e: stranger } = await setting("sk_wrong");
  assert.equal(await outcome(stranger.balance()), "ProviderRefused unauthorized");
});

test("a callback with our token is a reason to look, any other is none", async () => {
  const { clock, server, a2e } = await setting();
  await a2e.start(request({ callbackUrl: "https://bot.example/x" }));
  const token = server.tasks[0]?.input["webhook_token"] as string;
  const verdict = async (headers: Record<string, string>, body = '{"event":"task.completed"}') =>
    await a2e.verifyCallback?.(headers, Buffer.from(body));
  const [one, again, other] = [
    await verdict({ "x-a2e-webhook-token": token }),
    await verdict({ "x-a2e-webhook-token": token }),
    await verdict({ "x-a2e-webhook-token": token }, "{}"),
  ];
  assert.ok(one?.ok && again?.ok && other?.ok);
  assert.equal(one.replayKey, again.replayKey);
  assert.notEqual(one.replayKey, other.replayKey);
  assert.deepEqual(await verdict({}), { ok: false, reason: "unsigned" });
  for (const wrong of ["", "x", `${token}x`, token.slice(1)]) {
    assert.deepEqual(await verdict({ "x-a2e-webhook-token": wrong }), { ok: false, reason: "bad_signature" });
  }
  await clock.advance(0);
});
