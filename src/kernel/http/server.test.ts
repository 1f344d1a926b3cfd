import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { createAccounts } from "#kernel/accounts/index.ts";
import { createListener, inTransaction } from "#kernel/db/index.ts";
import { createDelivery, kernelTopics } from "#kernel/delivery/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { loadTexts } from "#kernel/lib/texts.ts";
import { createLocalFiles, createMediaFiles } from "#kernel/media/index.ts";
import { createHealth, createMetrics, silentLogger } from "#kernel/observability/index.ts";
import { createSettings } from "#kernel/settings/index.ts";
import { createBotApi } from "#kernel/telegram/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";

import {
  createHttpServer,
  deliveryRoutes,
  demoRoutes,
  healthRoutes,
  mediaRoutes,
  metricsRoutes,
  notificationRoutes,
  webhookRoutes,
} from "./index.ts";

const database = await testDatabase();
const { db } = database;
const environmentKey = "environment-key-0123456789";
const base = {
  db,
  database,
  url: database.url,
  clock: systemClock,
  ids: systemIds,
  log: silentLogger(),
  metrics: createMetrics({ process: false }),
  health: createHealth(),
  cipher: createCipher(Buffer.alloc(32, 3)),
};
const directory = await mkdtemp(join(tmpdir(), "telecast-http-"));
cleanUp(async () => {
  await rm(directory, { recursive: true, force: true });
});
const listener = createListener(base);
const settings = createSettings({ ...base, listener });
const accounts = createAccounts({
  ...base,
  adminChatIds: [42],
  monitoringChatIds: [],
  environmentKey: new Secret(environmentKey),
});
const media = createMediaFiles({ ...base, storage: createLocalFiles(directory) });
// Never started: what is asked of the API ends in the outbox here.
const api = createBotApi({
  ...base,
  token: new Secret("123456:unused-unused-unused-unused"),
  root: "http://127.0.0.1:9",
  connections: 1,
});
const delivery = createDelivery({
  ...base,
  api,
  listener,
  settings,
  accounts,
  media,
  environment: {},
  notificationTypes: [],
  settlements: () => [],
  texts: loadTexts([new URL("../delivery/texts/", import.meta.url)]),
  owner: "test",
});
cleanUp(delivery.stop);
cleanUp(api.close);

let healthy = true;
let reachable = true;
base.health.add("work", () => ({ ok: healthy, detail: "as the test says" }));
base.health.add("telegram", () => ({ ok: reachable, detail: "as the test says" }), { outside: true });
const received: unknown[] = [];
const app = await createHttpServer({
  ...base,
  accounts,
  proxies: [],
  requestsPerMinute: 300,
  routes: [
    healthRoutes(base.health),
    metricsRoutes(base.metrics, ["127.0.0.1"]),
    mediaRoutes(db, media),
    webhookRoutes({
      receive: async (body, secret) => {
        if (secret !== "right") return "unauthorized";
        received.push(body);
        return "stored";
      },
    }),
    notificationRoutes({ db, accounts, delivery, media, types: kernelTopics }),
    deliveryRoutes(db, delivery),
    demoRoutes(undefined),
  ],
  apiRoutes: [],
});
cleanUp(async () => {
  await app.close();
});

const authorization = `Bearer ${environmentKey}`;
const notification = { type: "announcement", title: "Hello", message: "World", chat_ids: [42] };

interface Problem {
  readonly code: string;
  readonly status: number;
  readonly request_id: string;
  readonly errors?: readonly { readonly field: string; readonly expected: string }[];
}

async function post(body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return await app.inject({
    method: "POST",
    url: "/api/notifications",
    headers: { authorization, ...headers },
    payload: body as object,
  });
}

async function keyWith(scopes: readonly string[], allowedIps: readonly string[] = []): Promise<string> {
  return (
    await inTransaction(db, async (tx) => await accounts.apiKeys.create(tx, { name: "test", scopes, allowedIps }))
  ).key;
}

test("a notification is queued and its delivery can be read", async () => {
  const answer = await post(notification);
  assert.equal(answer.statusCode, 202);
  const { deliveries } = answer.json<{ deliveries: { id: number; chat_id: number }[] }>();
  assert.equal(deliveries[0]?.chat_id, 42);
  const read = await app.inject({ url: `/api/deliveries/${deliveries[0]?.id}`, headers: { authorization } });
  const record = read.json<{ state: string; topic: string; lane: string; timeline: { event: string }[] }>();
  assert.deepEqual([record.state, record.topic, record.lane], ["queued", "announcement", "bulk"]);
  assert.equal(record.timeline[0]?.event, "queued");
});

