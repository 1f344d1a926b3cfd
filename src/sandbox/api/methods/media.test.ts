import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test from "node:test";

import { pixel, testBot, testSandbox } from "../../test-bot.ts";

const mina = 700_000_002;
const to = { chat_id: String(mina) };

test("a video is uploaded once, sent again by its id, and downloaded as it was", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const bytes = Buffer.from("not really an mp4");
  const sent = await bot.upload("sendVideo", {
    ...to,
    caption: "_yours_",
    parse_mode: "MarkdownV2",
    width: "480",
    height: "848",
    duration: "4",
    supports_streaming: "true",
    video: new File([bytes], "clip.mp4", { type: "video/mp4" }),
    thumbnail: new File([pixel], "thumb.png", { type: "image/png" }),
  });
  assert.deepEqual([sent.caption, sent.caption_entities?.[0]?.type], ["yours", "italic"]);
  assert.deepEqual([sent.video?.width, sent.video?.duration, sent.video?.thumbnail?.width], [480, 4, 1]);
  const again = await bot.do("sendVideo", { chat_id: mina, video: sent.video?.file_id ?? "", caption: "again" });
  assert.deepEqual(again.video, sent.video);
  const file = await bot.do("getFile", { file_id: sent.video?.file_id ?? "" });
  assert.equal(file.file_path, "videos/file_1.mp4");
  const download = await fetch(`${sandbox.url}/file/bot${sandbox.botToken}/${file.file_path}`);
  assert.deepEqual(Buffer.from(await download.arrayBuffer()), bytes);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});

test("files are behind the token, and nothing else is", async (t) => {
  const sandbox = await testSandbox(t);
  const status = async (path: string): Promise<number> => (await fetch(`${sandbox.url}/file/${path}`)).status;
  assert.equal(await status("bot123:wrong/videos/file_1.mp4"), 401);
  assert.equal(await status(`bot${sandbox.botToken}/videos/file_1.mp4`), 404);
  assert.equal(await status(`bot${sandbox.botToken}/..%2f..%2fpackage.json`), 404);
});

test("a photo has several sizes, each with an id of its own", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const large = Buffer.from(pixel);
  large.writeUInt32BE(1000, 16);
  large.writeUInt32BE(500, 20);
  const { photo } = await bot.upload("sendPhoto", { ...to, photo: new Blob([large]) });
  assert.deepEqual(
    photo?.map(({ width, height }) => [width, height]),
    [
      [90, 45],
      [320, 160],
      [800, 400],
      [1000, 500],
    ],
  );
  assert.equal(new Set(photo?.map(({ file_id: id }) => id)).size, 4);
  const again = await bot.do("sendPhoto", { chat_id: mina, photo: photo?.[1]?.file_id ?? "" });
  assert.deepEqual(again.photo, photo);
  const asVideo = await bot.fail("sendVideo", { chat_id: mina, video: photo?.[1]?.file_id });
  assert.equal(asVideo.description, "Bad Request: can't use file of type Photo as Video");
});

test("wrong files are refused", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const refusal = async (promise: Promise<unknown>): Promise<unknown> => {
    try {
      return await promise;
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  };
  const upload = async (method: string, params: Record<string, string | Blob>): Promise<unknown> =>
    await refusal(bot.upload(method, { ...to, ...params }));
  assert.equal(await upload("sendPhoto", { photo: new Blob(["no picture"]) }), "Bad Request: IMAGE_PROCESS_FAILED");
  assert.equal(await upload("sendVideo", { video: new Blob([]) }), "Bad Request: file must be non-empty");
  assert.equal(await upload("sendVideo", {}), "Bad Request: there is no video in the request");
  assert.equal(
    await upload("sendVideo", { video: "no-such-id" }),
    "Bad Request: wrong file identifier/HTTP URL specified",
  );
  assert.equal(
    await upload("sendVideo", { video: new Blob(["x"]), caption: "x".repeat(1025) }),
    "Bad Request: message caption is too long",
  );
  const big = new Blob([Buffer.alloc(10 * 1024 * 1024 + 1)]);
  assert.equal(await upload("sendPhoto", { photo: big }), "Bad Request: file is too big");
  assert.equal((await bot.fail("getFile", { file_id: "x" })).error_code, 400);
});

test("a file above 20 MB is taken but cannot be downloaded; above 50 MB it is not taken", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const sent = await bot.upload("sendDocument", { ...to, document: new Blob([Buffer.alloc(21 * 1024 * 1024)]) });
  const refusal = await bot.fail("getFile", { file_id: sent.document?.file_id });
  assert.equal(refusal.description, "Bad Request: file is too big");
  const tooLarge = await fetch(`${sandbox.url}/bot${sandbox.botToken}/sendDocument`, {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x" },
    body: Buffer.alloc(52 * 1024 * 1024),
  });
  assert.equal(tooLarge.status, 413);
});

test("albums hold 2 to 10 of one kind", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const photo = await bot.upload("sendPhoto", { ...to, photo: new Blob([pixel]) });
  const document = await bot.upload("sendDocument", { ...to, document: new Blob(["x"]) });
  const item = { type: "photo", media: photo.photo?.[0]?.file_id };
  const refusal = async (media: object[]): Promise<string> =>
    (await bot.fail("sendMediaGroup", { chat_id: mina, media })).description;
  assert.equal(await refusal([item]), "Bad Request: too few messages to send as an album");
  assert.equal(
    await refusal(Array.from({ length: 11 }, () => item)),
    "Bad Request: too many messages to send as an album",
  );
  assert.equal(
    await refusal([item, { type: "document", media: document.document?.file_id }]),
    "Bad Request: can't use the media of the specified type in the album",
  );
});

test("Telegram fetches what is given as a URL", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const server = createServer((request, response) => {
    if (request.url === "/a.png") response.writeHead(200, { "content-type": "image/png" }).end(pixel);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.equal((await bot.do("sendPhoto", { chat_id: mina, photo: `${url}/a.png` })).photo?.length, 1);
  const missing = await bot.fail("sendPhoto", { chat_id: mina, photo: `${url}/b.png` });
  assert.equal(missing.description, "Bad Request: failed to get HTTP URL content");
});
