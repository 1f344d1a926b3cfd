import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";

import { systemClock } from "#kernel/lib/clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import type { FileStorage } from "#kernel/media/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { serveFake } from "#test/support/providers/fake-service.ts";
import { s3Server } from "#test/support/s3-server.ts";

import { createS3Files, type S3Options } from "./s3-files.ts";
import { StorageFailed } from "./storage-failed.ts";

const server = await s3Server();

function bucket(over: Partial<S3Options> = {}): FileStorage {
  const storage = createS3Files({
    endpoint: server.url,
    bucket: server.bucket,
    accessKeyId: new Secret(server.accessKeyId),
    secretAccessKey: new Secret(server.secretAccessKey),
    region: "us-east-1",
    pathStyle: true,
    prefix: "telecast/test/",
    clock: systemClock,
    ...over,
  });
  cleanUp(async () => await storage.close?.());
  return storage;
}

const storage = bucket();
const inAnHour = (): Date => new Date(systemClock.now().getTime() + 3_600_000);

async function content(name: string, from = storage): Promise<Buffer | undefined> {
  const stream = await from.read(name);
  return stream && (await buffer(stream));
}

async function names(from = storage, before = inAnHour()): Promise<readonly string[]> {
  return (await Array.fromAsync(from.writtenBefore(before))).toSorted();
}

async function failure(work: Promise<unknown>): Promise<StorageFailed> {
  const error = await work.catch((thrown: unknown) => thrown);
  assert.ok(error instanceof StorageFailed, String(error));
  assert.ok(!error.message.includes(server.secretAccessKey) && !error.message.includes(server.url), error.message);
  return error;
}

test("bytes and streams come back as they were, whole and in part, and are gone when removed", async () => {
  const large = randomBytes(3_000_000);
  assert.equal(await storage.write("small", Buffer.from("a cat"), 100), 5);
  const stream = Readable.from([large.subarray(0, 1_000_000), large.subarray(1_000_000)]);
  assert.equal(await storage.write("large_-1", { stream, bytes: large.length }, large.length), large.length);
  assert.deepEqual(await content("small"), Buffer.from("a cat"));
  assert.ok((await content("large_-1"))?.equals(large));
  const part = await storage.read("large_-1", { first: 999_999, last: 1_000_009 });
  assert.deepEqual(part && (await buffer(part)), large.subarray(999_999, 1_000_010));
  for (const name of ["small", "large_-1", "small"]) await storage.remove(name);
  assert.equal(await content("small"), undefined);
  assert.deepEqual(await names(), []);
});

test("too much is refused before it is sent; a stream that breaks or is too short is a failure", async () => {
  await assert.rejects(storage.write("a", Buffer.alloc(11), 10), { code: "media.too_large" });
  const unread = Readable.from([Buffer.alloc(11)]);
  await assert.rejects(storage.write("a", { stream: unread, bytes: 11 }, 10), { code: "media.too_large" });
  assert.ok(unread.destroyed);
  assert.equal(await content("a"), undefined);
  const broken = async function* (): AsyncGenerator<Buffer> {
    yield await Promise.resolve(Buffer.alloc(5));
    throw new Error("connection lost");
  };
  await failure(storage.write("a", { stream: Readable.from(broken()), bytes: 10 }, 10));
  await failure(storage.write("a", { stream: Readable.from([Buffer.alloc(5)]), bytes: 10 }, 10));
});

test("what was written before a time is listed, and nothing that is not ours", async () => {
  const prefix = "telecast/many/";
  const many = bucket({ prefix });
  const stranger = bucket({ prefix: "photos/" });
  await stranger.write("holiday", Buffer.from("x"), 10);
  await server.put(`${prefix}sub/thing`, "not one of our names");
  const expected = ["a-1", "b_2", "c"];
  for (const name of expected) await many.write(name, Buffer.from("x"), 1);
  assert.deepEqual(await names(many), expected);
  assert.deepEqual(await names(many, new Date(systemClock.now().getTime() - 3_600_000)), []);
});

test("a long list comes in pages", async () => {
  const asked: (string | null)[] = [];
  const url = await serveFake(({ url: { searchParams } }) => {
    const token = searchParams.get("continuation-token");
    asked.push(token);
    const key = token === null ? "first" : "second";
    const next = token === null ? "<NextContinuationToken>1/x+y==&amp;</NextContinuationToken>" : "";
    const object = `<Contents><Key>telecast/test/${key}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>`;
    const page = `<ListBucketResult><IsTruncated>${String(token === null)}</IsTruncated>${object}${next}</ListBucketResult>`;
    return { status: 200, bytes: Buffer.from(page), type: "application/xml" };
  });
  assert.deepEqual(await names(bucket({ endpoint: url })), ["first", "second"]);
  assert.deepEqual(asked, [null, "1/x+y==&"]);
});

test("a wrong key, a wrong secret and a missing bucket are failures, never missing files", async () => {
  const wrong: readonly (readonly [Partial<S3Options>, string])[] = [
    [{ secretAccessKey: new Secret("wrong") }, "SignatureDoesNotMatch"],
    [{ accessKeyId: new Secret("nobody") }, "InvalidAccessKeyId"],
    [{ bucket: "nowhere" }, "NoSuchBucket"],
  ];
  for (const [over, code] of wrong) {
    const other = bucket(over);
    const attempts = [
      async () => await other.read("a"),
      async () => await other.write("a", Buffer.from("x"), 10),
      async () => await names(other),
    ];
    for (const attempt of attempts) assert.equal((await failure(attempt())).code, code);
  }
  assert.equal((await failure(bucket({ endpoint: "http://127.0.0.1:9" }).read("a"))).code, "ECONNREFUSED");
});

test("a name with a path in it is refused here", async () => {
  for (const name of ["../a", "a/b", ""]) await assert.rejects(storage.read(name), /impossible name/);
});
