import { setImmediate } from "node:timers/promises";

import { createCanvas, type Image, loadImage, type SKRSContext2D } from "@napi-rs/canvas";

import type { Draw, DrawingTools } from "#kernel/media/index.ts";

import { ease } from "./brush.ts";
import { captionText } from "./caption-text.ts";
import { makeCaption } from "./caption.ts";
import type { FilmInput, FilmOutput } from "./film.ts";
import { type Mood, moodOf } from "./mood.ts";
import { addSound, startPictures } from "./mp4.ts";
import { makeEmojiDrift, paintDemoMark, paintEdges } from "./overlays.ts";
import { seededRandom } from "./random.ts";
import { makePhotoScene } from "./scene-photo.ts";
import type { Moment, Stage } from "./scene.ts";
import { composeSoundtrack } from "./soundtrack.ts";

const framesPerSecond = 24;
const fadeInSeconds = 0.3;
const fadeOutSeconds = 0.45;
/** A small file can unpack to gigabytes. */
const mostPixels = 60_000_000;
/** Of the whole work; the rest is sound and writing. */
const pictureShare = 0.9;

/** Draws a film of the prompt, or over the person's picture. */
export const draw: Draw<FilmInput, FilmOutput> = async (input, tools) => {
  const { width, height, seconds } = input;
  const image = input.image === undefined ? undefined : await readImage(input.image);
  if (image === null) return { ok: false, reason: "unreadable_image" };
  const random = seededRandom(input.seed);
  const mood = moodOf(input.prompt, random.fork("mood"));
  const paint = composeFrame(input, { mood, image, tools });

  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  const pictures = await startPictures({ width, height, framesPerSecond });
  const frames = Math.round(seconds * framesPerSecond);
  for (let frame = 0; frame < frames; frame++) {
    paint(context, { seconds: frame / framesPerSecond, progress: frame / Math.max(frames - 1, 1) });
    pictures.add(canvas.data());
    if (frame % 6 !== 0) continue;
    tools.report((frame / frames) * pictureShare);
    // Lets the report leave, and the process notice that its parent is gone.
    await setImmediate();
  }
  const sound = composeSoundtrack({ seconds, bright: mood.palette.bright, random: random.fork("sound") });
  return { ok: true, mp4: await addSound(pictures.finish(), sound) };
};

async function readImage(bytes: Uint8Array): Promise<Image | null> {
  try {
    const image = await loadImage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return image.width * image.height <= mostPixels ? image : null;
  } catch {
    // Whatever the decoder has against it, the person's file is not a picture for us.
    return null;
  }
}

interface Ingredients {
  readonly mood: Mood;
  readonly image: Image | undefined;
  readonly tools: DrawingTools;
}

function composeFrame(
  { prompt, seed, width, height, seconds: length }: FilmInput,
  { mood, image, tools }: Ingredients,
): (context: SKRSContext2D, moment: Moment) => void {
  const unit = Math.min(width, height);
  const { palette } = mood;
  const { fontFamily } = tools;
  const stage: Stage = { width, height, palette, random: seededRandom(`${seed}/picture`) };
  const scene = image === undefined ? mood.makeScene(stage) : makePhotoScene(stage, image);
  const text = captionText(prompt, tools.isDrawable);
  const overPhoto = image !== undefined;
  const caption = makeCaption(
    text,
    palette,
    {
      width,
      height,
      middleY: height * scene.captionAt,
      maxLines: overPhoto || width > height ? 3 : 5,
      largest: unit * (overPhoto ? 0.085 : width > height ? 0.105 : 0.125),
      smallest: unit * 0.058,
      fontFamily,
    },
    { from: fadeInSeconds, until: length },
  );
  const drift = overPhoto ? undefined : makeEmojiDrift(text, scene.captionAt, stage, fontFamily);
  const edges = paintEdges(width, height, { photo: overPhoto, caption: text !== "" });
  const mark = paintDemoMark(unit, fontFamily);
  return (context, moment) => {
    scene.paint(context, moment);
    drift?.(context, moment.seconds);
    context.drawImage(edges, 0, 0);
    caption(context, moment.seconds);
    context.drawImage(mark, width - mark.width - unit * 0.03, unit * 0.03);
    // The first frame is dim but not black: some clients show it as the preview.
    const light =
      ease(moment.seconds, -0.1, fadeInSeconds) - ease(moment.seconds, length - fadeOutSeconds, length + 0.1);
    if (light > 0.995) return;
    context.fillStyle = `rgba(0, 0, 0, ${1 - light})`;
    context.fillRect(0, 0, width, height);
  };
}
