import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { languages } from "#kernel/lib/language.ts";
import { loadTexts } from "#kernel/lib/texts.ts";
import { type Content, plainText, renderContent, renderEdit } from "#kernel/telegram/index.ts";

import type { Reader } from "../announcer.ts";
import { outcomeKinds, type Signal, signalTypes } from "../signal.ts";
import { newsMessage, signalMessage } from "./signal-message.ts";

const texts = loadTexts([new URL("./texts/", import.meta.url)]);
const at = new Date("2026-11-21T06:20:00Z");

const plain: Signal = {
  id: 7,
  source: "engine",
  type: "buy",
  asset: "BTC/USD",
  entryPrice: "45250",
  targetPrice: "48900.00",
  stopLoss: "43800",
  timeframe: "1H",
  confidence: 82,
  sourceModel: "trend-v3",
  performanceCategory: "swing",
  marketContext: "Above the weekly range.",
  notes: ["Half off at 47,000"],
  generatedAt: at,
  expiresAt: undefined,
  demo: false,
  media: undefined,
  createdAt: at,
  correctedAt: undefined,
  cancelled: undefined,
  outcome: undefined,
  reached: 0,
};
const reader: Reader = { language: "en", format: "detailed", timeZone: "Asia/Seoul", place: "private" };

function htmlOf(content: Content): string {
  if (content.kind === "text") return content.html.markup;
  assert.ok(content.kind === "photo");
  return content.caption?.markup ?? "";
}

function shown(signal: Partial<Signal>, as: Partial<Reader> = {}): string {
  const to = { ...reader, ...as };
  return plainText(htmlOf(signalMessage({ ...plain, ...signal }, to, texts(to.language))));
}

test("the detailed format has everything, in the reader's language and zone", () => {
  assert.equal(
    shown({}),
    `🟢 BUY BTC/USD · 1H

Direction: long
Entry: 45,250
Target: 48,900.00 (+8.07%)
Stop: 43,800 (−3.20%)
Reward to risk: 2.5

Confidence: 82% ▰▰▰▰▰▰▰▰▱▱
🕒 Nov 21, 15:20 GMT+9
Model: trend-v3
Category: swing

Above the weekly range.

• Half off at 47,000

#BTCUSD #buy #1H`,
  );
  const korean = shown({}, { language: "ko" });
  assert.match(korean, /매수 BTC\/USD/);
  assert.match(korean, /목표가: 48,900\.00 \(\+8\.07%\)/);
  assert.match(korean, /11월 21일 15:20/);
});

test("the signs turn for a sell", () => {
  const sell = shown({ type: "sell", targetPrice: "43800", stopLoss: "48900" });
  assert.match(sell, /Target: 43,800 \(\+3\.20%\)/);
  assert.match(sell, /Stop: 48,900 \(−8\.07%\)/);
});

test("the compact format has two lines", () => {
  const lines = shown({}, { format: "compact" }).split("\n");
  assert.deepEqual(lines, [
    "🟢 BUY BTC/USD 45,250 → 48,900.00 (+8.07%) · SL 43,800 (−3.20%)",
    "1H · 82% · trend-v3 · Nov 21, 15:20 GMT+9",
  ]);
});

test("prices keep their own precision", () => {
  const tiny = shown({ entryPrice: "0.00001234", targetPrice: "0.000013", stopLoss: undefined });
  assert.match(tiny, /Entry: 0\.00001234/);
  assert.match(tiny, /Target: 0\.000013 \(\+5\.35%\)/);
});

test("an outcome, a correction and a cancellation stand below the headline", () => {
  const ended = { kind: "stop", price: "43800", returnPercent: "-3.2044", origin: "price", at } as const;
  assert.match(shown({ outcome: ended }), /^🟢 BUY BTC\/USD · 1H\n🛑 Stopped out at 43,800: −3\.20%\n/);
  assert.match(shown({ correctedAt: at }), /\n✏️ Corrected/);
  assert.match(shown({ cancelled: { at, reason: "fat <finger>" } }), /\n🚫 Cancelled: fat <finger>\n/);
  assert.match(
    shown({ outcome: { ...ended, kind: "expired", price: undefined, returnPercent: undefined } }),
    /Expired\n/,
  );
  const news = newsMessage({ ...plain, outcome: ended }, texts("en"));
  assert.equal(plainText(htmlOf(news)), "BUY BTC/USD\n🛑 Stopped out at 43,800: −3.20%");
});

test("what is over cannot be taken any more, and in a group nothing can be pressed", () => {
  const buttons = (signal: Partial<Signal>, as: Partial<Reader> = {}): readonly string[] => {
    const { keyboard } = signalMessage({ ...plain, ...signal }, { ...reader, ...as }, texts("en")) as {
      keyboard?: { inline: readonly (readonly { callback: string }[])[] };
    };
    return (keyboard?.inline ?? []).flat().map(({ callback }) => callback);
  };
  assert.deepEqual(buttons({}), ["signal:took:7", "signal:skip:7", "signal:chart:7", "signal:mute:7"]);
  assert.deepEqual(buttons({ type: "alert" }), ["signal:chart:7", "signal:mute:7"]);
  assert.deepEqual(buttons({ cancelled: { at, reason: undefined } }), ["signal:chart:7", "signal:mute:7"]);
  assert.deepEqual(buttons({}, { place: "shared" }), []);
});

