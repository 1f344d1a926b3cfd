import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";

import { fade } from "./palette.ts";

/** What does not change from frame to frame is painted once and then copied. */
export function paintOnce(width: number, height: number, paint: (context: SKRSContext2D) => void): Canvas {
  const canvas = createCanvas(Math.max(1, Math.ceil(width)), Math.max(1, Math.ceil(height)));
  paint(canvas.getContext("2d"));
  return canvas;
}

/** A round spot of light that fades to nothing at `radius`. */
export function softSpot(radius: number, color: string, core = 0): Canvas {
  return paintOnce(radius * 2, radius * 2, (context) => {
    const gradient = context.createRadialGradient(radius, radius, radius * core, radius, radius, radius);
    gradient.addColorStop(0, color);
    gradient.addColorStop(0.35, fade(color, 0.38));
    gradient.addColorStop(0.7, fade(color, 0.09));
    gradient.addColorStop(1, fade(color, 0));
    context.fillStyle = gradient;
    context.fillRect(0, 0, radius * 2, radius * 2);
  });
}

export interface Band {
  readonly top: number;
  readonly height: number;
  /** Evenly spaced from the top. */
  readonly colors: readonly string[];
}

/** Fills a part of the canvas, over its whole width, with a vertical gradient. */
export function fillBand(context: SKRSContext2D, { top, height, colors }: Band): void {
  const gradient = context.createLinearGradient(0, top, 0, top + height);
  colors.forEach((color, i) => {
    gradient.addColorStop(colors.length === 1 ? 0 : i / (colors.length - 1), color);
  });
  context.fillStyle = gradient;
  context.fillRect(0, top, context.canvas.width, height);
}

export interface Placement {
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly opacity?: number;
}

/** Draws `sprite` with its centre at x, y; `size` is its width on the canvas. */
export function stamp(context: SKRSContext2D, sprite: Canvas, { x, y, size, opacity = 1 }: Placement): void {
  const width = size ?? sprite.width;
  const height = (width * sprite.height) / sprite.width;
  context.globalAlpha = opacity;
  context.drawImage(sprite, x - width / 2, y - height / 2, width, height);
  context.globalAlpha = 1;
}

/** 0 before `from`, 1 after `to`, eased between. */
export function ease(value: number, from: number, to: number): number {
  const share = Math.min(Math.max((value - from) / (to - from), 0), 1);
  return 1 - (1 - share) ** 3;
}

/** The remainder that is never negative: for things that leave on one side and come back on the other. */
export function wrap(value: number, length: number): number {
  return ((value % length) + length) % length;
}
