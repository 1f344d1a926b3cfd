import assert from "node:assert/strict";
import test from "node:test";

import * as fc from "fast-check";

import { decodeParams } from "./decode.ts";
import type { Decoded } from "./decode.ts";
import { allMethodNames, findMethod } from "./notation.ts";

const upload = { fileName: "a.mp4", mimeType: "video/mp4", bytes: Buffer.from("x") };

function decode(method: string, values: Record<string, unknown>, uploads = new Map<string, typeof upload>()): Decoded {
  return decodeParams(method, { values, uploads });
}

function told(decoded: Decoded): readonly string[] {
  return decoded.problems.map(({ kind, path }) => `${kind} ${path}`);
}

test("a correct call has no problems and keeps its values", () => {
  const params = {
    chat_id: 1,
    text: "x",
    parse_mode: "HTML",
    reply_markup: { inline_keyboard: [[{ text: "a", callback_data: "b" }]] },
  };
  assert.deepEqual(decode("sendMessage", params), { params, problems: [] });
});

test("texts from a form become numbers, booleans and objects", () => {
  const decoded = decode("sendMessage", {
    chat_id: "-1001",
    text: "5",
    disable_notification: "true",
    reply_markup: '{"remove_keyboard":true}',
  });
  assert.deepEqual(decoded, {
    params: { chat_id: -1001, text: "5", disable_notification: true, reply_markup: { remove_keyboard: true } },
    problems: [],
  });
});

test("missing, wrong and unknown parameters are told with their path", () => {
  const inline_keyboard = [[{ text: "ok", callback_data: "1" }, { callback_data: "2" }]];
  const decoded = decode("sendMessage", { text: "x", entities: 5, reply_markup: { inline_keyboard }, colour: "red" });
  assert.deepEqual(told(decoded), [
    "wrong entities",
    "missing reply_markup.inline_keyboard[0][1].text",
    "unknown colour",
    "missing chat_id",
  ]);
});

test("the likely member of a union is the one that is told about", () => {
  const media = { type: "video", media: "id", caption: "c", has_spoiler: "yes", widht: 5 };
  assert.deepEqual(told(decode("editMessageMedia", { media })), ["unknown media.widht"]);
  const keyboard = [["plain text", { text: "contact", request_contact: true }]];
  assert.deepEqual(told(decode("sendMessage", { chat_id: 1, text: "x", reply_markup: { keyboard } })), []);
});

test("files come as parts of the form, by name or by attach://", () => {
  const parts = new Map([
    ["video", upload],
    ["first", upload],
  ]);
  assert.equal(decode("sendVideo", { chat_id: 1 }, parts).params["video"], upload);
  const media = [
    { type: "photo", media: "attach://first" },
    { type: "photo", media: "known-id" },
  ];
  const decoded = decode("sendMediaGroup", { chat_id: 1, media: JSON.stringify(media) }, parts);
  assert.deepEqual(decoded.problems, []);
  assert.deepEqual(decoded.params["media"], [
    { type: "photo", media: upload },
    { type: "photo", media: "known-id" },
  ]);
});

test("a number where a text belongs is taken, as Telegram does, and noted", () => {
  const decoded = decode("sendMessage", { chat_id: 1, text: 5 });
  assert.equal(decoded.params["text"], "5");
  assert.deepEqual(told(decoded), ["unknown text"]);
});

test("a choice is taken in any case, as Telegram does, and noted; an empty one is none", () => {
  const html = decode("sendMessage", { chat_id: 1, text: "x", parse_mode: "html" });
  assert.equal(html.params["parse_mode"], "HTML");
  assert.deepEqual(told(html), ["unknown parse_mode"]);
  assert.deepEqual(decode("getMyName", { language_code: "" }), { params: {}, problems: [] });
  assert.deepEqual(told(decode("getMyName", { language_code: "klingon" })), ["wrong language_code"]);
});

test("method names are found in any case", () => {
  assert.equal(findMethod("SENDMESSAGE"), "sendMessage");
  assert.equal(findMethod("sendMessages"), undefined);
});

test("no JSON whatever makes decoding throw", () => {
  const values = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(fc.constantFrom(...allMethodNames), values, (method, raw) => {
      const guided = { chat_id: raw, reply_markup: raw, media: [raw], entities: [raw], rich_message: raw, ...raw };
      decode(method, guided);
    }),
    { numRuns: 300 },
  );
});
