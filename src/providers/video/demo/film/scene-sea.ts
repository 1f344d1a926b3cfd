import type { Canvas, SKRSContext2D } from "@napi-rs/canvas";

import { fillBand, paintOnce, softSpot, stamp } from "./brush.ts";
import { fade, mix, type Palette } from "./palette.ts";
import type { MakeScene } from "./scene.ts";

/** A sun over the water, its path of light, waves and a small boat. */
export const sea: MakeScene = ({ width, height, palette, random }) => {
  const horizon = height * 0.56;
  const sunX = width * random.between(0.32, 0.68);
  const water = mix(palette.near, palette.top, 0.45);
  const back = paintOnce(width, height, (context) => {
    fillBand(context, { top: 0, height: horizon, colors: [palette.top, palette.middle, palette.bottom] });
    fillBand(context, {
      top: horizon,
      height: height - horizon,
      colors: [mix(palette.bottom, water, 0.35), water, palette.near],
    });
  });
  const glow = softSpot(width * 0.75, palette.glow);
  const glints = Array.from({ length: 130 }, () => {
    const depth = random.next() ** 1.6;
    return { depth, side: random.between(-1, 1), phase: random.between(0, 6.3), speed: random.between(1.2, 2.6) };
  });
  const spot = softSpot(24, palette.glow, 0.3);
  const waves = Array.from({ length: 5 }, (_, i) => ({
    y: horizon + (height - horizon) * (0.12 + 0.19 * i),
    swell: height * (0.005 + 0.0045 * i),
    length: width * random.between(0.32, 0.5) * (1 + i * 0.35),
    speed: random.between(0.5, 0.9) * (i % 2 === 0 ? 1 : -1),
    color: fade(mix(mix(palette.middle, water, 0.55), palette.near, i / 5), 0.62),
  }));
  const boat = paintBoat(width * 0.13, palette);
  const boatFrom = random.between(-0.05, 0.2);

  return {
    captionAt: 0.27,
    paint: (context, { seconds, progress }) => {
      context.drawImage(back, 0, 0);
      const sunY = horizon - height * (0.075 - 0.03 * progress);
      context.save();
      context.beginPath();
      context.rect(0, 0, width, horizon);
      context.clip();
      stamp(context, glow, { x: sunX, y: sunY });
      context.fillStyle = palette.glow;
      context.beginPath();
      context.arc(sunX, sunY, width * 0.1, 0, Math.PI * 2);
      context.fill();
      context.restore();
      waves.forEach((wave, i) => {
        if (i === 1) {
          const y = wave.y + Math.sin(seconds * 1.4) * height * 0.006;
          context.save();
          context.translate(width * (boatFrom + 0.55 * progress), y);
          context.rotate(Math.sin(seconds * 1.1) * 0.05);
          context.drawImage(boat, -boat.width / 2, -boat.height * 0.88);
          context.restore();
        }
        drawWave(context, wave, seconds);
      });
      context.globalCompositeOperation = "screen";
      for (const { depth, side, phase, speed } of glints) {
        const y = horizon + 3 + depth * (height - horizon) * 0.85;
        const spread = width * (0.06 + 0.22 * depth);
        const shine = Math.max(0, Math.sin(seconds * speed + phase));
        context.globalAlpha = shine * (0.95 - 0.5 * depth);
        const long = width * (0.04 + 0.16 * depth) * (0.5 + 0.5 * shine);
        context.drawImage(spot, sunX + side * spread - long / 2, y, long, 3 + 8 * depth);
      }
      context.globalAlpha = 1;
      context.globalCompositeOperation = "source-over";
    },
  };
};

interface Wave {
  readonly y: number;
  readonly swell: number;
  readonly length: number;
  readonly speed: number;
  readonly color: string;
}

function drawWave(context: SKRSContext2D, { y, swell, length, speed, color }: Wave, seconds: number): void {
  const { width, height } = context.canvas;
  context.fillStyle = color;
  context.beginPath();
  context.moveTo(0, height);
  for (let x = 0; x <= width + 8; x += 8) {
    const turn = (x / length) * Math.PI * 2 + seconds * speed * 2;
    context.lineTo(x, y + (Math.sin(turn) + 0.35 * Math.sin(turn * 2.3 + seconds)) * swell);
  }
  context.lineTo(width, height);
  context.closePath();
  context.fill();
}

function paintBoat(size: number, palette: Palette): Canvas {
  return paintOnce(size, size * 1.2, (context) => {
    const floor = size * 1.05;
    context.fillStyle = mix(palette.glow, "#ffffff", 0.4);
    context.beginPath();
    context.moveTo(size * 0.53, size * 0.02);
    context.quadraticCurveTo(size * 0.98, size * 0.5, size * 0.92, floor - size * 0.2);
    context.lineTo(size * 0.53, floor - size * 0.2);
    context.closePath();
    context.moveTo(size * 0.48, size * 0.14);
    context.quadraticCurveTo(size * 0.2, size * 0.55, size * 0.12, floor - size * 0.2);
    context.lineTo(size * 0.48, floor - size * 0.2);
    context.closePath();
    context.fill();
    context.fillStyle = palette.near;
    context.beginPath();
    context.moveTo(size * 0.04, floor - size * 0.15);
    context.lineTo(size * 0.97, floor - size * 0.15);
    context.quadraticCurveTo(size * 0.85, floor + size * 0.07, size * 0.7, floor + size * 0.07);
    context.lineTo(size * 0.25, floor + size * 0.07);
    context.quadraticCurveTo(size * 0.12, floor, size * 0.04, floor - size * 0.15);
    context.fill();
  });
}
