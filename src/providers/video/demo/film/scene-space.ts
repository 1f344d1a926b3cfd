import type { Canvas } from "@napi-rs/canvas";

import { fillBand, paintOnce, softSpot, stamp } from "./brush.ts";
import { fade, mix } from "./palette.ts";
import type { MakeScene, Stage } from "./scene.ts";

/** Flying through stars past a ringed planet. */
export const space: MakeScene = ({ width, height, palette, random }) => {
  const unit = Math.min(width, height);
  const nebula = paintNebula({ width, height, palette, random: random.fork("nebula") });
  const star = softSpot(12, "#ffffff", 0.15);
  const stars = Array.from({ length: 190 }, () => ({
    angle: random.between(0, Math.PI * 2),
    start: random.next(),
    speed: random.between(0.1, 0.32),
    size: random.between(0.6, 1.6),
  }));
  const reach = Math.hypot(width, height) / 2;
  const radius = unit * random.between(0.17, 0.23);
  const planet = paintPlanet(radius, { width, height, palette, random: random.fork("planet") });
  const tilt = random.between(-0.5, -0.2);
  const planetX = width * random.between(0.3, 0.7);
  const halo = softSpot(radius * 2.4, palette.bottom);
  const ring = { color: fade(mix(palette.glow, palette.accent, 0.4), 0.8), width: radius * 0.09 };

  return {
    captionAt: 0.3,
    paint: (context, { seconds, progress }) => {
      const zoom = 1.04 + 0.1 * progress;
      context.drawImage(nebula, (width - width * zoom) / 2, (height - height * zoom) / 2, width * zoom, height * zoom);
      for (const { angle, start, speed, size } of stars) {
        const depth = (start + (seconds * speed) / 2) % 1;
        const distance = depth ** 2.2 * reach * 1.1;
        const dot = size * (1.5 + 9 * depth ** 2);
        stamp(context, star, {
          x: width / 2 + Math.cos(angle) * distance,
          y: height * 0.45 + Math.sin(angle) * distance,
          size: dot,
          opacity: Math.min(1, depth * 3),
        });
      }
      context.save();
      context.translate(planetX - width * 0.06 * progress, height * (0.72 - 0.04 * progress));
      const scale = 1 + 0.12 * progress;
      context.scale(scale, scale);
      stamp(context, halo, { x: 0, y: 0, opacity: 0.55 });
      context.rotate(tilt);
      context.strokeStyle = ring.color;
      context.lineWidth = ring.width;
      const drawRing = (from: number, to: number): void => {
        for (const [distance, opacity] of [
          [1.55, 0.9],
          [1.8, 0.45],
        ] as const) {
          context.globalAlpha = opacity;
          context.beginPath();
          context.ellipse(0, 0, radius * distance, radius * distance * 0.26, 0, from, to);
          context.stroke();
        }
        context.globalAlpha = 1;
      };
      drawRing(Math.PI, Math.PI * 2);
      stamp(context, planet, { x: 0, y: 0 });
      drawRing(0, Math.PI);
      context.restore();
    },
  };
};

function paintNebula({ width, height, palette, random }: Stage): Canvas {
  return paintOnce(width, height, (context) => {
    fillBand(context, { top: 0, height, colors: [palette.top, mix(palette.top, palette.middle, 0.5), palette.near] });
    context.globalCompositeOperation = "screen";
    for (const color of [palette.middle, palette.bottom, palette.far, palette.accent, palette.middle]) {
      const spot = softSpot(Math.max(width, height) * random.between(0.3, 0.5), color);
      stamp(context, spot, {
        x: width * random.next(),
        y: height * random.next(),
        opacity: color === palette.accent ? 0.16 : 0.5,
      });
    }
  });
}

function paintPlanet(radius: number, { palette, random }: Stage): Canvas {
  return paintOnce(radius * 2, radius * 2, (context) => {
    context.beginPath();
    context.arc(radius, radius, radius - 1, 0, Math.PI * 2);
    context.clip();
    fillBand(context, { top: 0, height: radius * 2, colors: [palette.bottom, palette.middle] });
    for (let y = 0; y < radius * 2;) {
      const thick = radius * random.between(0.05, 0.26);
      context.fillStyle = fade(
        random.pick([palette.glow, palette.far, palette.near, palette.accent]),
        random.between(0.08, 0.3),
      );
      context.beginPath();
      context.ellipse(radius, y, radius * 1.3, thick, 0, 0, Math.PI * 2);
      context.fill();
      y += thick * 1.5;
    }
    const shade = context.createRadialGradient(
      radius * 0.6,
      radius * 0.55,
      radius * 0.2,
      radius * 0.8,
      radius * 0.8,
      radius * 1.5,
    );
    shade.addColorStop(0, fade(palette.glow, 0.35));
    shade.addColorStop(0.35, fade(palette.near, 0));
    shade.addColorStop(1, fade(palette.near, 0.95));
    context.fillStyle = shade;
    context.fillRect(0, 0, radius * 2, radius * 2);
  });
}
