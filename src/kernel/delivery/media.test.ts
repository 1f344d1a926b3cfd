import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { beforeEach, test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { testDatabase } from "#test/support/database.ts";
import { until } from "#test/support/until.ts";

import { inTransaction } from "../db/index.ts";
import { Html } from "../lib/html.ts";
import type { MediaFile, MediaStore } from "../media/index.ts";
import type { Content } from "../telegram/index.ts";
import type { Message } from "./delivery.ts";
import { type ReceivedCall, startBotApiServer } from "./testing/bot-api-server.ts";
import { makeRig, recordOf } from "./testing/rig.ts";

/** The media module's port, in memory. */
const files = new Map<string, { bytes: Buffer; telegramFileId?: string }>();
/** How the reads to come go wrong. */
const outages: ("closed" | "breaks")[] = [];
async function* half(): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.alloc(10));
  throw new Error("out of reach");
}
const fileOf = (id: string): MediaFile | undefined => {
  const file = files.get(id);
  return (
    file && {
      id,
      contentType: "video/mp4",
      fileName: "a.mp4",
      bytes: file.bytes.length,
      telegramFileId: file.telegramFileId,
      erased: false,
    }
  );
};
const media = {
  find: async (_db: unknown, id: string) => await Promise.resolve(fileOf(id)),
  findAll: async (_db: unknown, ids: readonly string[]) => await Promise.resolve(ids.flatMap((id) => fileOf(id) ?? [])),
  open: async (id: string) => {
    const bytes = files.get(id)?.bytes;
    const outage = outages.shift();
    if (outage === "closed") throw new Error("out of reach");
    if (outage === "breaks") return Readable.from(half());
    return await Promise.resolve(bytes && Readable.from([bytes]));
  },
  rememberFileId: async (_tx: unknown, id: string, telegramFileId: string) => {
    const file = files.get(id);
    if (file !== undefined) file.telegramFileId = telegramFileId;
    await Promise.resolve();
  },
} as unknown as MediaStore;

const database = await testDatabase();
const server = await startBotApiServer();
cleanUp(server.close);
const rig = await makeRig({ database, server, media });
cleanUp(rig.stop);
rig.engine.start();

beforeEach(() => {
  server.answer = undefined;
});

let chats = 0;
const newChat = (): number => (chats += 1);
const of = (chatId: number): readonly ReceivedCall[] => server.accepted.filter((call) => call.chatId === chatId);

async function enqueue(content: Content, chatId = newChat()): Promise<{ id: number; chatId: number }> {
  const message: Message = { chatId, topic: "reply", content };
  const id = await inTransaction(database.db, async (tx) => await rig.engine.enqueue(tx, message));
  assert.ok(id !== undefined);
  return { id, chatId };
}

async function sent(id: number): Promise<void> {
  await until("it is sent", async () => (await recordOf(rig, database, id)).state === "sent");
}

const isUpload = ({ payload }: ReceivedCall): boolean =>
  Object.values(payload).some((value) => typeof value === "object" && value !== null && "fileName" in value);

test("a file is uploaded once and then sent by its name, also when hundreds are sent at the same time", async () => {
  files.set("film", { bytes: Buffer.alloc(200_000, 7) });
  const before = server.accepted.length;
  const { count } = await inTransaction(
    database.db,
    async (tx) =>
      await rig.engine.fanOut(tx, sql`select id::bigint as chat_id from generate_series(1001, 1200) as id`, {
        topic: "test.bulk",
        content: { kind: "video", media: { mediaId: "film" }, caption: Html.text("news") },
      }),
  );
  assert.equal(count, 200);
  await until("all are sent", () => server.accepted.length === before + 200, 20_000);
  const calls = server.accepted.slice(before);
  assert.equal(calls.filter(isUpload).length, 1);
  const name = files.get("film")?.telegramFileId;
  assert.ok(name !== undefined);
  assert.equal(calls.filter(({ payload }) => payload["video"] === name).length, 199);
});

test("while a large file is uploaded, other chats get their messages", async () => {
  files.set("large", { bytes: Buffer.alloc(1000, 1) });
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  server.answer = async (call) => (isUpload(call) ? await held : undefined);
  const [first, second] = [
    await enqueue({ kind: "video", media: { mediaId: "large" } }),
    await enqueue({ kind: "video", media: { mediaId: "large" } }),
  ];
  await until("the upload has begun", () => server.received.some(({ chatId }) => chatId === first.chatId));
  const other = await enqueue({ kind: "text", html: Html.text("x") });
  await sent(other.id);
  assert.equal((await recordOf(rig, database, second.id)).state, "queued");
  release(undefined);
  await sent(first.id);
  await sent(second.id);
  assert.equal(server.received.filter(isUpload).filter(({ chatId }) => chatId === second.chatId).length, 0);
});

test("a film that hangs does not silence its own chat, and arrives when it can", async () => {
  files.set("hanging", { bytes: Buffer.alloc(1000, 1) });
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  server.answer = async (call) => (isUpload(call) ? await held : undefined);
  const film = await enqueue({ kind: "video", media: { mediaId: "hanging" } });
  await until("the upload has begun", () => server.received.some(({ chatId }) => chatId === film.chatId));
  const answers = [
    await enqueue({ kind: "text", html: Html.text("first") }, film.chatId),
    await enqueue({ kind: "text", html: Html.text("second") }, film.chatId),
  ];
  for (const { id } of answers) await sent(id);
  assert.deepEqual(
    of(film.chatId).map(({ payload }) => payload["text"]),
    ["first", "second"],
  );
  assert.equal((await recordOf(rig, database, film.id)).state, "sending");
  release(undefined);
  await sent(film.id);
});

