import assert from "node:assert/strict";
import { test } from "node:test";

import type { FastifyInstance } from "fastify";
import { SignJWT } from "jose";

import { createAccounts } from "#kernel/accounts/index.ts";
import { inTransaction } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createMetrics, silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";

import { createHttpServer } from "./index.ts";

const { db } = await testDatabase();
const base = { db, clock: systemClock, ids: systemIds, log: silentLogger(), cipher: createCipher(Buffer.alloc(32)) };
const accounts = createAccounts({
  ...base,
  adminChatIds: [],
  monitoringChatIds: [],
  environmentKey: undefined,
});
const { key } = await inTransaction(
  db,
  async (tx) =>
    await accounts.apiKeys.create(tx, { name: "office", scopes: ["*"], allowedIps: ["203.0.113.7", "2001:db8::/32"] }),
);

const secret = "a-secret-of-more-than-thirty-two-characters";

async function server(proxies: readonly string[], requestsPerMinute = 1000): Promise<FastifyInstance> {
  const app = await createHttpServer({
    ...base,
    accounts,
    metrics: createMetrics({ process: false }),
    proxies,
    requestsPerMinute,
    signIn: { secret: new Secret(secret) },
    routes: [
      async (scope) => {
        scope.get("/signed-in", { preHandler: scope.requireSignIn() }, async () => ({ ok: true }));
        scope.get("/guarded", { preHandler: scope.requireScope("test:read") }, async () => ({ ok: true }));
      },
    ],
    apiRoutes: [],
  });
  cleanUp(async () => {
    await app.close();
  });
  return app;
}

async function statusOf(app: FastifyInstance, remoteAddress: string, forwardedFor?: string): Promise<number> {
  const answer = await app.inject({
    url: "/guarded",
    remoteAddress,
    headers: {
      authorization: `Bearer ${key}`,
      ...(forwardedFor !== undefined && { "x-forwarded-for": forwardedFor, forwarded: `for=${forwardedFor}` }),
    },
  });
  return answer.statusCode;
}

test("a key bound to addresses is judged by that of the connection", async () => {
  const app = await server([]);
  assert.equal(await statusOf(app, "203.0.113.7"), 200);
  assert.equal(await statusOf(app, "::ffff:203.0.113.7"), 200);
  assert.equal(await statusOf(app, "2001:db8::5"), 200);
  assert.equal(await statusOf(app, "203.0.113.8"), 401);
});

test("without a configured proxy no header is believed", async () => {
  const app = await server([]);
  assert.equal(await statusOf(app, "198.51.100.1", "203.0.113.7"), 401);
  assert.equal(await statusOf(app, "203.0.113.7", "198.51.100.1"), 200);
});

test("a configured proxy is believed, but only in what it added itself", async () => {
  const app = await server(["10.0.0.0/8"]);
  assert.equal(await statusOf(app, "10.1.2.3", "203.0.113.7"), 200);
  assert.equal(
    await statusOf(app, "10.1.2.3", "203.0.113.7, 198.51.100.1"),
    401,
    "what came before it is anybody's word",
  );
  assert.equal(await statusOf(app, "10.1.2.3", "198.51.100.1, 203.0.113.7, 10.9.9.9"), 200, "through two of our own");
  assert.equal(await statusOf(app, "10.1.2.3"), 401, "the proxy itself is not on the list");
  assert.equal(await statusOf(app, "198.51.100.1", "203.0.113.7"), 401, "not a proxy of ours");
});

test("each web user has a budget of his own, and made-up tokens share that of their address", async () => {
  const app = await server([], 3);
  const key = new TextEncoder().encode(secret);
  const token = async (sub: string, by = key): Promise<string> =>
    await new SignJWT({ sub }).setProtectedHeader({ alg: "HS256" }).setExpirationTime("5m").sign(by);
  const status = async (given: string): Promise<number> => {
    const headers = { authorization: `Bearer ${given}` };
    return (await app.inject({ url: "/signed-in", remoteAddress: "198.51.100.9", headers })).statusCode;
  };
  const statuses = async (tokens: readonly string[]): Promise<readonly number[]> => {
    const all: number[] = [];
    for (const each of tokens) all.push(await status(each));
    return all;
  };
  const [uma, olaf] = [await token("uma"), await token("olaf")];
  assert.deepEqual(await statuses([uma, uma, uma, uma]), [200, 200, 200, 429]);
  assert.deepEqual(await statuses([olaf]), [200]);
  const forged = await Promise.all([1, 2, 3, 4].map(async (n) => await token(`made-up-${n}`, new Uint8Array(32))));
  assert.deepEqual(await statuses(forged), [401, 401, 401, 429]);
});
