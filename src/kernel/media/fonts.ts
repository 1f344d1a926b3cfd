import { access } from "node:fs/promises";
import { createRequire } from "node:module";

import type { Canvas, GlobalFonts } from "@napi-rs/canvas";

interface FontFace {
  readonly family: string;
  /** A file inside an installed package. */
  readonly file: string;
}

const latin = "Telecast Sans";
const korean = "Telecast Korean";
const arabic = "Telecast Arabic";
const hebrew = "Telecast Hebrew";
const emoji = "Telecast Emoji";

const noto = "@expo-google-fonts/noto-sans";
const nanum = "@expo-google-fonts/nanum-gothic";

const faces: readonly FontFace[] = [
  { family: latin, file: `${noto}/400Regular/NotoSans_400Regular.ttf` },
  { family: latin, file: `${noto}/700Bold/NotoSans_700Bold.ttf` },
  { family: latin, file: `${noto}/800ExtraBold/NotoSans_800ExtraBold.ttf` },
  { family: korean, file: `${nanum}/400Regular/NanumGothic_400Regular.ttf` },
  { family: korean, file: `${nanum}/700Bold/NanumGothic_700Bold.ttf` },
  { family: korean, file: `${nanum}/800ExtraBold/NanumGothic_800ExtraBold.ttf` },
  { family: arabic, file: `${noto}-arabic/400Regular/NotoSansArabic_400Regular.ttf` },
  { family: arabic, file: `${noto}-arabic/700Bold/NotoSansArabic_700Bold.ttf` },
  { family: hebrew, file: `${noto}-hebrew/400Regular/NotoSansHebrew_400Regular.ttf` },
  { family: hebrew, file: `${noto}-hebrew/700Bold/NotoSansHebrew_700Bold.ttf` },
  { family: emoji, file: "twemoji-colr-font/twemoji.woff2" },
];

/**
 * For `ctx.font` and chart text styles. Latin, Greek, Cyrillic, Devanagari, Korean, Arabic, Hebrew and emoji are ours;
 * other scripts (Han, kana, Thai) come from the fonts of the system when it has any, else draw as boxes.
 */
export const fontFamily: string = [latin, korean, arabic, hebrew, emoji].map((family) => `"${family}"`).join(", ");

/**
 * Asserted at start: a slim image without fonts does not fail when it draws text, it draws none.
 * @throws when a font file is not where its package should have put it.
 */
export async function assertFontFiles(): Promise<void> {
  for (const { file } of faces) await access(fontPath(file));
}

/** Makes the fonts known to the canvas library of this process. Once per process. */
export function registerFonts(fonts: typeof GlobalFonts): void {
  for (const { family, file } of faces) {
    // The library answers `null` instead of throwing, and then draws boxes.
    if (fonts.registerFromPath(fontPath(file), family) === null) throw new Error(`the font ${file} cannot be read`);
  }
}

/**
 * Draws one glyph of each script and compares it with nothing and with the box that stands for a missing glyph.
 * @throws when a script would not show. @param createCanvas the canvas library's, so that only drawing processes load it.
 */
export function assertGlyphs(createCanvas: (width: number, height: number) => Canvas): void {
  for (const [script, glyph] of Object.entries({ latin: "g", korean: "뷁", arabic: "م", hebrew: "ש", emoji: "🐈" })) {
    if (!isDrawable(createCanvas, glyph)) throw new Error(`the fonts draw no ${script} glyphs`);
  }
}

/** Whether the fonts have every part of `grapheme`: false when it would show as nothing or as a box. */
export function isDrawable(createCanvas: (width: number, height: number) => Canvas, grapheme: string): boolean {
  const size = 32;
  const draw = (text: string): Buffer => {
    const canvas = createCanvas(size, size);
    const context = canvas.getContext("2d");
    context.font = `24px ${fontFamily}`;
    context.fillText(text, 2, 26);
    return canvas.data();
  };
  const drawn = draw(grapheme);
  // A noncharacter: no font has it. Unlike the private use area, which icon fonts of the system may fill.
  return !drawn.equals(draw("")) && !drawn.equals(draw("\u{10FFFE}"));
}

function fontPath(file: string): string {
  const [scopeOrName = "", name = ""] = file.split("/");
  const packageName = scopeOrName.startsWith("@") ? `${scopeOrName}/${name}` : scopeOrName;
  // Font packages export no files, so the path is taken from where their package.json is.
  const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
  return manifest.replace(/package\.json$/, "") + file.slice(packageName.length + 1);
}
