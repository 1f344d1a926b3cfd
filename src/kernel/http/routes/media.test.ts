import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import fastify from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";

import { inTransaction } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { createLocalFiles, createMediaFiles } from "#kernel/media/index.ts";
import { createMetrics, silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";

import { sendProblem } from "../problem.ts";
import { mediaRoutes } from "./media.ts";

const { db } = await testDatabase();
const directory = await mkdtemp(join(tmpdir(), "telecast-media-routes-"));
const media = createMediaFiles({
  db,
  clock: systemClock,
  ids: systemIds,
  cipher: createCipher(Buffer.alloc(32, 7)),
  log: silentLogger(),
  metrics: createMetrics({ process: false }),
  storage: createLocalFiles(directory),
});
const app = fastify();
app.setValidatorCompiler(validatorCompiler);
app.setSerializerCompiler(serializerCompiler);
app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
await app.register(mediaRoutes(db, media));
cleanUp(async () => {
  await app.close();
  await media.stop();
  await rm(directory, { recursive: true, force: true });
});

test("a signed link gives ranges and heads, as players and downloads ask for them", async () => {
  const body = Buffer.from("0123456789");
  const file = await media.put({ contentType: "video/mp4", fileName: "a film.mp4", body, maxBytes: 10 });
  await inTransaction(db, async (tx) => {
    await media.keep(tx, file.id);
  });
  const url = media.signedPath(file.id, new Date(Date.now() + 60_000));
  const whole = await app.inject({ url });
  assert.deepEqual([whole.headers["accept-ranges"], whole.headers["content-length"]], ["bytes", "10"]);
  assert.equal(whole.headers["content-disposition"], "inline; filename*=UTF-8''a%20film.mp4");
  assert.match(String(whole.headers["content-security-policy"]), /^default-src 'none'; media-src 'self'/);
  const part = await app.inject({ url, headers: { range: "bytes=2-4" } });
  assert.deepEqual([part.statusCode, part.body, part.headers["content-range"]], [206, "234", "bytes 2-4/10"]);
  assert.equal(part.headers["content-length"], "3");
  const ifRange = await app.inject({ url, headers: { range: "bytes=2-4", "if-range": '"another version"' } });
  assert.deepEqual([ifRange.statusCode, ifRange.body], [200, "0123456789"]);
  const outside = await app.inject({ url, headers: { range: "bytes=10-" } });
  assert.deepEqual([outside.statusCode, outside.body, outside.headers["content-range"]], [416, "", "bytes */10"]);
  const head = await app.inject({ url, method: "HEAD" });
  assert.deepEqual([head.statusCode, head.body, head.headers["content-length"]], [200, "", "10"]);
  await inTransaction(db, async (tx) => {
    await media.erase(tx, file.id);
  });
  for (const method of ["GET", "HEAD"] as const) assert.equal((await app.inject({ url, method })).statusCode, 404);
});
