import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { beforeEach, test } from "node:test";

import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { createMetrics, silentLogger } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import {
  createLocalFiles,
  createMediaFiles,
  type FileStorage,
  type MediaFile,
  type NewMedia,
  type SizedStream,
} from "./index.ts";

const { db } = await testDatabase();
const directory = await mkdtemp(join(tmpdir(), "telecast-media-"));
cleanUp(async () => {
  await rm(directory, { recursive: true, force: true });
});

const clock = manualClock(new Date());
const metrics = createMetrics({ process: false });
const storage = createLocalFiles(join(directory, "media"));

function build(
  over: Partial<FileStorage> = {},
  registry = createMetrics({ process: false }),
): ReturnType<typeof createMediaFiles> {
  const cipher = createCipher(Buffer.alloc(32, 7));
  const log = silentLogger();
  return createMediaFiles({
    db,
    clock,
    ids: systemIds,
    cipher,
    log,
    metrics: registry,
    storage: { ...storage, ...over },
  });
}

const media = build({}, metrics);

beforeEach(async () => {
  await sql`delete from media.file`.execute(db);
  await rm(join(directory, "media"), { recursive: true, force: true });
});

async function put(over: Partial<NewMedia> = {}): Promise<MediaFile> {
  const file = { contentType: "image/png", fileName: "cat.png", body: Buffer.from("cat"), maxBytes: 100 };
  return await media.put({ ...file, ...over });
}

function sized(stream: Readable, bytes: number): SizedStream {
  return { stream, bytes };
}

async function write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  return await inTransaction(db, work);
}

async function keep(id: string): Promise<void> {
  await write(async (tx) => {
    await media.keep(tx, id);
  });
}

async function content(id: string): Promise<string | undefined> {
  const stream = await media.open(id);
  return stream && (await buffer(stream)).toString();
}

async function onDisk(): Promise<readonly string[]> {
  return await readdir(join(directory, "media")).catch(() => []);
}

/** Files have the real clock's times. */
async function age(name: string, hours: number): Promise<void> {
  const written = new Date(clock.now().getTime() - hours * 3_600_000);
  await utimes(join(directory, "media", name), written, written);
}

test("what is put can be read, whole and in part, and is readable by this user only", async () => {
  const file = await put({ body: sized(Readable.from([Buffer.from("a c"), Buffer.from("at")]), 5) });
  assert.equal(file.bytes, 5);
  assert.deepEqual(await media.find(db, file.id), file);
  assert.equal(await content(file.id), "a cat");
  const part = await media.open(file.id, { first: 2, last: 3 });
  assert.equal(part && (await buffer(part)).toString(), "ca");
  const [name = ""] = await onDisk();
  assert.ok(!name.includes("cat"), "the name on disk is random");
  assert.equal((await stat(join(directory, "media", name))).mode & 0o777, 0o600);
  assert.equal(await media.find(db, "unknown"), undefined);
  assert.equal(await media.open("unknown"), undefined);
  assert.match((await metrics.expose()).body, /telecast_media_stored_bytes 5/);
});

test("too much is refused and leaves nothing behind, also when a stream breaks", async () => {
  await assert.rejects(put({ maxBytes: 2 }), { code: "media.too_large" });
  await assert.rejects(put({ body: sized(Readable.from([Buffer.alloc(60), Buffer.alloc(60)]), 100) }), {
    code: "media.too_large",
  });
  const broken = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from("x");
    throw new Error("connection lost");
  };
  await assert.rejects(put({ body: sized(Readable.from(broken()), 10) }), /connection lost/);
  assert.deepEqual(await onDisk(), []);
  assert.equal((await put({ body: Buffer.alloc(100) })).bytes, 100);
});

test("a name from outside loses its path and control characters", async () => {
  for (const [given, shown] of [
    ["../../etc/passwd", "passwd"],
    ['C:\\fakepath\\a\r\nb".png', "ab.png"],
    ["..", "file"],
    ["", "file"],
    ["고양이.png", "고양이.png"],
  ] as const) {
    assert.equal((await put({ fileName: given })).fileName, shown);
  }
});

