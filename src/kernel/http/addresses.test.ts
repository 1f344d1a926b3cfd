import assert from "node:assert/strict";
import { test } from "node:test";

import type { FastifyInstance } from "fastify";

import { createAccounts } from "#kernel/accounts/index.ts";
import { inTransaction } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
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

async function server(proxies: readonly string[]): Promise<FastifyInstance> {
  const app = await createHttpServer({
    ...base,
    accounts,
    metrics: createMetrics({ process: false }),
    proxies,
    requestsPerMinute: 1000,
    routes: [
      async (scope) => {
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