test("what does not fit is said to be missing", () => {
  const long = shown({
    marketContext: undefined,
    notes: Array.from({ length: 10_000 }, (_, index) => `Note ${index}`),
  });
  assert.ok(long.length <= 4096 && long.length > 3900, `${long.length} characters`);
  const last = /• Note (\d+)\n… and ([\d,]+) more notes\n\n#BTCUSD/.exec(long);
  assert.equal(Number(last?.[1]) + 1 + Number(last?.[2]?.replace(",", "")), 10_000);
});

test("text from right to left turns only itself, and nothing invisible gets through", () => {
  const text = shown({ sourceModel: "\u202eevil\u202c", notes: ["مرحبا"], marketContext: "a\u200bb\u0000c\n\n\n\nd" });
  assert.match(text, /Model: evil\n/);
  assert.match(text, /• \u2068مرحبا\u2069/);
  assert.match(text, /abc\n\nd/);
});

const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        "<b>",
        "</i>",
        "&lt",
        "&",
        '"',
        "\u202e",
        "\u2067",
        "א",
        "ب",
        "\n",
        "👩‍👩‍👧",
        "e\u0301\u0301\u0301",
        "\ud800",
        "x".repeat(300),
      ),
      { maxLength: 40 },
    )
    .map((pieces) => pieces.join("")),
);
const price = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 15n - 1n }), fc.option(fc.stringMatching(/^\d{1,18}$/)))
  .map(([whole, fraction]) => (fraction === null ? String(whole) : `${whole}.${fraction}`));
const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });

const anySignal: fc.Arbitrary<Signal> = fc.record({
  id: fc.maxSafeNat(),
  source: nasty,
  type: fc.constantFrom(...signalTypes),
  asset: nasty,
  entryPrice: optional(price),
  targetPrice: optional(price),
  stopLoss: optional(price),
  timeframe: optional(nasty),
  confidence: fc.integer({ min: 0, max: 10_000 }).map((hundredths) => hundredths / 100),
  sourceModel: optional(nasty),
  performanceCategory: optional(nasty),
  marketContext: optional(fc.array(nasty, { maxLength: 20 }).map((parts) => parts.join("\n"))),
  notes: fc.array(nasty, { maxLength: 60 }),
  generatedAt: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") }),
  expiresAt: fc.constant(undefined),
  demo: fc.boolean(),
  media: optional(
    fc.constantFrom({ kind: "image", mediaId: "m" } as const, { kind: "charts", mediaIds: { en: "m" } } as const),
  ),
  createdAt: fc.constant(at),
  correctedAt: optional(fc.constant(at)),
  cancelled: optional(fc.record({ at: fc.constant(at), reason: optional(nasty) })),
  outcome: optional(
    fc.record({
      kind: fc.constantFrom(...outcomeKinds),
      price: optional(price),
      returnPercent: optional(fc.stringMatching(/^-?\d{1,12}(\.\d{1,8})?$/)),
      origin: fc.constant("api" as const),
      at: fc.constant(at),
    }),
  ),
  reached: fc.nat(),
});
const anyReader: fc.Arbitrary<Reader> = fc.record({
  language: fc.constantFrom(...languages),
  format: fc.constantFrom("detailed", "compact"),
  timeZone: fc.constantFrom("UTC", "Asia/Kathmandu", "America/St_Johns"),
  place: fc.constantFrom("private", "shared"),
});

test("any signal is one message that Telegram takes, with every tag closed and no text from outside as markup", () => {
  fc.assert(
    fc.property(anySignal, anyReader, (signal, to) => {
      const content = signalMessage(signal, to, texts(to.language));
      assert.equal(renderContent(content).length, 1);
      renderEdit(content, "text");
      const markup = htmlOf(content);
      const visible = plainText(markup);
      assert.ok(visible.length <= (content.kind === "photo" ? 1024 : 4096), `${visible.length} characters`);
      assert.ok(markup.isWellFormed());
      assertBalanced(markup);
      assert.doesNotMatch(visible, /[\u202a-\u202e\u2066\u2067\0]/);
      assertBalanced(htmlOf(newsMessage(signal, texts(to.language))));
    }),
    { numRuns: 400 },
  );
});

/** Only our own tags, each closed in order, each isolate ended on its own line. */
function assertBalanced(markup: string): void {
  const open: string[] = [];
  for (const [tag, slash, name = ""] of markup.matchAll(/<(\/?)([^>]*)>/g)) {
    assert.match(name, /^[bi]$/, `a foreign tag: ${tag}`);
    if (slash === "/") assert.equal(open.pop(), name);
    else open.push(name);
  }
  assert.deepEqual(open, []);
  for (const line of markup.split("\n")) {
    assert.equal(line.split("\u2068").length, line.split("\u2069").length, JSON.stringify(line));
  }
}
