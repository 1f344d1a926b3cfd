import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { createCanvas } from "@napi-rs/canvas";

import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { createDrawingProcess } from "#kernel/media/index.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { until } from "#test/support/until.ts";

import { probeVideo } from "../inspect.ts";
import type { VideoRequest, VideoStatus } from "../port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import { createDemoProvider, type DemoDeps, type DemoProvider } from "./demo-provider.ts";

const root = await mkdtemp(join(tmpdir(), "telecast-demo-"));
cleanUp(async () => {
  await rm(root, { recursive: true });
});
const drawing = createDrawingProcess({ clock: systemClock });
cleanUp(drawing.close);
const masterKey = randomBytes(32);
let directories = 0;

/** A provider on a directory of its own, or on that of another (after a "restart"). */
function provider(changes: Partial<DemoDeps> = {}): DemoProvider & { readonly directory: string } {
  const directory = changes.directory ?? join(root, `jobs-${++directories}`);
  const made = createDemoProvider({
    directory,
    drawing,
    cipher: createCipher(masterKey),
    clock: systemClock,
    ids: systemIds,
    log: silentLogger(),
    ...changes,
  });
  cleanUp(made.close);
  return { ...made, directory };
}

let requests = 0;

function request(prompt: string, changes: Partial<VideoRequest> = {}): VideoRequest {
  return {
    model: "text",
    prompt,
    durationSeconds: 1,
    width: 480,
    height: 848,
    aspectRatio: "9:16",
    clientReference: `job-${++requests}`,
    ...changes,
  };
}

async function ended(demo: DemoProvider, reference: string): Promise<VideoStatus> {
  return await until(
    "the job to end",
    async () => {
      const status = await demo.status(reference);
      return (status.state === "succeeded" || status.state === "failed") && status;
    },
    30_000,
  );
}

async function fetchedFilm(demo: DemoProvider, reference: string): Promise<string> {
  const path = join(root, `${reference}-fetched.mp4`);
  assert.equal((await demo.fetchResult(reference, { path, maxBytes: 10_000_000 })).ok, true);
  return path;
}

