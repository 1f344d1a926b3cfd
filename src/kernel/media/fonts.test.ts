import assert from "node:assert/strict";
import { test } from "node:test";

import { createCanvas, GlobalFonts } from "@napi-rs/canvas";

import { assertFontFiles, assertGlyphs, fontFamily, isDrawable, registerFonts } from "./fonts.ts";

registerFonts(GlobalFonts);

test("every font file is where its package should have put it", async () => {
  await assertFontFiles();
});

test("Latin, Korean, Arabic, Hebrew and emoji show as glyphs, not as boxes", () => {
  assertGlyphs(createCanvas);
  for (const grapheme of ["A", "é", "Ж", "힣", "뷁", "ع", "ש", "🐈", "👩🏽‍🚀", "🇰🇷", "❤️"]) {
    assert.ok(isDrawable(createCanvas, grapheme), grapheme);
  }
});

test("what no font has is known to be a box", () => {
  assert.ok(!isDrawable(createCanvas, "\u{378}"));
  assert.ok(!isDrawable(createCanvas, " "));
});

test("two Korean syllables differ from each other, so neither is a stand-in", () => {
  assert.notDeepEqual(pixels("가"), pixels("각"));
});

test("emoji have colours", () => {
  const red = pixels("❤️");
  const colored = Array.from({ length: red.length / 4 }, (_, i) => red.subarray(i * 4, i * 4 + 4)).filter(
    ([r = 0, g = 0, , alpha = 0]) => alpha > 200 && r > 180 && g < 90,
  );
  assert.ok(colored.length > 100, `${colored.length} red pixels`);
});

test("bold is heavier than regular in Latin and Korean", () => {
  for (const text of ["Bold", "굵게"]) {
    assert.ok(ink(pixels(text, "800")) > ink(pixels(text, "400")) * 1.1, text);
  }
});

function pixels(text: string, weight = "400"): Buffer {
  const canvas = createCanvas(120, 48);
  const context = canvas.getContext("2d");
  context.font = `${weight} 32px ${fontFamily}`;
  context.fillText(text, 4, 36);
  return canvas.data();
}

function ink(rgba: Buffer): number {
  return rgba.reduce((sum, value, i) => (i % 4 === 3 ? sum + value : sum), 0);
}
