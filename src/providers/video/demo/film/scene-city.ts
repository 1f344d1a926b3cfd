import type { Canvas, SKRSContext2D } from "@napi-rs/canvas";

import { fillBand, paintOnce, softSpot, stamp, wrap } from "./brush.ts";
import { fade, mix } from "./palette.ts";
import type { MakeScene, Stage } from "./scene.ts";

/** A skyline with lit windows, wet streets and lights out of focus. */
export const city: MakeScene = ({ width, height, palette, random }) => {
  const street = height * 0.8;
  const sky = paintOnce(width, height, (context) => {
    fillBand(context, { top: 0, height: street, colors: [palette.top, palette.middle, palette.bottom] });
    stamp(context, softSpot(width * 0.8, palette.glow), { x: width * random.next(), y: street, opacity: 0.55 });
    fillBand(context, {
      top: street,
      height: height - street,
      colors: [mix(palette.near, palette.bottom, 0.4), palette.near],
    });
  });
  const rows = [0, 1, 2].map((row) => paintRow({ width, height, palette, random: random.fork(`row ${row}`) }, row));
  const lamp = softSpot(40, palette.glow, 0.1);
  const lampLights = Array.from({ length: 14 }, () => ({
    x: random.next(),
    lane: random.next(),
    speed: random.between(0.25, 0.6) * (random.next() < 0.5 ? 1 : -1),
  }));
  const discs = [palette.accent, palette.bottom, palette.glow].map((color) => paintDisc(60, color));
  const bokeh = Array.from({ length: 16 }, () => ({
    disc: random.pick(discs as [Canvas, ...Canvas[]]),
    x: random.next(),
    y: random.between(0.55, 1.05),
    size: Math.min(width, height) * random.between(0.05, 0.2),
    drift: random.between(-0.02, 0.02),
    phase: random.between(0, 6.3),
  }));

  return {
    captionAt: 0.27,
    paint: (context, { seconds, progress }) => {
      context.drawImage(sky, 0, 0);
      rows.forEach((row, i) => {
        context.drawImage(row, -(row.width - width) * progress * (0.4 + 0.3 * i), street - row.height);
      });
      // The street mirrors the nearest row.
      const near = rows[2];
      if (near !== undefined) {
        context.save();
        context.globalAlpha = 0.22;
        context.translate(0, street * 2);
        context.scale(1, -1);
        context.drawImage(near, -(near.width - width) * progress, street - near.height);
        context.restore();
      }
      for (const { x, lane, speed } of lampLights) {
        const at = wrap(x + seconds * speed, 1.2) - 0.1;
        const y = street + (height - street) * (0.15 + 0.6 * lane);
        context.globalAlpha = 0.75;
        context.drawImage(lamp, at * width - 50, y - 5, 100, 10);
      }
      for (const { disc, x, y, size, drift, phase } of bokeh) {
        const opacity = 0.16 + 0.1 * Math.sin(seconds * 1.3 + phase);
        stamp(context, disc, { x: (x + drift * seconds) * width, y: (y - 0.01 * seconds) * height, size, opacity });
      }
    },
  };
};

function paintRow({ width, height, palette, random }: Stage, row: number): Canvas {
  const tall = height * (0.5 - row * 0.1);
  const color = mix(palette.far, palette.near, row / 2);
  // The same houses in every shape of film, not larger ones in wide films.
  const scale = Math.sqrt(width * height) * 0.75;
  return paintOnce(width * 1.35, tall, (context) => {
    for (let x = -10; x < context.canvas.width;) {
      const wide = scale * random.between(0.08, 0.17) * (1 + row * 0.25);
      const top = tall * random.between(0.06, 0.62);
      context.fillStyle = mix(color, palette.near, random.between(0, 0.25));
      context.fillRect(x, top, wide, tall);
      if (random.next() < 0.35) context.fillRect(x + wide / 2 - 1.5, top - tall * 0.09, 3, tall * 0.09);
      const pane = scale * 0.011 * (1 + row * 0.35);
      lightWindows(context, { x, y: top, wide, pane, palette, random });
      x += wide + scale * random.between(-0.02, 0.03);
    }
  });
}

function lightWindows(
  context: SKRSContext2D,
  house: Pick<Stage, "palette" | "random"> & Record<"x" | "y" | "wide" | "pane", number>,
): void {
  const { x, y, wide, pane, palette, random } = house;
  for (let top = y + pane * 1.6; top < context.canvas.height; top += pane * 2.3) {
    for (let left = x + pane; left < x + wide - pane * 1.5; left += pane * 2) {
      if (random.next() > 0.42) continue;
      context.fillStyle = fade(random.next() < 0.12 ? palette.accent : palette.glow, random.between(0.15, 0.85));
      context.fillRect(left, top, pane, pane * 1.25);
    }
  }
}

function paintDisc(radius: number, color: string): Canvas {
  return paintOnce(radius * 2, radius * 2, (context) => {
    const gradient = context.createRadialGradient(radius, radius, 0, radius, radius, radius);
    gradient.addColorStop(0, fade(color, 0.55));
    gradient.addColorStop(0.86, fade(color, 0.8));
    gradient.addColorStop(0.93, fade(color, 1));
    gradient.addColorStop(1, fade(color, 0));
    context.fillStyle = gradient;
    context.fillRect(0, 0, radius * 2, radius * 2);
  });
}