test("a film that arrives soon arrives before what was said after it", async () => {
  files.set("swift", { bytes: Buffer.alloc(1000, 1) });
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  server.answer = async (call) => (isUpload(call) ? await held : undefined);
  const film = await enqueue({ kind: "video", media: { mediaId: "swift" } });
  const { id } = await enqueue({ kind: "text", html: Html.text("after it") }, film.chatId);
  await until("the upload has begun", () => server.received.some(({ chatId }) => chatId === film.chatId));
  release(undefined);
  await sent(id);
  assert.deepEqual(
    of(film.chatId).map(({ method }) => method),
    ["sendVideo", "sendMessage"],
  );
});

test("a card that becomes a film while it waits goes by the film's name when the store has one", async () => {
  files.set("known", { bytes: Buffer.alloc(1000, 1), telegramFileId: "BAACknown" });
  const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
  server.answer = async ({ payload }) => (payload["text"] === "before it" ? await held : undefined);
  const { chatId } = await enqueue({ kind: "text", html: Html.text("before it") });
  await until("it is on the wire", () => server.received.some((call) => call.chatId === chatId));
  for (const content of [
    { kind: "text", html: Html.text("rendering") },
    { kind: "video", media: { mediaId: "known" } },
  ] as const) {
    await inTransaction(database.db, async (tx) => {
      await rig.engine.putCard(tx, { key: "job:1", chatId, topic: "reply", content });
    });
  }
  release(undefined);
  await until("it is sent", () => of(chatId).length === 2);
  assert.equal(of(chatId)[1]?.payload["video"], "BAACknown");
});

test("when the first upload fails the next recipient uploads", async () => {
  files.set("unlucky", { bytes: Buffer.alloc(1000, 1) });
  const [first, second] = [newChat(), newChat()];
  server.answer = ({ chatId }) =>
    chatId === first ? { code: 403, description: "Forbidden: bot was blocked by the user" } : undefined;
  await enqueue({ kind: "video", media: { mediaId: "unlucky" } }, first);
  const { id } = await enqueue({ kind: "video", media: { mediaId: "unlucky" } }, second);
  await sent(id);
  assert.ok(of(second).some(isUpload));
});

test("a name that Telegram has lost makes the file go up again", async () => {
  files.set("old", { bytes: Buffer.alloc(1000, 1), telegramFileId: "gone" });
  server.answer = ({ payload }) =>
    payload["video"] === "gone"
      ? { code: 400, description: "Bad Request: wrong file identifier/HTTP URL specified" }
      : undefined;
  const { id, chatId } = await enqueue({ kind: "video", media: { mediaId: "old" } });
  await sent(id);
  assert.ok(of(chatId).some(isUpload));
  assert.notEqual(files.get("old")?.telegramFileId, "gone");
});

test("a message whose file is gone fails with that reason", async () => {
  const { id } = await enqueue({ kind: "video", media: { mediaId: "never stored" } });
  await until("it has failed", async () => (await recordOf(rig, database, id)).state === "failed");
  assert.match((await recordOf(rig, database, id)).error ?? "", /file of the message is gone/);
});

test("a storage that is out of reach delays a message, before and in the middle of the upload, and sends it once", async () => {
  files.set("far", { bytes: Buffer.alloc(1000, 1) });
  outages.push("closed", "breaks");
  const { id, chatId } = await enqueue({ kind: "video", media: { mediaId: "far" } });
  await sent(id);
  assert.equal(of(chatId).length, 1);
  const retries = (await recordOf(rig, database, id)).timeline.filter(({ detail }) => /could not be read/.test(detail));
  assert.equal(retries.length, 2);
});

test("an album goes in one call, each file under its own name", async () => {
  files.set("a", { bytes: Buffer.alloc(10, 1) });
  files.set("b", { bytes: Buffer.alloc(20, 2) });
  const items = [
    { kind: "photo", media: { mediaId: "a" }, caption: Html.text("both") },
    { kind: "video", media: { mediaId: "b" } },
  ] as const;
  const { id, chatId } = await enqueue({ kind: "album", items });
  await sent(id);
  assert.deepEqual(
    of(chatId).map(({ method }) => method),
    ["sendMediaGroup"],
  );
  assert.match(files.get("a")?.telegramFileId ?? "", /-0$/);
  assert.match(files.get("b")?.telegramFileId ?? "", /-1$/);
  const again = await enqueue({ kind: "album", items });
  await sent(again.id);
  assert.ok(!of(again.chatId).some(isUpload));
});

test("a caption over 1024 characters goes on in a text of its own", async () => {
  const caption = Html.text("word ".repeat(400));
  const { id, chatId } = await enqueue({ kind: "photo", media: { fileId: "x" }, caption });
  await sent(id);
  assert.deepEqual(
    of(chatId).map(({ method }) => method),
    ["sendPhoto", "sendMessage"],
  );
});

test("a thumbnail goes up with its film, and is left out when the film goes by name", async () => {
  files.set("film 2", { bytes: Buffer.alloc(100, 1) });
  files.set("thumb", { bytes: Buffer.alloc(10, 1) });
  const content: Content = { kind: "video", media: { mediaId: "film 2" }, thumbnail: { mediaId: "thumb" } };
  const first = await enqueue(content);
  await sent(first.id);
  assert.match(String(of(first.chatId)[0]?.payload["thumbnail"]), /^attach:/);
  const second = await enqueue(content);
  await sent(second.id);
  assert.ok(!("thumbnail" in (of(second.chatId)[0]?.payload ?? {})));
});
