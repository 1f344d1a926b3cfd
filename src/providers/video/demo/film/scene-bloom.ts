import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";

import { paintOnce, softSpot, stamp, wrap } from "./brush.ts";
import { fade, mix } from "./palette.ts";
import type { MakeScene } from "./scene.ts";

/** Colours are mixed at an eighth of the size: nothing in them is sharp. */
const coarse = 8;

/** Slow colours flowing into each other, a turning flower of light and rising motes. */
export const bloom: MakeScene = ({ width, height, palette, random }) => {
  const small = createCanvas(Math.ceil(width / coarse), Math.ceil(height / coarse));
  const mixing = small.getContext("2d");
  const reach = Math.max(small.width, small.height);
  const colors = [
    palette.middle,
    palette.bottom,
    palette.far,
    palette.middle,
    palette.accent,
    palette.bottom,
    palette.glow,
  ];
  const pools = colors.map((color, i) => ({
    spot: softSpot(Math.round(reach * (i > 3 ? 0.34 : 0.6)), color, 0),
    opacity: i > 3 ? 0.4 : 0.9,
    x: random.next(),
    y: random.next(),
    swing: random.between(0.12, 0.3),
    speed: random.between(0.25, 0.55) * (random.next() < 0.5 ? -1 : 1),
    phase: random.between(0, 6.3),
  }));
  const unit = Math.min(width, height);
  const petal = paintPetal(unit * 0.62, mix(palette.bottom, palette.glow, 0.4));
  const petals = random.whole(5, 9);
  const turn = random.between(0.12, 0.22) * (random.next() < 0.5 ? -1 : 1);
  const mote = softSpot(10, palette.glow, 0.2);
  const motes = Array.from({ length: 60 }, () => ({
    x: random.next(),
    y: random.next(),
    depth: random.between(0.2, 1),
    phase: random.between(0, 6.3),
  }));

  return {
    captionAt: 0.5,
    paint: (context, { seconds, progress }) => {
      mixing.globalCompositeOperation = "source-over";
      mixing.fillStyle = palette.top;
      mixing.fillRect(0, 0, small.width, small.height);
      for (const { spot, opacity, x, y, swing, speed, phase } of pools) {
        stamp(mixing, spot, {
          x: (x + swing * Math.sin(seconds * speed + phase)) * small.width,
          y: (y + swing * Math.cos(seconds * speed * 0.8 + phase)) * small.height,
          opacity,
        });
      }
      context.drawImage(small, 0, 0, width, height);
      context.save();
      context.globalCompositeOperation = "screen";
      context.translate(width / 2, height * 0.5);
      for (const [ring, size] of [1.25, 0.8].entries()) {
        const open = size * (0.86 + 0.14 * progress + 0.05 * Math.sin(seconds * 1.2 + ring));
        const angle = seconds * turn * (ring === 0 ? 1 : -1.4) + ring * 0.4;
        context.globalAlpha = ring === 0 ? 0.34 : 0.42;
        drawFlower(context, petal, { petals, open, angle });
      }
      context.restore();
      for (const { x, y, depth, phase } of motes) {
        stamp(context, mote, {
          x: x * width + Math.sin(seconds * 0.9 + phase) * 16 * depth,
          y: wrap(y - seconds * 0.06 * depth, 1.05) * height,
          size: 3 + 11 * depth,
          opacity: (0.25 + 0.55 * depth) * (0.6 + 0.4 * Math.sin(seconds * 2 + phase)),
        });
      }
    },
  };
};

function drawFlower(
  context: SKRSContext2D,
  petal: Canvas,
  { petals, open, angle }: { readonly petals: number; readonly open: number; readonly angle: number },
): void {
  const [wide, long] = [petal.width * open, petal.height * open];
  for (let i = 0; i < petals; i++) {
    context.save();
    context.rotate((i / petals) * Math.PI * 2 + angle);
    context.drawImage(petal, -wide / 2, -long, wide, long);
    context.restore();
  }
}

function paintPetal(long: number, color: string): Canvas {
  const wide = long * 0.5;
  return paintOnce(wide, long, (context) => {
    const gradient = context.createLinearGradient(0, long, 0, 0);
    gradient.addColorStop(0, fade(color, 0.05));
    gradient.addColorStop(0.6, fade(color, 0.75));
    gradient.addColorStop(1, fade(color, 0.1));
    context.fillStyle = gradient;
    context.beginPath();
    context.moveTo(wide / 2, long);
    context.bezierCurveTo(-wide * 0.25, long * 0.55, wide * 0.05, long * 0.05, wide / 2, 0);
    context.bezierCurveTo(wide * 0.95, long * 0.05, wide * 1.25, long * 0.55, wide / 2, long);
    context.fill();
  });
}
