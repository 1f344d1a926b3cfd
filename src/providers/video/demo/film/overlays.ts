import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";

import { paintOnce, stamp, wrap } from "./brush.ts";
import { splitGraphemes } from "./caption-text.ts";
import type { Stage } from "./scene.ts";

const maxEmoji = 4;
const floating = 9;
/** As a share of the height. */
const clearance = 0.26;

/** The prompt's emoji, floating up through the scene. */
export function makeEmojiDrift(
  text: string,
  captionAt: number,
  { width, height, random }: Stage,
  fontFamily: string,
): ((context: SKRSContext2D, seconds: number) => void) | undefined {
  const emoji = [...new Set(splitGraphemes(text).filter((grapheme) => isEmoji(grapheme)))].slice(0, maxEmoji);
  const size = Math.min(width, height) * 0.17;
  const [first, ...others] = emoji.map((grapheme) => paintGlyph(grapheme, size, fontFamily));
  if (first === undefined) return undefined;
  const pieces = Array.from({ length: floating }, (_, i) => ({
    sprite: random.pick([first, ...others]),
    x: (i + random.between(0.2, 0.8)) / floating,
    y: random.next(),
    depth: random.between(0.35, 1),
    phase: random.between(0, 6.3),
  }));
  return (context, seconds) => {
    for (const { sprite, x, y, depth, phase } of pieces) {
      const rise = wrap(y - seconds * 0.085 * depth, 1.3) - 0.15;
      // They dim where the caption stands.
      const clear = Math.min(Math.abs(rise - captionAt) / clearance, 1) ** 2;
      context.save();
      context.translate(x * width + Math.sin(seconds * 1.1 + phase) * size * 0.3 * depth, rise * height);
      context.rotate(Math.sin(seconds * 0.9 + phase) * 0.28);
      stamp(context, sprite, {
        x: 0,
        y: 0,
        size: sprite.width * (0.35 + 0.6 * depth),
        opacity: (0.45 + 0.5 * depth) * (0.12 + 0.88 * clear),
      });
      context.restore();
    }
  };
}

function isEmoji(grapheme: string): boolean {
  // Digits and © are pictographic or emoji components by Unicode, but shown as text.
  return /\p{Extended_Pictographic}|\p{Regional_Indicator}/u.test(grapheme) && !/^[\d©®™#*]/u.test(grapheme);
}

function paintGlyph(grapheme: string, size: number, fontFamily: string): Canvas {
  const measuring = createCanvas(8, 8).getContext("2d");
  const font = `${size}px ${fontFamily}`;
  measuring.font = font;
  const wide = measuring.measureText(grapheme).width;
  return paintOnce(wide, size * 1.2, (context) => {
    context.font = font;
    context.fillStyle = "#ffffff";
    context.fillText(grapheme, 0, size * 0.98);
  });
}

/** Darker edges, less so over a photo; a caption on a photo gets a dark foot to stand on. */
export function paintEdges(
  width: number,
  height: number,
  over: { readonly photo: boolean; readonly caption: boolean },
): Canvas {
  return paintOnce(width, height, (context) => {
    const far = Math.hypot(width, height) / 2;
    const vignette = context.createRadialGradient(width / 2, height / 2, far * 0.45, width / 2, height / 2, far * 1.05);
    vignette.addColorStop(0, "rgba(0, 0, 0, 0)");
    vignette.addColorStop(1, `rgba(0, 0, 0, ${over.photo ? 0.28 : 0.5})`);
    context.fillStyle = vignette;
    context.fillRect(0, 0, width, height);
    if (!over.photo || !over.caption) return;
    const shade = context.createLinearGradient(0, height * 0.58, 0, height);
    shade.addColorStop(0, "rgba(0, 0, 0, 0)");
    shade.addColorStop(1, "rgba(0, 0, 0, 0.72)");
    context.fillStyle = shade;
    context.fillRect(0, 0, width, height);
  });
}

/** Says that no model made this. */
export function paintDemoMark(unit: number, fontFamily: string): Canvas {
  const size = unit * 0.034;
  const label = "demo";
  const measuring = createCanvas(8, 8).getContext("2d");
  measuring.font = `700 ${size}px ${fontFamily}`;
  const wide = measuring.measureText(label).width + size * 1.4;
  const tall = size * 1.75;
  return paintOnce(wide, tall, (context) => {
    context.fillStyle = "rgba(0, 0, 0, 0.34)";
    context.beginPath();
    context.roundRect(0, 0, wide, tall, tall / 2);
    context.fill();
    context.font = measuring.font;
    context.fillStyle = "rgba(255, 255, 255, 0.85)";
    context.fillText(label, size * 0.7, size * 1.2);
  });
}
