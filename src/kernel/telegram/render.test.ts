import assert from "node:assert/strict";
import { test } from "node:test";

import { Html, html } from "#kernel/lib/html.ts";

import { callbackData, parseCallbackData } from "./callback-data.ts";
import type { Content } from "./content.ts";
import { fillMedia, renderContent, type RenderedCall, renderEdit } from "./render.ts";

const stored = { mediaId: "m1" };
const keyboard = { inline: [[{ text: "Go", callback: "go:1", style: "primary" as const }], []] };
const markup = { inline_keyboard: [[{ text: "Go", style: "primary", callback_data: "go:1" }]] };

function textOf(call: RenderedCall | undefined, field: "text" | "caption" = "text"): string {
  const text = call?.payload[field];
  return typeof text === "string" ? text : "";
}

test("a text is one call, without link previews unless asked for", () => {
  assert.deepEqual(renderContent({ kind: "text", html: html`<b>${"<"}</b>`, keyboard }), [
    {
      method: "sendMessage",
      payload: {
        text: "<b>&lt;</b>",
        parse_mode: "HTML",
        link_preview_options: { is_disabled: true },
        reply_markup: markup,
      },
      media: [],
    },
  ]);
  const [withPreview] = renderContent({ kind: "text", html: Html.text("https://e.org"), preview: true });
  assert.deepEqual(withPreview?.payload, { text: "https://e.org", parse_mode: "HTML" });
});

test("a long text is several calls and the keyboard is on the last", () => {
  const calls = renderContent({ kind: "text", html: Html.text("word ".repeat(2000)), keyboard });
  assert.deepEqual(
    calls.map(({ payload }) => payload["reply_markup"]),
    [undefined, undefined, markup],
  );
  assert.equal(calls.map((call) => textOf(call)).join(""), "word ".repeat(2000));
});

test("room for a later mark is left free in the first part only", () => {
  const calls = renderContent({ kind: "text", html: Html.text("a".repeat(8192)) }, { reserve: 10 });
  assert.deepEqual(
    calls.map((call) => textOf(call).length),
    [4086, 4096, 10],
  );
});

test("a video carries its shape, and a caption over 1024 goes on as text with the keyboard", () => {
  const calls = renderContent({
    kind: "video",
    media: stored,
    thumbnail: { mediaId: "t1" },
    shape: { width: 480, height: 848, durationSeconds: 3.96 },
    caption: Html.text(`${"c".repeat(1000)} ${"d".repeat(500)}`),
    keyboard,
  });
  assert.deepEqual(calls[0]?.payload, {
    video: undefined,
    thumbnail: undefined,
    caption: `${"c".repeat(1000)} `,
    parse_mode: "HTML",
    supports_streaming: true,
    width: 480,
    height: 848,
    duration: 4,
  });
  assert.deepEqual(calls[0]?.media, [
    { path: ["video"], mediaId: "m1", role: "file" },
    { path: ["thumbnail"], mediaId: "t1", role: "thumbnail" },
  ]);
  assert.equal(calls[1]?.payload["text"], "d".repeat(500));
  assert.deepEqual(calls[1]?.payload["reply_markup"], markup);
});

test("an album's files and captions stand in its list; a caption's rest follows", () => {
  const [album, rest] = renderContent({
    kind: "album",
    items: [
      { kind: "photo", media: { fileId: "known" }, caption: Html.text("e".repeat(1030)) },
      { kind: "video", media: stored },
    ],
  });
  assert.ok(album !== undefined);
  assert.equal(album.method, "sendMediaGroup");
  const filled = fillMedia(album, ({ mediaId }) => `attach://${mediaId}`);
  assert.deepEqual(JSON.parse(JSON.stringify(filled)), {
    media: [
      { type: "photo", media: "known", caption: "e".repeat(1024), parse_mode: "HTML" },
      { type: "video", media: "attach://m1", supports_streaming: true },
    ],
  });
  assert.equal(rest?.payload["text"], "e".repeat(6));
});

test("filling media replaces each slot and leaves out what is resolved to nothing", () => {
  const [call] = renderContent({ kind: "video", media: stored, thumbnail: { mediaId: "t" } });
  assert.ok(call !== undefined);
  const filled = fillMedia(call, ({ role }) => (role === "file" ? "file-id" : undefined));
  assert.equal(JSON.stringify(filled), '{"video":"file-id","supports_streaming":true}');
});

test("an invoice is in Stars, with one price and no provider", () => {
  const [call] = renderContent({
    kind: "invoice",
    title: "10 credits",
    description: "For ten videos",
    payload: "order-1",
    stars: 1000,
    startParameter: "buy",
  });
  assert.deepEqual(call?.payload, {
    title: "10 credits",
    description: "For ten videos",
    payload: "order-1",
    provider_token: "",
    currency: "XTR",
    prices: [{ label: "10 credits", amount: 1000 }],
    start_parameter: "buy",
  });
});

test("an edit is one call: text, caption of a message with media, or the media itself", () => {
  const long = Html.text("word ".repeat(1000));
  const text = renderEdit({ kind: "text", html: long, keyboard }, "text");
  assert.equal(text.method, "editMessageText");
  assert.match(textOf(text), /word…$/);
  assert.deepEqual(text.payload["reply_markup"], markup);
  const caption = renderEdit({ kind: "text", html: long }, "media");
  assert.equal(caption.method, "editMessageCaption");
  assert.ok(textOf(caption, "caption").length > 900 && textOf(caption, "caption").length <= 1024);
  const media = renderEdit({ kind: "video", media: stored, caption: Html.text("done") }, "text");
  assert.equal(media.method, "editMessageMedia");
  assert.deepEqual(
    fillMedia(media, () => "f"),
    {
      media: { type: "video", media: "f", caption: "done", parse_mode: "HTML", supports_streaming: true },
    },
  );
});

test("content that Telegram can never accept is refused where it is made", () => {
  const photo = { kind: "photo", media: stored } as const;
  const bad: Content[] = [
    { kind: "album", items: [photo] },
    { kind: "album", items: [photo, { kind: "document", media: stored }] },
    { kind: "album", items: [photo, { kind: "animation", media: stored }] },
    { kind: "invoice", title: "t".repeat(33), description: "d", payload: "p", stars: 1, startParameter: "s" },
    { kind: "invoice", title: "t", description: "d", payload: "é".repeat(65), stars: 1, startParameter: "s" },
    { kind: "invoice", title: "t", description: "d", payload: "p", stars: 1.5, startParameter: "s" },
    { kind: "invoice", title: "t", description: "d", payload: "p", stars: 1, startParameter: "" },
    { kind: "text", html: Html.text("x"), keyboard: { inline: [[{ text: "b", callback: `a:${"x".repeat(63)}` }]] } },
  ];
  for (const content of bad) assert.throws(() => renderContent(content), RangeError);
  assert.throws(() => renderEdit(bad[0] as Content, "text"), RangeError);
});

test("callback data is read back as it was made, within 64 bytes", () => {
  assert.equal(callbackData("studio.again", 42, "x"), "studio.again:42:x");
  assert.deepEqual(parseCallbackData("studio.again:42:x"), { prefix: "studio.again", args: ["42", "x"] });
  assert.deepEqual(parseCallbackData("nonsense"), { prefix: "nonsense", args: [] });
  assert.equal(callbackData("p", "a".repeat(62)).length, 64);
  assert.throws(() => callbackData("p", "a".repeat(63)), RangeError);
  assert.throws(() => callbackData("p", "가".repeat(21)), RangeError);
  assert.throws(() => callbackData("p", "a:b"), RangeError);
});
