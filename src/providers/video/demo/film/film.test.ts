import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { createCanvas, loadImage } from "@napi-rs/canvas";
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from "mediabunny";

import { systemClock } from "#kernel/lib/clock.ts";
import { createDrawingProcess } from "#kernel/media/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";

import { makeThumbnail, probeVideo } from "../../inspect.ts";
import { blankPage, playFilm } from "../../testing/browser.ts";
import { drawFilm, type FilmInput } from "./film.ts";
import { addSound, startPictures } from "./mp4.ts";

const directory = await mkdtemp(join(tmpdir(), "telecast-film-"));
cleanUp(async () => {
  await rm(directory, { recursive: true });
});
const drawing = createDrawingProcess({ clock: systemClock });
cleanUp(drawing.close);

const shape = { width: 480, height: 848, seconds: 2 };

async function film(input: Partial<FilmInput> & { readonly prompt: string }): Promise<Uint8Array> {
  const drawn = await drawing.run(drawFilm, { seed: "seed", ...shape, ...input });
  assert.ok(drawn.ok);
  return drawn.mp4;
}

async function saved(mp4: Uint8Array, name: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, mp4);
  return path;
}

/** Top-level boxes of an MP4. */
function boxes(mp4: Uint8Array): readonly string[] {
  const buffer = Buffer.from(mp4);
  const names: string[] = [];
  for (let at = 0; at < buffer.length; at += buffer.readUInt32BE(at))
    names.push(buffer.toString("latin1", at + 4, at + 8));
  return names;
}

/** Pictures and sound without the frame around them, which holds the time of writing. */
async function content(mp4: Uint8Array): Promise<Buffer> {
  using input = new Input({ formats: ALL_FORMATS, source: new BufferSource(mp4) });
  const packets: Uint8Array[] = [];
  for (const track of await input.getTracks()) {
    for await (const { data } of new EncodedPacketSink(track).packets()) packets.push(data);
  }
  return Buffer.concat(packets);
}

function picture(width: number, height: number): Buffer {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = "#c82828";
  context.fillRect(0, 0, width, height);
  return canvas.toBuffer("image/jpeg", 95);
}

const korean = await film({ prompt: "노을 지는 바다 위의 작은 배 ⛵" });

test("a film is H.264 with AAC-LC sound, of the size and length asked", async () => {
  using input = new Input({ formats: ALL_FORMATS, source: new BufferSource(korean) });
  const [video, audio] = [await input.getPrimaryVideoTrack(), await input.getPrimaryAudioTrack()];
  assert.ok(video && audio);
  assert.equal(await video.getCodecParameterString(), "avc1.42001e");
  assert.equal(await audio.getCodecParameterString(), "mp4a.40.2");
  assert.deepEqual([video.displayWidth, video.displayHeight], [480, 848]);
  assert.equal(await input.computeDuration(), 2);
  assert.equal((await video.computePacketStats()).packetCount, 48);
  assert.equal(audio.numberOfChannels, 2);
});

test("the index comes first, so that players need not wait for the whole file", () => {
  const names = boxes(korean);
  assert.ok(names.indexOf("moov") < names.indexOf("mdat"), names.join(" "));
});

test("a key frame a second is marked as one, and only those", async () => {
  using input = new Input({ formats: ALL_FORMATS, source: new BufferSource(korean) });
  const track = await input.getPrimaryVideoTrack();
  assert.ok(track);
  const keys: number[] = [];
  for await (const packet of new EncodedPacketSink(track).packets()) {
    if (packet.type === "key") keys.push(packet.timestamp);
  }
  assert.deepEqual(keys, [0, 1]);
});

test("it is small enough to send in a moment", () => {
  assert.ok(korean.byteLength > 50_000 && korean.byteLength < 2_000_000, `${korean.byteLength} bytes`);
});

test("the same prompt and seed make the same film, another seed another", async () => {
  const [first, again, varied] = [
    await content(korean),
    await content(await film({ prompt: "노을 지는 바다 위의 작은 배 ⛵" })),
    await content(await film({ prompt: "노을 지는 바다 위의 작은 배 ⛵", seed: "other" })),
  ];
  assert.ok(again.equals(first));
  assert.ok(!varied.equals(first));
});

test("Chromium plays it: moving pictures of the right size, and sound that can be heard", async () => {
  const playback = await playFilm(await blankPage(), korean);
  assert.deepEqual([playback.width, playback.height], [480, 848]);
  assert.ok(Math.abs(playback.duration - 2) < 0.05, `${playback.duration} s`);
  assert.ok(playback.playedTo > 0.4);
  assert.ok(playback.audioBytes > 1000);
  assert.ok(playback.loudness > 0.01 && playback.loudness < 0.3, `loudness ${playback.loudness}`);
  assert.notDeepEqual(playback.early, playback.half);
});