test("deliveries are listed page by page, newest first", async () => {
  await post({ ...notification, chat_ids: [51, 52, 53] });
  const first = await app.inject({ url: "/api/deliveries?limit=2&topic=announcement", headers: { authorization } });
  const page = first.json<{ deliveries: { id: number }[]; next_cursor: string }>();
  const second = await app.inject({
    url: `/api/deliveries?limit=2&cursor=${page.next_cursor}`,
    headers: { authorization },
  });
  const ids = [...page.deliveries, ...second.json<{ deliveries: { id: number }[] }>().deliveries].map(({ id }) => id);
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => b - a),
  );
  assert.equal(new Set(ids).size, ids.length);
  const bad = await app.inject({ url: "/api/deliveries?cursor=nonsense", headers: { authorization } });
  assert.equal(bad.statusCode, 400);
});

test("critical goes by the lane of alerts", async () => {
  const { deliveries } = (await post({ ...notification, severity: "critical" })).json<{
    deliveries: { id: number }[];
  }>();
  assert.equal((await delivery.find(db, deliveries[0]?.id ?? 0))?.lane, "alert");
});

test("the same Idempotency-Key gives the same answer and queues nothing more", async () => {
  const headers = { "idempotency-key": "once" };
  const answers = await Promise.all(
    Array.from({ length: 10 }, async () => await post({ ...notification, chat_ids: [61] }, headers)),
  );
  assert.equal(new Set(answers.map(({ body }) => body)).size, 1);
  assert.equal((await delivery.list(db, { chatId: 61, limit: 10 })).deliveries.length, 1);
  const other = await post({ ...notification, chat_ids: [62] }, headers);
  assert.equal(other.statusCode, 422);
  assert.equal(other.json<Problem>().code, "http.idempotency_key_reused");
});

test("a dedupe key reaches nobody twice", async () => {
  await post({ ...notification, chat_ids: [71, 72], dedupe_key: "d" });
  const again = await post({ ...notification, chat_ids: [72, 73], dedupe_key: "d" });
  assert.equal(again.json<{ queued: number }>().queued, 1);
});

test("without a key, with a wrong one, a revoked one or one from elsewhere the answer is the same 401", async () => {
  const revoked = await keyWith(["notify:write"]);
  await inTransaction(
    db,
    async (tx) => await accounts.apiKeys.revoke(tx, (await accounts.apiKeys.list(tx))[0]?.prefix ?? ""),
  );
  const elsewhere = await keyWith(["notify:write"], ["10.1.2.3"]);
  const bodies: unknown[] = [];
  for (const given of [
    "",
    "Bearer nonsense",
    `Bearer ${revoked}`,
    `Bearer ${elsewhere}`,
    "Basic abc",
    `Bearer ${revoked}x`,
  ]) {
    const answer = await post(notification, { authorization: given });
    assert.equal(answer.statusCode, 401);
    bodies.push({ ...answer.json<Problem>(), request_id: "" });
  }
  assert.equal(new Set(bodies.map((body) => JSON.stringify(body))).size, 1);
});

test("a key opens only what its scopes name", async () => {
  const reader = await keyWith(["deliveries:read"]);
  const refused = await post(notification, { authorization: `Bearer ${reader}` });
  assert.deepEqual([refused.statusCode, refused.json<Problem>().code], [403, "http.missing_scope"]);
  const family = await keyWith(["notify:*"]);
  assert.equal((await post(notification, { authorization: "", "x-api-key": family })).statusCode, 202);
});