async function everythingIn(directory: string): Promise<string> {
  const names = await readdir(directory);
  const contents = await Promise.all(
    names.map(async (name) => (await readFile(join(directory, name))).toString("latin1")),
  );
  return [...names, ...contents].join("\n");
}

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A server that answers callbacks with the given statuses, the last one from then on. */
async function listener(...statuses: readonly [number, ...number[]]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((incoming, answer) => {
    void (async () => {
      const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>));
      answer.writeHead(statuses[received.length] ?? statuses.at(-1) ?? 200).end();
      received.push({ headers: incoming.headers, body });
    })();
  });
  server.listen(0, "127.0.0.1");
  await until("the server to listen", () => server.listening);
  cleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/demo/token`, received };
}

test("a job runs with progress, succeeds, and its film is a real video", async () => {
  const demo = provider();
  const { reference } = await demo.start(request("고양이가 우주를 난다 🐈"));
  const progress = await until("some progress", async () => {
    const status = await demo.status(reference);
    return status.state === "running" && (status.progress ?? 0) > 0 && status.progress;
  });
  assert.ok(progress > 0 && progress < 1);
  const status = await ended(demo, reference);
  assert.equal(status.state, "succeeded");
  const path = await fetchedFilm(demo, reference);
  assert.deepEqual(await probeVideo(drawing, path), { width: 480, height: 848, durationSeconds: 1, hasAudio: true });
});

test("jobs are drawn one at a time and those that wait know how many are before them", async () => {
  const demo = provider();
  const references: string[] = [];
  for (const name of ["one", "two", "three"]) references.push((await demo.start(request(name))).reference);
  const [first = "", , third = ""] = references;
  assert.deepEqual(await demo.status(third), { state: "queued", position: 2 });
  await ended(demo, first);
  for (const reference of references) assert.equal((await ended(demo, reference)).state, "succeeded");
});

test("a picture becomes a film; what is none is bad input", async () => {
  const demo = provider();
  const canvas = createCanvas(300, 200);
  canvas.getContext("2d").fillRect(0, 0, 300, 200);
  const over = async (bytes: Buffer): Promise<VideoStatus> => {
    const image = { bytes, contentType: "image/png" };
    return await ended(demo, (await demo.start(request("zoom", { image }))).reference);
  };
  assert.equal((await over(canvas.toBuffer("image/png"))).state, "succeeded");
  assert.deepEqual(await over(Buffer.from("no picture")), {
    state: "failed",
    reason: { kind: "bad_input", providerCode: "unreadable_image" },
  });
});

test("the end is told to the callback URL, signed so that it can be verified", async () => {
  const demo = provider();
  const { url, received } = await listener(200);
  const { reference } = await demo.start(request("#fail", { callbackUrl: url }));
  const callback = await until("the callback", () => received[0]);
  assert.ok(callback);
  const { headers, body } = callback;
  const verdict = await demo.verifyCallback(headers, body);
  assert.deepEqual(verdict, { ok: true, reference, replayKey: headers["x-demo-signature"] });
  assert.deepEqual(await demo.status(reference), {
    state: "failed",
    reason: { kind: "provider_error", providerCode: "demo_fail" },
  });

  const verify = async (changed: Record<string, string | undefined>, raw = body): Promise<unknown> =>
    await demo.verifyCallback({ ...headers, ...changed }, raw);
  const signature = String(headers["x-demo-signature"]);
  assert.deepEqual(await verify({ "x-demo-signature": undefined }), { ok: false, reason: "unsigned" });
  assert.deepEqual(
    await verify({ "x-demo-signature": signature.replace(/^./u, (first) => (first === "A" ? "B" : "A")) }),
    {
      ok: false,
      reason: "bad_signature",
    },
  );
  assert.deepEqual(await verify({ "x-demo-timestamp": "1" }), { ok: false, reason: "bad_signature" });
  assert.deepEqual(await verify({}, Buffer.from(`{"reference":"demo_other"}`)), { ok: false, reason: "bad_signature" });
  const later = provider({ clock: manualClock(new Date(Date.now() + 6 * 60_000)) });
  assert.deepEqual(await later.verifyCallback(headers, body), { ok: false, reason: "stale" });
  const stranger = provider({ cipher: createCipher(randomBytes(32)) });
  assert.deepEqual(await stranger.verifyCallback(headers, body), { ok: false, reason: "bad_signature" });
});

test("a callback that is not answered with 2xx is repeated", async () => {
  const demo = provider();
  const { url, received } = await listener(500, 200);
  const { reference } = await demo.start(request("#filtered", { callbackUrl: url }));
  await until("the second attempt", () => received.length === 2);
  assert.deepEqual(received[0]?.body, received[1]?.body);
  assert.deepEqual(await demo.status(reference), {
    state: "failed",
    reason: { kind: "moderation", providerCode: "demo_filtered" },
  });
});

test("magic words refuse, turn away, and lose the answer", async () => {
  const demo = provider();
  const start = async (prompt: string, clientReference = "same"): Promise<{ readonly reference: string }> =>
    await demo.start(request(prompt, { clientReference }));
  for (const [word, kind] of [
    ["#moderation", "moderation"],
    ["#badinput", "bad_input"],
    ["#nocredit", "no_credit"],
  ]) {
    await assert.rejects(
      start(`a cat ${word ?? ""}`),
      (error) => error instanceof ProviderRefused && error.kind === kind,
    );
  }
  await assert.rejects(start("#OUTAGE"), (error) => error instanceof ProviderUnavailable && error.kind === "outage");
  const busy = (error: unknown): boolean =>
    error instanceof ProviderUnavailable && error.kind === "rate_limited" && error.retryAfterMs === 2000;
  await assert.rejects(start("#busy", "patient"), busy);
  await assert.rejects(start("#busy", "patient"), busy);
  await start("#busy #fail", "patient");
  await assert.rejects(start("#unclear", "lost answer"), ProviderUnclear);
  const found = await demo.findByClientReference("lost answer");
  assert.ok(found);
  assert.equal((await ended(demo, found.reference)).state, "succeeded");
  assert.equal(await demo.findByClientReference("never started"), undefined);
});

test("the fate of all jobs can be set when the provider is made", async () => {
  const demo = provider({ fate: "outage" });
  await assert.rejects(demo.start(request("a cat")), ProviderUnavailable);
});

test("#slow and the pace hold a finished film back, and progress goes by the time", async () => {
  const clock = manualClock(new Date());
  const demo = provider({ clock });
  const { reference } = await demo.start(request("#slow train"));
  await until("the drawing to be done", async () => {
    await clock.advance(1);
    const status = await demo.status(reference);
    return status.state === "running" && drawing.pid() !== undefined;
  });
  await clock.advance(10_000);
  await until("half of the way", async () => {
    const status = await demo.status(reference);
    return (
      status.state === "running" && status.progress !== undefined && status.progress > 0.49 && status.progress < 0.6
    );
  });
  await clock.advance(10_000);
  assert.equal((await ended(demo, reference)).state, "succeeded");
});

test("after a restart an open job is drawn again when somebody asks", async () => {
  const before = provider({ paceMs: 60_000 });
  const { reference } = await before.start(request("조용한 아침", { clientReference: "survivor" }));
  await before.close();
  const afterwards = provider({ directory: before.directory });
  assert.deepEqual(await afterwards.findByClientReference("survivor"), { reference });
  const status = await afterwards.status(reference);
  assert.ok(status.state === "queued" || status.state === "running");
  assert.equal((await ended(afterwards, reference)).state, "succeeded");
  await fetchedFilm(afterwards, reference);
});

test("under another key the jobs of the old one are lost, not garbage", async () => {
  const before = provider({ paceMs: 60_000 });
  const { reference } = await before.start(request("secret"));
  await before.close();
  const other = provider({ directory: before.directory, cipher: createCipher(randomBytes(32)) });
  assert.deepEqual(await other.status(reference), { state: "failed", reason: { kind: "lost" } });
});

test("references that were never given are lost, whatever they look like", async () => {
  const demo = provider();
  for (const reference of ["", "demo_aaaaaaaaaaaaaaaaaaaaaa", "../../etc/passwd", "demo_../../../../../etc/pas"]) {
    assert.deepEqual(await demo.status(reference), { state: "failed", reason: { kind: "lost" } });
    const path = join(root, "never.mp4");
    assert.deepEqual(await demo.fetchResult(reference, { path, maxBytes: 10 }), { ok: false, reason: "lost" });
    assert.equal(await demo.cancel(reference), "too_late");
    await demo.forget(reference);
  }
});

test("nothing of the prompt is on disk in clear, and nothing at all of it once the job has ended", async () => {
  const demo = provider({ paceMs: 200 });
  const prompt = "a most confidential kangaroo";
  const { reference } = await demo.start(request(prompt, { clientReference: "our-own-id" }));
  const during = await everythingIn(demo.directory);
  for (const word of [prompt, "kangaroo", "our-own-id"]) assert.ok(!during.includes(word), word);
  const openSize = (await stat(join(demo.directory, `${reference}.job`))).size;
  await ended(demo, reference);
  const afterwards = await everythingIn(demo.directory);
  assert.ok(!afterwards.includes("kangaroo"));
  const record = await readFile(join(demo.directory, `${reference}.job`), "utf8");
  assert.ok(record.length < openSize / 2);
  const opened = createCipher(masterKey).decrypt(record, `demo-job/${reference}`);
  assert.ok(!opened.includes("kangaroo") && opened.includes("succeeded"));
});

test("a result can be fetched again until it is forgotten, and then nothing is left", async () => {
  const demo = provider();
  const { reference } = await demo.start(request("again"));
  const path = join(root, "again.mp4");
  assert.deepEqual(await demo.fetchResult(reference, { path, maxBytes: 10_000_000 }), {
    ok: false,
    reason: "not_ready",
  });
  await ended(demo, reference);
  assert.deepEqual(await demo.fetchResult(reference, { path, maxBytes: 1000 }), { ok: false, reason: "too_large" });
  await assert.rejects(stat(path));
  for (let i = 0; i < 2; i++) {
    const outcome = await demo.fetchResult(reference, { path, maxBytes: 10_000_000 });
    assert.ok(outcome.ok);
    assert.equal((await stat(path)).size, outcome.bytes);
  }
  await demo.forget(reference);
  await demo.forget(reference);
  assert.deepEqual(await readdir(demo.directory), []);
  assert.deepEqual(await demo.status(reference), { state: "failed", reason: { kind: "lost" } });
});

test("cancelling stops the drawing; what has ended cannot be cancelled", async () => {
  const demo = provider();
  const { reference } = await demo.start(request("cancel me", { durationSeconds: 8 }));
  await until("the drawing to begin", async () => (await demo.status(reference)).state === "running");
  assert.equal(await demo.cancel(reference), "cancelled");
  assert.deepEqual(await demo.status(reference), { state: "failed", reason: { kind: "cancelled" } });
  assert.equal(await demo.cancel(reference), "too_late");
  const { reference: next } = await demo.start(request("the next one"));
  assert.equal((await ended(demo, next)).state, "succeeded");
});

test("the sweep takes fetched films after ten minutes, others after a day, and strays", async () => {
  const clock = manualClock(new Date());
  const demo = provider({ clock });
  const make = async (prompt: string): Promise<string> => {
    const { reference } = await demo.start(request(prompt));
    await ended(demo, reference);
    return reference;
  };
  const [fetched, unfetched] = [await make("fetched"), await make("unfetched")];
  await fetchedFilm(demo, fetched);
  assert.equal(await demo.sweep(), 0);
  await clock.advance(10 * 60_000);
  assert.equal(await demo.sweep(), 1);
  assert.equal((await demo.status(fetched)).state, "failed");
  assert.equal((await demo.status(unfetched)).state, "succeeded");
  const stray = join(demo.directory, "demo_x.mp4.1234.tmp");
  await writeFile(stray, "half a film");
  await utimes(stray, new Date(Date.now() - 3 * 86_400_000), new Date(Date.now() - 3 * 86_400_000));
  await clock.advance(24 * 3_600_000);
  assert.equal(await demo.sweep(), 2);
  assert.deepEqual(await readdir(demo.directory), []);
});

test("an aborted call rejects with the signal's reason", async () => {
  const demo = provider();
  const signal = AbortSignal.abort(new Error("shutting down"));
  await assert.rejects(demo.start(request("x"), signal), /shutting down/);
  await assert.rejects(demo.status("demo_x", signal), /shutting down/);
});
