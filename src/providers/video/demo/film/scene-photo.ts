import type { Canvas, Image } from "@napi-rs/canvas";

import { paintOnce, softSpot, stamp, wrap } from "./brush.ts";
import type { Scene, Stage } from "./scene.ts";

const zoomBy = 0.16;

/** Moves slowly over the person's picture: closer or away, and along its longer side. */
export function makePhotoScene({ width, height, palette, random }: Stage, image: Image | Canvas): Scene {
  const cover = Math.max(width / image.width, height / image.height);
  // A third more than the frame at most: a panorama is cropped to what the camera will pass.
  const full = {
    width: Math.min(image.width * cover, width * 1.34),
    height: Math.min(image.height * cover, height * 1.34),
  };
  const scaled = paintOnce(full.width, full.height, (context) => {
    context.imageSmoothingQuality = "high";
    const [drawnWidth, drawnHeight] = [image.width * cover, image.height * cover];
    context.drawImage(image, (full.width - drawnWidth) / 2, (full.height - drawnHeight) / 2, drawnWidth, drawnHeight);
  });
  const inwards = random.next() < 0.65;
  const forwards = random.next() < 0.5;
  const sway = random.between(-0.35, 0.35);
  const light = softSpot(Math.max(width, height) * 0.55, palette.glow);
  const mote = softSpot(12, palette.glow, 0.1);
  const motes = Array.from({ length: 26 }, () => ({
    x: random.next(),
    y: random.next(),
    depth: random.between(0.2, 1),
    phase: random.between(0, 6.3),
  }));

  return {
    captionAt: 0.84,
    paint: (context, { seconds, progress }) => {
      const eased = progress * progress * (3 - 2 * progress);
      const zoom = 1.03 + zoomBy * (inwards ? eased : 1 - eased);
      const along = forwards ? eased : 1 - eased;
      const slackX = scaled.width * zoom - width;
      const slackY = scaled.height * zoom - height;
      const across = 0.5 + sway * (eased - 0.5);
      const [shareX, shareY] = slackX > slackY ? [along, across] : [across, along];
      context.imageSmoothingQuality = "medium";
      context.drawImage(scaled, -slackX * shareX, -slackY * shareY, scaled.width * zoom, scaled.height * zoom);
      context.globalCompositeOperation = "screen";
      stamp(context, light, { x: width * (1.15 - 0.75 * progress), y: -height * 0.04, opacity: 0.3 });
      for (const { x, y, depth, phase } of motes) {
        stamp(context, mote, {
          x: x * width + Math.sin(seconds * 0.7 + phase) * 20 * depth,
          y: wrap(y - seconds * 0.035 * depth, 1.05) * height,
          size: 4 + 14 * depth,
          opacity: 0.35 * depth * (0.6 + 0.4 * Math.sin(seconds * 1.7 + phase)),
        });
      }
      context.globalCompositeOperation = "source-over";
    },
  };
}
