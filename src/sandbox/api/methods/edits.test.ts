import assert from "node:assert/strict";
import test from "node:test";

import { pixel, testBot, testSandbox } from "../../test-bot.ts";

const mina = 700_000_002;
const unmodified =
  "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

test("an edit replaces text and keyboard in place; one that changes nothing is refused", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const reply_markup = { inline_keyboard: [[{ text: "Stop", callback_data: "stop" }]] };
  const card = await bot.do("sendMessage", { chat_id: mina, text: "10 %", reply_markup });
  const id = { chat_id: mina, message_id: card.message_id };
  const edited = await bot.do("editMessageText", { ...id, text: "<i>20 %</i>", parse_mode: "HTML", reply_markup });
  assert.ok(edited !== true && "text" in edited);
  assert.deepEqual([edited.message_id, edited.text, edited.reply_markup], [card.message_id, "20 %", reply_markup]);
  const same = { ...id, text: "20 %", entities: [{ type: "italic", offset: 0, length: 4 }], reply_markup };
  assert.equal((await bot.fail("editMessageText", same)).description, unmodified);
  const done = await bot.do("editMessageText", { ...id, text: "done" });
  assert.ok(done !== true && "text" in done);
  assert.deepEqual([done.reply_markup, done.entities], [undefined, undefined]);
  assert.equal((await bot.fail("editMessageReplyMarkup", id)).description, unmodified);
  assert.deepEqual(
    sandbox.journal.edits.map(({ text }) => text),
    ["20 %", "done"],
  );
});

test("only own messages that exist can be edited", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const theirs = sandbox.as(mina).start();
  const refusal = async (params: object): Promise<string> =>
    (await bot.fail("editMessageText", { text: "x", ...params })).description;
  assert.equal(await refusal({}), "Bad Request: message identifier is not specified");
  assert.equal(await refusal({ message_id: 5 }), "Bad Request: chat_id is empty");
  assert.equal(await refusal({ chat_id: mina }), "Bad Request: message identifier is not specified");
  assert.equal(await refusal({ chat_id: mina, message_id: 5 }), "Bad Request: message to edit not found");
  const own = { chat_id: mina, message_id: theirs.message_id };
  assert.equal(await refusal(own), "Bad Request: message can't be edited");
  assert.equal(await refusal({ inline_message_id: "x" }), "Bad Request: MESSAGE_ID_INVALID");
});

test("a text becomes a video, keeps its id, and its caption can be edited then", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const card = await bot.do("sendMessage", { chat_id: mina, text: "rendering" });
  const id = { chat_id: mina, message_id: card.message_id };
  const noCaption = await bot.fail("editMessageCaption", { ...id, caption: "x" });
  assert.equal(noCaption.description, "Bad Request: there is no caption in the message to edit");
  const media = {
    type: "video",
    media: "attach://v",
    caption: "<b>here</b>",
    parse_mode: "HTML",
    width: 480,
    height: 848,
  };
  const form = { chat_id: String(mina), message_id: String(card.message_id), media: JSON.stringify(media) };
  const edited = await bot.upload("editMessageMedia", { ...form, v: new Blob(["mp4"]) });
  assert.deepEqual([edited.message_id, edited.text, edited.caption], [card.message_id, undefined, "here"]);
  assert.deepEqual([edited.video?.width, edited.video?.height, edited.video?.mime_type], [480, 848, "video/mp4"]);
  const noText = await bot.fail("editMessageText", { ...id, text: "x" });
  assert.equal(noText.description, "Bad Request: there is no text in the message to edit");
  const captioned = await bot.do("editMessageCaption", { ...id, caption: "there" });
  assert.ok(captioned !== true && captioned.caption === "there" && captioned.caption_entities === undefined);
  const again = { ...id, media: { type: "video" as const, media: edited.video?.file_id ?? "", caption: "there" } };
  assert.equal((await bot.fail("editMessageMedia", again)).description, unmodified);
});

test("an album keeps its kind", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const media = ["a", "b"].map((name) => ({ type: "photo", media: `attach://${name}` }));
  const form = { chat_id: String(mina), media: JSON.stringify(media), a: new Blob([pixel]), b: new Blob([pixel]) };
  const album = (await bot.upload("sendMediaGroup", form)) as unknown as {
    message_id: number;
    media_group_id: string;
  }[];
  assert.equal(new Set(album.map(({ media_group_id: id }) => id)).size, 1);
  const document = await bot.upload("sendDocument", { chat_id: String(mina), document: new Blob(["x"]) });
  const edit = {
    chat_id: mina,
    message_id: album[0]?.message_id,
    media: { type: "document", media: document.document?.file_id },
  };
  assert.equal(
    (await bot.fail("editMessageMedia", edit)).description,
    "Bad Request: can't use the media of the specified type in the album",
  );
});
