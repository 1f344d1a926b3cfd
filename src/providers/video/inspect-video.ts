import { type Canvas, createCanvas, ImageData } from "@napi-rs/canvas";
import { H264Decoder } from "h264decoder";
import { ALL_FORMATS, EncodedPacketSink, FilePathSource, Input, type InputVideoTrack } from "mediabunny";

import type { Draw } from "#kernel/media/index.ts";

import type { InspectInput, InspectOutput, VideoProbe } from "./inspect.ts";

const largestSide = 320;
const largestBytes = 200_000;
/** The decoder copies the picture into a buffer of this size without looking. */
const largestPicture = 1024 * 1024;
const momentShare = 0.55;
const baselineProfile = 66;

/** Reads a video file: what it is, or a small picture of it. */
export const draw: Draw<InspectInput, InspectOutput> = async ({ path, want }) => {
  using input = new Input({ formats: ALL_FORMATS, source: new FilePathSource(path) });
  if (!(await input.canRead())) return {};
  const track = await input.getPrimaryVideoTrack();
  if (track === null) return {};
  if (want === "probe") return { probe: await probe(input, track) };
  const picture = await decodePicture(track);
  return picture === undefined ? {} : { thumbnail: shrink(picture, track.rotation) };
};

async function probe(input: Input, track: InputVideoTrack): Promise<VideoProbe> {
  return {
    width: track.displayWidth,
    height: track.displayHeight,
    durationSeconds: await input.computeDuration(),
    hasAudio: (await input.getPrimaryAudioTrack()) !== null,
  };
}

/** The key frame before the moment; undefined when the decoder cannot read it. */
async function decodePicture(track: InputVideoTrack): Promise<Canvas | undefined> {
  if (track.codec !== "avc") return undefined;
  const header = (await track.getDecoderConfig()) as { readonly description?: Uint8Array } | null;
  const packet = await new EncodedPacketSink(track).getKeyPacket((await track.computeDuration()) * momentShare);
  if (header?.description?.[1] !== baselineProfile || packet === null) return undefined;
  const startCode = Buffer.from([0, 0, 0, 1]);
  const units = [...parameterSets(header.description), ...unitsOf(packet.data)];
  const picture = Buffer.concat(units.flatMap((unit) => [startCode, unit]));
  if (picture.byteLength > largestPicture) return undefined;
  const decoder = new H264Decoder();
  // The whole picture in one call, headers included; unit by unit it calls the headers an error.
  return decoder.decode(picture) === H264Decoder.PIC_RDY ? toCanvas(decoder, track) : undefined;
}

/** The sequence and picture parameter sets of an AVC decoder configuration record (ISO/IEC 14496-15, 5.3.3.1). */
function parameterSets(record: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength);
  const sets: Uint8Array[] = [];
  let at = 5;
  for (const countMask of [0x1f, 0xff]) {
    const count = view.getUint8(at) & countMask;
    at += 1;
    for (let i = 0; i < count; i++) {
      const length = view.getUint16(at);
      sets.push(record.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return sets;
}

function unitsOf(data: Uint8Array): readonly Uint8Array[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const units: Uint8Array[] = [];
  for (let at = 0; at + 4 < data.byteLength; at += 4 + view.getUint32(at)) {
    units.push(data.subarray(at + 4, at + 4 + view.getUint32(at)));
  }
  return units;
}

/** YUV 4:2:0 in studio range, BT.601, to RGB; cut to the coded size (the decoder pads to whole macroblocks). */
function toCanvas({ pic, width, height }: H264Decoder, track: InputVideoTrack): Canvas {
  const rgba = new Uint8ClampedArray(width * height * 4);
  const blue = width * height;
  const red = blue * 1.25;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const chroma = (y >> 1) * (width >> 1) + (x >> 1);
      const luma = 1.164 * ((pic[y * width + x] ?? 0) - 16);
      const u = (pic[blue + chroma] ?? 0) - 128;
      const v = (pic[red + chroma] ?? 0) - 128;
      rgba[at] = luma + 1.596 * v;
      rgba[at + 1] = luma - 0.392 * u - 0.813 * v;
      rgba[at + 2] = luma + 2.017 * u;
      rgba[at + 3] = 255;
    }
  }
  const canvas = createCanvas(Math.min(track.codedWidth, width), Math.min(track.codedHeight, height));
  canvas.getContext("2d").putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas;
}

function shrink(picture: Canvas, rotation: number): Uint8Array {
  const scale = Math.min(1, largestSide / Math.max(picture.width, picture.height));
  const [wide, tall] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  const sideways = rotation % 180 !== 0;
  const canvas = createCanvas(sideways ? tall : wide, sideways ? wide : tall);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((rotation * Math.PI) / 180);
  context.drawImage(picture, -wide / 2, -tall / 2, wide, tall);
  for (let quality = 85; quality > 25; quality -= 20) {
    const jpeg = canvas.toBuffer("image/jpeg", quality);
    if (jpeg.byteLength <= largestBytes) return jpeg;
  }
  return canvas.toBuffer("image/jpeg", 20);
}
