import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";

import { ease, paintOnce } from "./brush.ts";
import { type CaptionLine, type CaptionPage, layOutCaption } from "./caption-text.ts";
import type { Palette } from "./palette.ts";

export interface CaptionPlace {
  readonly width: number;
  readonly height: number;
  /** The caption's middle. */
  readonly middleY: number;
  readonly maxLines: number;
  readonly largest: number;
  readonly smallest: number;
  readonly fontFamily: string;
}

export interface CaptionTime {
  readonly from: number;
  readonly until: number;
}

interface Piece {
  readonly sprite: Canvas;
  readonly x: number;
  readonly y: number;
  readonly appearsAt: number;
}

interface Shown {
  readonly pieces: readonly Piece[];
  readonly leavesAt: number;
  readonly last: boolean;
}

export type PaintCaption = (context: SKRSContext2D, seconds: number) => void;

/** A page stays at least this long. */
const pageSeconds = 1.7;
const appearSeconds = 0.45;
const leaveSeconds = 0.25;
const lineHeight = 1.26;

/** Words rise into place one after the other; long texts turn pages. */
export function makeCaption(
  text: string,
  palette: Palette,
  place: CaptionPlace,
  { from, until }: CaptionTime,
): PaintCaption {
  const maxPages = Math.max(1, Math.floor((until - from) / pageSeconds));
  const { pages, size } = fitCaption(text, place, maxPages);
  const share = (until - from) / Math.max(pages.length, 1);
  const accented = accentOf(pages);
  const shown = pages.map((page, i): Shown => {
    const start = from + i * share;
    return {
      pieces: placePieces(page, { place, size, start, spread: Math.min(share * 0.5, 1.6), palette, accented }),
      leavesAt: start + share - leaveSeconds,
      last: i === pages.length - 1,
    };
  });
  return (context, seconds) => {
    for (const { pieces, leavesAt, last } of shown) {
      const leaving = last ? 0 : ease(seconds, leavesAt, leavesAt + leaveSeconds);
      if (leaving === 1) continue;
      for (const { sprite, x, y, appearsAt } of pieces) {
        const arrived = ease(seconds, appearsAt, appearsAt + appearSeconds);
        if (arrived === 0) continue;
        context.globalAlpha = arrived * (1 - leaving);
        context.drawImage(sprite, x, y + (1 - arrived) * size * 0.5 - leaving * size * 0.35);
      }
    }
    context.globalAlpha = 1;
  };
}

function fitCaption(
  text: string,
  { width, largest, smallest, maxLines, fontFamily }: CaptionPlace,
  maxPages: number,
): { readonly pages: readonly CaptionPage[]; readonly size: number } {
  const context = createCanvas(8, 8).getContext("2d");
  const layOut = (size: number, pageLimit: number, lines: number): readonly CaptionPage[] => {
    context.font = fontOf(size, fontFamily);
    return layOutCaption(text, {
      width: width * 0.86,
      maxLines: lines,
      maxPages: pageLimit,
      measure: (part) => context.measureText(part).width,
    });
  };
  const whole = (pages: readonly CaptionPage[]): boolean =>
    !pages.some(({ lines }) => lines.some(({ pieces }) => pieces.at(-1)?.endsWith("…") === true));
  // The largest type that shows the whole text: fewer lines when it is large, more pages before it gets tiny.
  for (let size = largest; size > smallest; size *= 0.92) {
    const lines = size > largest * 0.75 ? Math.min(maxLines, 3) : maxLines;
    const pages = layOut(size, size > largest * 0.6 ? 1 : maxPages, lines);
    if (whole(pages)) return { pages, size };
  }
  return { pages: layOut(smallest, maxPages, maxLines), size: smallest };
}

/** The longest word stands out, when there are several. */
function accentOf(pages: readonly CaptionPage[]): string | undefined {
  const pieces = pages.flatMap(({ lines }) => lines.flatMap((line) => (line.rightToLeft ? [] : line.pieces)));
  const words = pieces.filter((piece) => /\p{L}/u.test(piece));
  if (words.length < 2) return undefined;
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest));
}

interface PiecePlan {
  readonly place: CaptionPlace;
  readonly size: number;
  readonly start: number;
  readonly spread: number;
  readonly palette: Palette;
  readonly accented: string | undefined;
}

function placePieces(
  page: CaptionPage,
  { place, size, start, spread, palette, accented }: PiecePlan,
): readonly Piece[] {
  const context = createCanvas(8, 8).getContext("2d");
  context.font = fontOf(size, place.fontFamily);
  const count = page.lines.reduce((sum, { pieces }) => sum + pieces.length, 0);
  const half = (page.lines.length * size * lineHeight) / 2;
  const middle = Math.min(Math.max(place.middleY, half + place.height * 0.1), place.height * 0.94 - half);
  const top = middle - half + (size * lineHeight) / 2;
  const margin = size * 0.6;
  let order = 0;
  return page.lines.flatMap((line, row) => {
    const space = context.measureText(" ").width;
    const widths = line.pieces.map((piece) => context.measureText(piece).width);
    let x = (place.width - widths.reduce((sum, width) => sum + width, space * (widths.length - 1))) / 2;
    return line.pieces.map((text, i) => {
      const wide = widths[i] ?? 0;
      const piece: Piece = {
        sprite: paintPiece({
          text,
          wide,
          size,
          margin,
          line,
          font: context.font,
          color: text === accented ? palette.accent : "#ffffff",
        }),
        x: x - margin,
        y: top + row * size * lineHeight - size * 0.5 - margin,
        appearsAt: start + (spread * order++) / count,
      };
      x += wide + space;
      return piece;
    });
  });
}

function paintPiece(of: {
  readonly text: string;
  readonly wide: number;
  readonly size: number;
  readonly margin: number;
  readonly line: CaptionLine;
  readonly font: string;
  readonly color: string;
}): Canvas {
  const { text, wide, size, margin, line, font, color } = of;
  return paintOnce(wide + margin * 2, size + margin * 2, (context) => {
    context.font = font;
    context.direction = line.rightToLeft ? "rtl" : "ltr";
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillStyle = color;
    context.shadowColor = "rgba(0, 0, 0, 0.55)";
    context.shadowBlur = size * 0.28;
    context.shadowOffsetY = size * 0.05;
    context.fillText(text, margin, margin + size * 0.84);
    context.shadowColor = "transparent";
    context.fillText(text, margin, margin + size * 0.84);
  });
}

function fontOf(size: number, fontFamily: string): string {
  return `800 ${size}px ${fontFamily}`;
}