test("every bad field is named with what is expected", async () => {
  const cases: readonly [object, string][] = [
    [{ ...notification, type: "nonsense" }, "type"],
    [{ ...notification, title: "" }, "title"],
    [{ ...notification, message: "x".repeat(50_001) }, "message"],
    [{ ...notification, chat_ids: ["1"] }, "chat_ids.0"],
    [{ ...notification, chat_ids: [] }, "chat_ids"],
    [{ ...notification, expires_at: "tomorrow" }, "expires_at"],
    [{ ...notification, buttons: [{ text: "x", url: "javascript:alert(1)" }] }, "buttons.0.url"],
    [{ ...notification, surprise: 1 }, ""],
  ];
  for (const [body, field] of cases) {
    const answer = await post(body);
    const problem = answer.json<Problem>();
    assert.deepEqual([answer.statusCode, problem.code], [400, "http.invalid_request"], field);
    assert.equal(answer.headers["content-type"], "application/problem+json; charset=utf-8");
    assert.ok(
      problem.errors?.some((each) => each.field === field || field === ""),
      `${field}: ${answer.body}`,
    );
    assert.equal(problem.request_id, answer.headers["x-request-id"]);
  }
  assert.equal(
    (await post({ ...notification, audience: "everyone" })).json<Problem>().code,
    "notifications.no_recipients",
  );
});

test("malformed, oversized and mistyped bodies are refused without a 500", async () => {
  const raw = async (payload: string, type = "application/json") =>
    await app.inject({
      method: "POST",
      url: "/api/notifications",
      headers: { authorization, "content-type": type },
      payload,
    });
  assert.equal((await raw("{")).statusCode, 400);
  assert.equal((await raw("null")).statusCode, 400);
  assert.equal((await raw('{"__proto__": {"x": 1}}')).statusCode, 400);
  assert.equal((await raw("x", "text/csv")).statusCode, 415);
  assert.equal((await raw(JSON.stringify({ message: "x".repeat(9 * 1024 * 1024) }))).statusCode, 413);
  for (const text of ["\\u0000", "\\ud800"]) {
    assert.equal((await raw(JSON.stringify(notification).replace("Hello", text))).statusCode, 400, text);
  }
});

test("a picture that is too large is refused, one that is not is sent along", async () => {
  const image = { content_type: "image/png", base64: Buffer.alloc(1000, 1).toString("base64") };
  assert.equal((await post({ ...notification, chat_ids: [81], image })).statusCode, 202);
  const large = { ...image, base64: Buffer.alloc(5 * 1024 * 1024 + 1).toString("base64") };
  assert.equal((await post({ ...notification, image: large })).statusCode, 413);
});

test("what is not there is a problem document with the caller's request id", async () => {
  const answer = await app.inject({ url: "/nowhere", headers: { "x-request-id": "my-request-1" } });
  assert.equal(answer.statusCode, 404);
  assert.deepEqual([answer.json<Problem>().code, answer.headers["x-request-id"]], ["http.not_found", "my-request-1"]);
  const odd = await app.inject({ url: "/nowhere", headers: { "x-request-id": "<script>" } });
  assert.notEqual(odd.headers["x-request-id"], "<script>");
  for (const id of ["0", "abc", "99999999999999999999"]) {
    const read = await app.inject({ url: `/api/deliveries/${id}`, headers: { authorization } });
    assert.equal(read.statusCode, 400, id);
  }
  assert.equal((await app.inject({ url: "/api/deliveries/987654", headers: { authorization } })).statusCode, 404);
});

test("the webhook passes on what came with the right secret, and only that", async () => {
  const call = async (headers: Readonly<Record<string, string>>) =>
    (await app.inject({ method: "POST", url: "/api/telegram/webhook", headers, payload: { update_id: 1 } })).statusCode;
  assert.equal(await call({}), 401);
  assert.equal(await call({ "x-telegram-bot-api-secret-token": "wrong" }), 401);
  assert.equal(received.length, 0);
  assert.equal(await call({ "x-telegram-bot-api-secret-token": "right" }), 200);
  assert.deepEqual(received, [{ update_id: 1 }]);
});

test("a signed link gives its file, a forged or expired one nothing", async () => {
  const file = await media.put({
    contentType: "image/png",
    fileName: "x.png",
    body: Buffer.from("bytes"),
    maxBytes: 10,
  });
  await inTransaction(db, async (tx) => {
    await media.keep(tx, file.id);
  });
  const path = media.signedPath(file.id, new Date(Date.now() + 60_000));
  const answer = await app.inject({ url: path });
  assert.deepEqual([answer.statusCode, answer.body, answer.headers["content-type"]], [200, "bytes", "image/png"]);
  const expired = media.signedPath(file.id, new Date(Date.now() - 1000));
  for (const wrong of [expired, `${path}x`, `/media/${file.id}`, "/media/..%2f..%2fetc%2fpasswd"]) {
    assert.equal((await app.inject({ url: wrong })).statusCode, 404, wrong);
  }
});

