import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";

import { captioned, contentKind, fileUrl, isBare, isPictureOnly, largestPhoto } from "./content.ts";

function message(fields: object): Message {
  return { message_id: 1, date: 1, chat: { id: 1, type: "private", first_name: "Alex" }, ...fields };
}

test("what a message mainly is, also when it carries an older field for old clients", () => {
  assert.equal(contentKind(message({ text: "hi" })), "text");
  assert.equal(contentKind(message({ animation: {}, document: {} })), "animation");
  assert.equal(contentKind(message({ venue: {}, location: {} })), "other");
  assert.equal(contentKind(message({ successful_payment: {} })), "service");
  assert.equal(contentKind(message({ invoice: {} })), "invoice");
});

test("the largest size of a photo is shown", () => {
  const sizes = [
    { file_id: "small", width: 90, height: 60 },
    { file_id: "large", width: 900, height: 600 },
    { file_id: "medium", width: 320, height: 213 },
  ];
  assert.equal(largestPhoto(message({ photo: sizes }))?.file_id, "large");
  assert.equal(largestPhoto(message({ text: "none" })), undefined);
});

test("an album is spoken for by its first caption", () => {
  const silent = message({ photo: [] });
  const speaking = message({ photo: [], caption: "all of it" });
  assert.equal(captioned([silent, speaking]), speaking);
  assert.equal(captioned([silent, silent]), silent);
});

test("the time goes over a picture only when nothing is written under it", () => {
  assert.equal(isPictureOnly(message({ photo: [] })), true);
  assert.equal(isPictureOnly(message({ photo: [], caption: "x" })), false);
  assert.equal(isPictureOnly(message({ text: "x" })), false);
});

test("stickers and lone emoji stand without a bubble", () => {
  assert.equal(isBare(message({ sticker: {} })), true);
  assert.equal(isBare(message({ text: "🎉" })), true);
  assert.equal(isBare(message({ text: "party 🎉" })), false);
});

test("a file id cannot leave the files' path", () => {
  assert.equal(fileUrl("../reset?x"), "/sandbox/api/files/..%2Freset%3Fx");
});
