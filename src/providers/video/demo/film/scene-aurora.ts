import { type Canvas, createCanvas, type SKRSContext2D } from "@napi-rs/canvas";

import { fillBand, paintOnce, softSpot, stamp, wrap } from "./brush.ts";
import { fade, mix } from "./palette.ts";
import type { MakeScene } from "./scene.ts";

/** Curtains are drawn at a quarter of the size: the enlargement blurs them, and it is sixteen times less work. */
const coarse = 4;

/** Northern lights over pines, with falling snow. */
export const aurora: MakeScene = ({ width, height, palette, random }) => {
  const starry = paintOnce(width, height, (context) => {
    fillBand(context, {
      top: 0,
      height,
      colors: [palette.top, mix(palette.top, palette.middle, 0.75), palette.bottom],
    });
    for (let i = 0; i < 170; i++) {
      context.fillStyle = fade("#ffffff", random.between(0.15, 0.9));
      const size = random.between(0.8, 2.2);
      context.fillRect(width * random.next(), height * 0.7 * random.next(), size, size);
    }
  });
  const curtains = [palette.accent, mix(palette.accent, palette.bottom, 0.5), palette.bottom].map((color, i) => ({
    strip: paintStrip(color),
    foot: height * (0.36 + 0.1 * i) * random.between(0.9, 1.05),
    tall: height * random.between(0.26, 0.36),
    phase: random.between(0, 6.3),
    speed: random.between(0.35, 0.6),
  }));
  const lights = createCanvas(Math.ceil(width / coarse), Math.ceil(height / coarse));
  const glowing = lights.getContext("2d");
  const pines = paintOnce(width * 1.1, height * 0.3, (context) => {
    for (const [share, color] of [
      [0.7, mix(palette.near, palette.middle, 0.28)],
      [1, palette.near],
    ] as const) {
      context.fillStyle = color;
      const ground = context.canvas.height * (1.32 - share * 0.44);
      context.fillRect(0, ground, context.canvas.width, context.canvas.height);
      for (let x = 0; x < context.canvas.width; x += width * random.between(0.03, 0.09)) {
        drawTallPine(context, x, ground + 4, height * random.between(0.06, 0.2) * share);
      }
    }
  });
  const flake = softSpot(8, "#ffffff", 0.3);
  const flakes = Array.from({ length: 70 }, () => ({
    x: random.next(),
    y: random.next(),
    depth: random.between(0.25, 1),
    sway: random.between(0, 6.3),
  }));

  return {
    captionAt: 0.58,
    paint: (context, { seconds, progress }) => {
      context.drawImage(starry, 0, 0);
      glowing.clearRect(0, 0, lights.width, lights.height);
      glowing.globalCompositeOperation = "lighter";
      for (const { strip, foot, tall, phase, speed } of curtains) {
        for (let x = 0; x < lights.width; x++) {
          const along = (x * coarse) / width;
          const bend =
            Math.sin(along * 5.1 + phase + seconds * speed) + 0.5 * Math.sin(along * 11.7 - seconds * speed * 1.6);
          const ray = 0.62 + 0.38 * Math.sin(along * 46 + phase + 3 * Math.sin(along * 7 + seconds * speed * 2));
          const length = tall * (0.75 + 0.25 * ray);
          glowing.globalAlpha = ray * (0.55 + 0.3 * Math.sin(along * 3.2 + seconds * speed + phase * 2));
          glowing.drawImage(strip, x, (foot + bend * height * 0.035 - length) / coarse, 1, length / coarse);
        }
      }
      context.globalCompositeOperation = "lighter";
      context.drawImage(lights, 0, 0, width, height);
      context.globalCompositeOperation = "source-over";
      context.drawImage(pines, -width * 0.1 * progress, height - pines.height);
      for (const { x, y, depth, sway } of flakes) {
        stamp(context, flake, {
          x: wrap(x * width + Math.sin(seconds + sway) * 14 * depth - seconds * 12 * depth, width),
          y: wrap(y + seconds * 0.07 * depth, 1.04) * height,
          size: 3 + 9 * depth,
          opacity: 0.35 + 0.5 * depth,
        });
      }
    },
  };
};

/** One ray: bright at its foot, fading upwards. */
function paintStrip(color: string): Canvas {
  return paintOnce(1, 128, (context) => {
    const gradient = context.createLinearGradient(0, 0, 0, 128);
    for (const [at, opacity] of [
      [0, 0],
      [0.3, 0.12],
      [0.75, 0.5],
      [0.95, 0.75],
      [1, 0],
    ] as const) {
      gradient.addColorStop(at, fade(color, opacity));
    }
    context.fillStyle = gradient;
    context.fillRect(0, 0, 1, 128);
  });
}

function drawTallPine(context: SKRSContext2D, x: number, y: number, tall: number): void {
  context.beginPath();
  const tiers = 6;
  // The lowest tier ends on the ground.
  const deep = (tall * 2) / (tiers + 1);
  for (let tier = 0; tier < tiers; tier++) {
    const top = y - tall * (1 - tier / (tiers + 1));
    const spread = tall * 0.05 * (1 + tier * 0.65);
    context.moveTo(x, top);
    context.lineTo(x + spread, top + deep);
    context.lineTo(x - spread, top + deep);
    context.closePath();
  }
  context.fill();
}