test("all shapes and lengths of the catalogue, and prompts in any script, become films", async () => {
  const cases = [
    { prompt: "Neon rain over the city 🤖", width: 848, height: 480 },
    { prompt: "قطة سعيدة تلعب مع Telecast 🎵", width: 640, height: 640 },
    { prompt: "日本語 中文 ไทย", width: 640, height: 640 },
    { prompt: "", width: 640, height: 640 },
    { prompt: "a".repeat(1000), width: 480, height: 848 },
    { prompt: "\u202Eevil\u0000 \uD800 half", width: 640, height: 640 },
  ];
  for (const [i, { prompt, width, height }] of cases.entries()) {
    const path = await saved(await film({ prompt, width, height, seconds: 1 }), `case-${i}.mp4`);
    assert.deepEqual(await probeVideo(drawing, path), { width, height, durationSeconds: 1, hasAudio: true });
  }
});

test("colours come out of the player as they went in", async () => {
  const { width, height } = shape;
  for (const color of [
    [200, 40, 40],
    [40, 180, 60],
    [40, 60, 200],
  ]) {
    const pictures = await startPictures({ width, height, framesPerSecond: 24 });
    const frame = Uint8Array.from({ length: width * height * 4 }, (_, i) => color[i % 4] ?? 255);
    for (let i = 0; i < 24; i++) pictures.add(frame);
    const { half } = await playFilm(await blankPage(), await addSound(pictures.finish(), new Float32Array(88_200)));
    const off = Math.max(...color.map((value, i) => Math.abs(value - (half[i] ?? 0))));
    assert.ok(off <= 7, `${half.join(" ")} instead of ${color.join(" ")}`);
  }
});

test("a film over a picture shows the picture, in its colours", async () => {
  const mp4 = await film({ prompt: "", image: picture(1200, 700) });
  const { half } = await playFilm(await blankPage(), mp4);
  const [red = 0, green = 0, blue = 0] = half;
  assert.ok(red > 170 && green < 90 && blue < 90, `rgb ${half.join(" ")}`);
});

test("what is no picture is an answer, not a crash", async () => {
  const drawn = await drawing.run(drawFilm, { prompt: "x", seed: "x", ...shape, image: Buffer.from("no picture") });
  assert.deepEqual(drawn, { ok: false, reason: "unreadable_image" });
});

test("progress grows while it is drawn", async () => {
  const seen: number[] = [];
  await drawing.run(drawFilm, { prompt: "x", seed: "x", ...shape }, { onProgress: (share) => seen.push(share) });
  assert.ok(seen.length >= 5);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
  assert.ok((seen.at(-1) ?? 1) < 1);
});

test("a thumbnail is a JPEG that Telegram takes", async () => {
  const jpeg = await makeThumbnail(drawing, await saved(korean, "thumbnail.mp4"));
  assert.ok(jpeg);
  assert.ok(jpeg.byteLength < 200_000);
  assert.deepEqual([...jpeg.subarray(0, 3)], [0xff, 0xd8, 0xff]);
  const image = await loadImage(jpeg);
  assert.deepEqual([image.width, image.height], [181, 320]);
});

test("a thumbnail has the film's colours", async () => {
  const path = await saved(await film({ prompt: "", image: picture(700, 700), width: 640, height: 640 }), "red.mp4");
  const jpeg = await makeThumbnail(drawing, path);
  assert.ok(jpeg);
  const context = createCanvas(320, 320).getContext("2d");
  context.drawImage(await loadImage(jpeg), 0, 0);
  const [red = 0, green = 0, blue = 0] = context.getImageData(160, 160, 1, 1).data;
  assert.ok(red > 170 && green < 90 && blue < 90, `rgb ${red} ${green} ${blue}`);
});

test("pictures in another H.264 profile have no thumbnail, and a probe all the same", async () => {
  const high = Buffer.from(korean);
  const record = high.indexOf("avcC") + 4;
  high[record + 1] = 100;
  const path = await saved(high, "high.mp4");
  assert.equal(await makeThumbnail(drawing, path), undefined);
  assert.equal((await probeVideo(drawing, path))?.width, 480);
});

test("what is no video has neither probe nor thumbnail, and a missing file is an error", async () => {
  const path = await saved(Buffer.from("this is text"), "text.mp4");
  assert.equal(await probeVideo(drawing, path), undefined);
  assert.equal(await makeThumbnail(drawing, path), undefined);
  await assert.rejects(probeVideo(drawing, join(directory, "missing.mp4")));
});

// About two on an idle machine; the rest is for one that is not.
test("four seconds at 480 × 848 are drawn in seconds", async () => {
  const began = performance.now();
  await film({ prompt: "A red fox runs through the misty mountains", seconds: 4 });
  const tookMs = performance.now() - began;
  assert.ok(tookMs < 30_000, `${tookMs.toFixed(0)} ms`);
});