test("what no transaction keeps within an hour is swept, the kept stays", async () => {
  const [kept, dropped] = [await put(), await put()];
  await keep(kept.id);
  await assert.rejects(
    write(async (tx) => {
      await media.keep(tx, dropped.id);
      throw new Error("rolled back");
    }),
  );
  await clock.advance(59 * 60_000);
  assert.deepEqual(await media.sweep(), { erased: 0, orphans: 0 });
  await clock.advance(2 * 60_000);
  assert.deepEqual(await media.sweep(), { erased: 1, orphans: 0 });
  assert.equal(await media.find(db, dropped.id), undefined);
  await assert.rejects(keep(dropped.id), { code: "media.gone" });
  assert.equal(await content(kept.id), "cat");
  assert.equal((await onDisk()).length, 1);
});

test("a kept file goes when it expires, but can still be sent by its Telegram id", async () => {
  const file = await put({ expiresAt: new Date(clock.now().getTime() + 60_000) });
  await keep(file.id);
  await write(async (tx) => {
    await media.rememberFileId(tx, file.id, "AgAC");
  });
  await clock.advance(60_000);
  await media.sweep();
  const after = await media.find(db, file.id);
  assert.equal(after?.erased, true);
  assert.equal(after?.telegramFileId, "AgAC");
  assert.equal(await media.open(file.id), undefined);
  assert.deepEqual(await onDisk(), []);
  await clock.advance(31 * 24 * 3_600_000);
  await media.sweep();
  assert.equal(await media.find(db, file.id), undefined, "the record goes a month later");
});

test("erasing takes the bytes when the transaction commits, not when it rolls back, and may be repeated", async () => {
  const file = await put();
  await keep(file.id);
  await assert.rejects(
    write(async (tx) => {
      await media.erase(tx, file.id);
      throw new Error("rolled back");
    }),
  );
  assert.equal(await content(file.id), "cat");
  for (let time = 0; time < 2; time += 1) {
    await write(async (tx) => {
      await media.erase(tx, file.id);
    });
  }
  assert.equal(await media.open(file.id), undefined);
  await media.stop();
  await until("the disk", async () => (await onDisk()).length === 0);
});

test("an erasure that a crash interrupts is finished by the sweep", async () => {
  const broken = build({
    remove: async () => {
      throw new Error("crashed");
    },
  });
  const file = await put();
  await write(async (tx) => {
    await broken.keep(tx, file.id);
    await broken.erase(tx, file.id);
  });
  await broken.stop();
  assert.equal((await onDisk()).length, 1);
  assert.deepEqual(
    await broken.sweep(),
    { erased: 0, orphans: 0 },
    "a disk that refuses does not stop the sweep for ever",
  );
  assert.deepEqual(await media.sweep(), { erased: 1, orphans: 0 });
  assert.deepEqual(await onDisk(), []);
});

test("files without a record go after an hour, finished or not; those being written stay", async () => {
  const file = await put();
  await keep(file.id);
  const [name = ""] = await onDisk();
  for (const orphan of ["orphan", "half.part", "fresh"]) await writeFile(join(directory, "media", orphan), "x");
  for (const old of [name, "orphan", "half.part"]) await age(old, 2);
  await age("fresh", 0);
  assert.deepEqual(await media.sweep(), { erased: 0, orphans: 2 });
  assert.deepEqual((await onDisk()).toSorted(), [name, "fresh"].toSorted());
});

test("a missing directory or file is not an accident", async () => {
  assert.deepEqual(await media.sweep(), { erased: 0, orphans: 0 });
  const file = await put();
  await rm(join(directory, "media"), { recursive: true });
  assert.equal(await media.open(file.id), undefined);
});

test("a signed path opens one file until it expires; a changed one opens nothing", async () => {
  const file = await put();
  const path = media.signedPath(file.id, new Date(clock.now().getTime() + 60_000));
  const signed = /^\/media\/([\w.-]+)$/.exec(path)?.[1] ?? "";
  assert.equal(media.verifySigned(signed), file.id);
  const [id = "", expiry = "", signature = ""] = signed.split(".");
  const longer = (Number.parseInt(expiry, 36) + 1000).toString(36);
  for (const forged of [
    "",
    id,
    `${id}.${longer}.${signature}`,
    `x.${expiry}.${signature}`,
    `${signed}x`,
    `${signed}.x`,
  ]) {
    assert.equal(media.verifySigned(forged), undefined, forged);
  }
  await clock.advance(60_000);
  assert.equal(media.verifySigned(signed), undefined);
});
