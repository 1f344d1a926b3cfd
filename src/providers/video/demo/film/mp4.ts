import { registerAacEncoder } from "@mediabunny/aac-encoder";
import hme from "h264-mp4-encoder";
import {
  AudioSample,
  AudioSampleSource,
  BufferSource,
  BufferTarget,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  MP4,
  Mp4OutputFormat,
  Output,
} from "mediabunny";

import { sampleRate } from "./soundtrack.ts";

/** H.264 level 3: up to 1620 macroblocks a frame and 40,500 a second, which 480 × 848 at 24 needs. */
const level = 30;

export interface FilmShape {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** The part of WebCodecs' `VideoDecoderConfig` that matters here; its own type needs the browser's. */
interface PictureHeader {
  readonly codec: string;
  readonly codedWidth: number;
  readonly codedHeight: number;
  readonly description: Uint8Array;
  readonly colorSpace?: object;
}

export interface PictureEncoder {
  /** RGBA, `width × height × 4` bytes. */
  readonly add: (frame: Uint8Array) => void;
  /** The silent film, index last. */
  readonly finish: () => Uint8Array;
}

/** Constant quality: 21 is near what the eye still sees, 35 falls apart in gradients. Speed 10 halves the time of 5. */
const quantization = 27;
const speed = 10;
const audioBitrate = 96_000;

registerAacEncoder();

/** H.264 Baseline in WebAssembly; a key frame each second, for seeking and for the thumbnail. */
export async function startPictures({ width, height, framesPerSecond }: FilmShape): Promise<PictureEncoder> {
  const encoder = await hme.createH264MP4Encoder();
  encoder.width = width;
  encoder.height = height;
  encoder.frameRate = framesPerSecond;
  encoder.quantizationParameter = quantization;
  encoder.speed = speed;
  encoder.groupOfPictures = framesPerSecond;
  encoder.initialize();
  return {
    add: (frame) => {
      encoder.addFrameRgba(frame);
    },
    finish: () => {
      encoder.finalize();
      const film = encoder.FS.readFile(encoder.outputFilename);
      encoder.delete();
      return film;
    },
  };
}

/** Adds AAC-LC sound and puts the index first, so that players start before they have the whole file. */
export async function addSound(silent: Uint8Array, stereo: Float32Array): Promise<Uint8Array> {
  using input = new Input({ formats: [MP4], source: new BufferSource(silent) });
  const track = await input.getPrimaryVideoTrack();
  const header = (await track?.getDecoderConfig()) as PictureHeader | null | undefined;
  if (track === null || header == null) throw new Error("the encoder made a film without pictures");
  const target = new BufferTarget();
  const output = new Output({ format: new Mp4OutputFormat({ fastStart: "in-memory" }), target });
  const pictures = new EncodedVideoPacketSource("avc");
  const sound = new AudioSampleSource({ codec: "aac", bitrate: audioBitrate });
  output.addVideoTrack(pictures);
  output.addAudioTrack(sound);
  await output.start();
  const asEncoded = { decoderConfig: correct(header) };
  for await (const packet of new EncodedPacketSink(track).packets()) await pictures.add(withType(packet), asEncoded);
  pictures.close();
  using sample = new AudioSample({ data: stereo, format: "f32", numberOfChannels: 2, sampleRate, timestamp: 0 });
  await sound.add(sample);
  sound.close();
  await output.finalize();
  if (target.buffer === null) throw new Error("the film was not written");
  return new Uint8Array(target.buffer);
}

/** The encoder's file says of every frame that it is a key frame, and players then seek to pictures they cannot decode. */
function withType({ data, timestamp, duration }: EncodedPacket): EncodedPacket {
  return new EncodedPacket(data, hasKeyFrame(data) ? "key" : "delta", timestamp, duration);
}

/** Whether one of the NAL units (each after its length in four bytes) is a slice of a key frame. */
function hasKeyFrame(data: Uint8Array): boolean {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const keySlice = 5;
  for (let at = 0; at + 4 < data.byteLength; at += 4 + view.getUint32(at)) {
    if ((view.getUint8(at + 4) & 0x1f) === keySlice) return true;
  }
  return false;
}

/**
 * The encoder states level 2.2, which is too low for the frame rate, and no colours, which players then guess by the
 * height (and show a red 13 shades off): a strict hardware decoder may refuse the one, everybody sees the other.
 */
function correct({ codedWidth, codedHeight, description }: PictureHeader): PictureHeader {
  return {
    codec: `avc1.4200${level.toString(16)}`,
    codedWidth,
    codedHeight,
    // In the decoder configuration record, and in the sequence parameter set that begins at its eighth byte.
    description: Uint8Array.from(description, (byte, i) => (i === 3 || i === 8 + 3 ? level : byte)),
    colorSpace: { primaries: "bt709", transfer: "bt709", matrix: "smpte170m", fullRange: false },
  };
}
