import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";

import { Pool } from "undici";

import { cleanUp } from "#test/support/clean-up.ts";
import { client, failureOf, httpServer, json, rawServer, readAll, token } from "#test/support/wire-servers.ts";

import { systemClock } from "../lib/clock.ts";
import { TelegramRefused, TelegramUnavailable, TelegramUnclear } from "./bot-api-errors.ts";
import { answerTooLong, exchange } from "./exchange.ts";

const limits = { clock: systemClock, timeoutMs: 60_000, maxBytes: 1024 };

function pool(root: string): Pool {
  const made = new Pool(root, { pipelining: 1, allowH2: false });
  cleanUp(async () => {
    await made.destroy();
  });
  return made;
}

test("an upload streams its files beside the fields, as form data that any parser reads", async () => {
  let form = new FormData();
  const root = await httpServer((request, response) => {
    void (async () => {
      const headers = { "content-type": request.headers["content-type"] ?? "" };
      form = await new Response(new Uint8Array(await readAll(request)), { headers }).formData();
      json(response, 200, { ok: true, result: { message_id: 5 } });
    })();
  });
  const video = Buffer.alloc(300_000, "v");
  const message = await client(root).call(
    "sendVideo",
    { chat_id: 7, video: "attach://file0", thumbnail: "attach://file1", reply_markup: { inline_keyboard: [] } },
    {
      files: {
        file0: {
          body: Readable.from([video.subarray(0, 100_000), video.subarray(100_000)]),
          fileName: 'a"b\r\n.mp4',
          contentType: "video/mp4",
        },
        file1: { body: Buffer.from("t"), fileName: "t.jpg", contentType: "image/jpeg" },
      },
    },
  );
  assert.equal(message.message_id, 5);
  assert.equal(form.get("chat_id"), "7");
  assert.equal(form.get("video"), "attach://file0");
  const file = form.get("file0") as File;
  assert.equal(file.type, "video/mp4");
  assert.deepEqual(Buffer.from(await file.arrayBuffer()), video);
  assert.equal(form.get("reply_markup"), '{"inline_keyboard":[]}');
  assert.equal(await (form.get("file1") as File).text(), "t");
});

test("an upload that is cut before its end was surely not received", async () => {
  const root = await rawServer((socket) => {
    socket.once("data", () => socket.resetAndDestroy());
  });
  const endless = Readable.from(
    (async function* () {
      for (;;) {
        yield Buffer.alloc(65_536);
        await new Promise(setImmediate);
      }
    })(),
  );
  const files = { video: { body: endless, fileName: "v.mp4", contentType: "video/mp4" } };
  const error = await failureOf(client(root).upload("sendVideo", { chat_id: 1, video: "attach://video" }, { files }));
  assert.ok(error instanceof TelegramUnavailable, String(error));
  assert.equal(endless.destroyed, true);
});

test("a refusal in the middle of an upload is heard", async () => {
  const root = await rawServer((socket) => {
    socket.once("data", () => {
      const body = '{"ok":false,"error_code":413,"description":"Request Entity Too Large"}';
      socket.end(`HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
  });
  const source = new PassThrough();
  source.write(Buffer.alloc(1000));
  const files = { video: { body: source, fileName: "v.mp4", contentType: "video/mp4" } };
  const error = await failureOf(client(root).upload("sendVideo", { video: "attach://video" }, { files }));
  assert.ok(error instanceof TelegramRefused, String(error));
  assert.equal(error.errorCode, 413);
  assert.equal(source.destroyed, true);
});

test("a file that cannot be read is its own failure, and every stream is destroyed in every case", async () => {
  const root = await rawServer((socket) => socket.on("data", () => undefined));
  const broken = new Readable({ read: () => undefined });
  const other = new PassThrough();
  const files = {
    a: { body: broken, fileName: "a", contentType: "x/y" },
    b: { body: other, fileName: "b", contentType: "x/y" },
  };
  const call = client(root).upload("sendVideo", {}, { files });
  broken.destroy(new Error("disk on fire"));
  const error = await failureOf(call);
  assert.match(error.message, /could not be read/);
  assert.ok(other.destroyed);

  const unused = new PassThrough();
  await failureOf(
    client("http://127.0.0.1:1").upload(
      "sendVideo",
      {},
      { files: { a: { body: unused, fileName: "a", contentType: "x/y" } } },
    ),
  );
  assert.ok(unused.destroyed);
});

test("a file is read by its path, up to the given size", async () => {
  const root = await httpServer((request, response) => {
    if (request.url === `/file/bot${token}/photos/file%201.jpg`) response.end("pixels");
    else json(response, 404, { ok: false, error_code: 404, description: "Not Found" });
  });
  const api = client(root);
  assert.equal((await api.download("photos/file 1.jpg", { maxBytes: 6 })).toString(), "pixels");
  const tooLong = await failureOf(api.download("photos/file 1.jpg", { maxBytes: 5 }));
  assert.ok(tooLong instanceof TelegramUnclear);
  assert.equal(tooLong.reason, answerTooLong);
  assert.ok((await failureOf(api.download("gone", { maxBytes: 5 }))) instanceof TelegramRefused);
});

/** A file that is longer than any socket's buffers. */
async function* long(): AsyncGenerator<Buffer> {
  for (let part = 0; part < 500; part += 1) {
    yield Buffer.alloc(65_536);
    await new Promise(setImmediate);
  }
}

test("a transfer that stands still is given up, and was surely not received", async () => {
  const stuck = Promise.withResolvers<Socket>();
  const root = await rawServer((socket) => {
    socket.once("data", () => {
      socket.pause();
      stuck.resolve(socket);
    });
  });
  const body = Readable.from(long());
  const ended = exchange(pool(root), { method: "POST", path: "/", headers: [], body }, { ...limits, stallMs: 200 });
  await stuck.promise;
  assert.deepEqual(await ended, { outcome: "unsent", reason: "stalled" });
  body.destroy();
});

test("a transfer that goes on is not given up, however long it takes; an answer that never comes is", async () => {
  const root = await rawServer((socket) => socket.resume());
  const drops = Readable.from(
    (async function* () {
      for (let part = 0; part < 8; part += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        yield Buffer.alloc(10);
      }
    })(),
  );
  const ended = await exchange(
    pool(root),
    { method: "POST", path: "/", headers: [], body: drops },
    { ...limits, stallMs: 300, answerMs: 50 },
  );
  assert.deepEqual(ended, { outcome: "unclear", reason: "timeout" });
});