test("an outage of Telegram is told by health, and takes nobody out of service", async () => {
  reachable = false;
  const [health, ready] = [await app.inject({ url: "/api/health" }), await app.inject({ url: "/readyz" })];
  reachable = true;
  assert.equal(health.statusCode, 503);
  assert.equal(health.json<{ checks: Record<string, { ok: boolean }> }>().checks["telegram"]?.ok, false);
  assert.deepEqual([ready.statusCode, Object.keys(ready.json<{ checks: object }>().checks)], [200, ["work"]]);
});

test("health says which part does not work, and readiness follows it", async () => {
  assert.equal((await app.inject({ url: "/readyz" })).statusCode, 200);
  healthy = false;
  assert.equal((await app.inject({ url: "/readyz" })).statusCode, 503);
  const answer = await app.inject({ url: "/api/health" });
  healthy = true;
  assert.equal(answer.statusCode, 503);
  assert.equal(answer.json<{ checks: Record<string, { ok: boolean }> }>().checks["work"]?.ok, false);
  assert.equal((await app.inject({ url: "/livez" })).statusCode, 200);
});

test("metrics are for the addresses allowed to read them", async () => {
  const answer = await app.inject({ url: "/metrics" });
  assert.match(answer.body, /telecast_http_request_seconds/);
  assert.equal((await app.inject({ url: "/metrics", remoteAddress: "10.0.0.1" })).statusCode, 404);
  const spoofed = { url: "/metrics", remoteAddress: "10.0.0.1", headers: { "x-forwarded-for": "127.0.0.1" } };
  assert.equal((await app.inject(spoofed)).statusCode, 404);
});

test("the document is OpenAPI 3.1 and has every route of the API", async () => {
  const document = (await app.inject({ url: "/docs/json" })).json<{
    openapi: string;
    paths: Record<string, unknown>;
  }>();
  assert.match(document.openapi, /^3\.1/);
  const expected = [
    "/api/notifications",
    "/api/deliveries",
    "/api/deliveries/{id}",
    "/api/health",
    "/api/telegram/webhook",
    "/media/{signed}",
  ];
  for (const path of expected) assert.ok(path in document.paths, path);
  assert.equal((await app.inject({ url: "/docs" })).statusCode, 200);
});

test("who asks too often is told when to come back, and others are not held up", async () => {
  const greedy = await keyWith(["deliveries:read"]);
  let refused: Awaited<ReturnType<typeof app.inject>> | undefined;
  for (let asked = 0; asked <= 300 && refused === undefined; asked += 1) {
    const answer = await app.inject({ url: "/api/deliveries?limit=1", headers: { authorization: `Bearer ${greedy}` } });
    if (answer.statusCode === 429) refused = answer;
  }
  assert.equal(refused?.json<Problem>().code, "http.too_many_requests");
  assert.ok(Number(refused?.headers["retry-after"]) > 0);
  assert.equal((await app.inject({ url: "/api/deliveries?limit=1", headers: { authorization } })).statusCode, 200);
});

test("an address that guesses keys has to wait, whatever it guesses next", async () => {
  const guess = async (key: string, remoteAddress: string) =>
    (await app.inject({ url: "/api/deliveries", remoteAddress, headers: { authorization: `Bearer ${key}` } }))
      .statusCode;
  const answers: number[] = [];
  for (let guessed = 0; guessed < 35; guessed += 1) answers.push(await guess(`tc_guess_${guessed}`, "10.9.8.7"));
  assert.deepEqual([answers[0], answers.at(-1)], [401, 429]);
  assert.equal(await guess(environmentKey, "10.9.8.7"), 429);
  assert.equal(await guess(environmentKey, "10.9.8.6"), 200);
});

test("where no feature has a demo the page is told so, and asking for it is a 404", async () => {
  const url = "/sandbox/api/demo";
  assert.deepEqual((await app.inject({ url })).json(), { available: false });
  assert.equal((await app.inject({ method: "POST", url })).statusCode, 404);
  const asked = async (origin: string): Promise<number> =>
    (await app.inject({ method: "POST", url, headers: { host: "here:8080", origin } })).statusCode;
  assert.equal(await asked("http://here:8080"), 404);
  for (const other of ["http://here", "https://elsewhere.example", "null"])
    assert.equal(await asked(other), 403, other);
});
