import type { Canvas, SKRSContext2D } from "@napi-rs/canvas";

import { fillBand, paintOnce, softSpot, stamp, wrap } from "./brush.ts";
import { fade, mix } from "./palette.ts";
import type { Random } from "./random.ts";
import type { MakeScene, Stage } from "./scene.ts";

const ridges = 5;

/** Ridges passing by under a low sun, with clouds and birds. */
export const hills: MakeScene = ({ width, height, palette, random }) => {
  const sky = paintOnce(width, height, (context) => {
    fillBand(context, { top: 0, height: height * 0.72, colors: [palette.top, palette.middle, palette.bottom] });
    fillBand(context, { top: height * 0.72, height: height * 0.28, colors: [palette.bottom, palette.far] });
  });
  const sunX = width * random.between(0.25, 0.75);
  const sun = paintOnce(width * 1.6, width * 1.6, (context) => {
    const middle = width * 0.8;
    context.drawImage(softSpot(middle, palette.glow), 0, 0);
    context.fillStyle = palette.glow;
    context.beginPath();
    context.arc(middle, middle, width * 0.085, 0, Math.PI * 2);
    context.fill();
  });
  const clouds = Array.from({ length: 5 }, () => ({
    sprite: paintCloud(width * random.between(0.5, 0.9), mix(palette.glow, palette.middle, 0.35), random),
    x: random.between(0, width * 2),
    y: height * random.between(0.06, 0.42),
    speed: width * random.between(0.02, 0.06),
  }));
  const layers = Array.from({ length: ridges }, (_, i) => paintRidge({ width, height, palette, random }, i));
  const birds = Array.from({ length: 7 }, () => ({
    x: random.between(-0.1, 0.25) * width,
    y: random.between(-0.05, 0.05) * height,
    size: width * random.between(0.014, 0.026),
    beat: random.between(5, 7),
  }));
  const birdsY = height * random.between(0.5, 0.56);

  return {
    captionAt: 0.31,
    paint: (context, { seconds, progress }) => {
      context.drawImage(sky, 0, 0);
      stamp(context, sun, { x: sunX, y: height * (0.6 - 0.07 * progress) });
      for (const { sprite, x, y, speed } of clouds) {
        const left = wrap(x + speed * seconds, width * 2 + sprite.width) - sprite.width;
        context.globalAlpha = 0.55;
        context.drawImage(sprite, left, y);
      }
      context.globalAlpha = 1;
      context.strokeStyle = fade(palette.near, 0.75);
      for (const bird of birds) {
        drawBird(context, { ...bird, x: bird.x + width * (0.12 + 0.11 * seconds), y: birdsY + bird.y }, seconds);
      }
      layers.forEach((layer, i) => {
        const slack = layer.width - width;
        context.drawImage(layer, -slack * progress * ((i + 1) / ridges), height - layer.height);
      });
    },
  };
};

function paintRidge({ width, height, palette, random }: Stage, index: number): Canvas {
  const share = index / (ridges - 1);
  const tall = height * (0.46 - 0.34 * share);
  const color = mix(palette.far, palette.near, share ** 0.8);
  const waves = [1, 2.3, 4.7, 9.1].map((frequency, i) => ({
    frequency: (frequency * random.between(0.8, 1.3)) / width,
    height: (tall * 0.3) / (i + 1) ** 1.25,
    phase: random.between(0, Math.PI * 2),
  }));
  const base = tall * 0.45;
  const ridgeAt = (x: number): number =>
    base +
    waves.reduce((sum, wave) => sum + Math.sin(x * wave.frequency * Math.PI * 2 + wave.phase) * wave.height, 0) / 2;
  return paintOnce(width * 1.5, tall, (context) => {
    context.beginPath();
    context.moveTo(0, tall);
    for (let x = 0; x <= context.canvas.width + 4; x += 4) context.lineTo(x, ridgeAt(x));
    context.lineTo(context.canvas.width, tall);
    context.closePath();
    const gradient = context.createLinearGradient(0, 0, 0, tall);
    gradient.addColorStop(0, color);
    // Mist in the valleys sets the ridges apart.
    gradient.addColorStop(1, mix(color, palette.bottom, 0.5 * (1 - share)));
    context.fillStyle = gradient;
    context.fill();
    if (share < 0.7) return;
    for (let x = 0; x < context.canvas.width; x += random.between(width * 0.012, width * 0.05)) {
      drawPine(context, { x, y: ridgeAt(x) + 3, height: width * random.between(0.045, 0.1) * share });
    }
  });
}

function drawPine(
  context: SKRSContext2D,
  at: { readonly x: number; readonly y: number; readonly height: number },
): void {
  context.beginPath();
  for (let tier = 0; tier < 3; tier++) {
    const top = at.y - at.height * (1 - tier * 0.25);
    const spread = at.height * (0.13 + tier * 0.06);
    context.moveTo(at.x, top);
    context.lineTo(at.x + spread, top + at.height * 0.5);
    context.lineTo(at.x - spread, top + at.height * 0.5);
    context.closePath();
  }
  context.fill();
}

function paintCloud(width: number, color: string, random: Random): Canvas {
  const spot = softSpot(width * 0.22, color);
  return paintOnce(width, width * 0.36, (context) => {
    for (let i = 0; i < 26; i++) {
      const x = width * random.between(0.2, 0.8);
      const lift = 1 - Math.abs(x / width - 0.5) * 2.2;
      const size = width * random.between(0.2, 0.42);
      stamp(context, spot, { x, y: width * (0.26 - 0.1 * lift * random.next()), size, opacity: 0.3 });
    }
  });
}

function drawBird(
  context: SKRSContext2D,
  { x, y, size, beat }: { readonly x: number; readonly y: number; readonly size: number; readonly beat: number },
  seconds: number,
): void {
  const lift = Math.sin(seconds * beat + x * 0.01) * size * 0.5;
  context.lineWidth = size * 0.16;
  context.beginPath();
  context.moveTo(x - size, y - lift);
  context.quadraticCurveTo(x - size * 0.4, y - size * 0.35, x, y);
  context.quadraticCurveTo(x + size * 0.4, y - size * 0.35, x + size, y - lift);
  context.stroke();
}
