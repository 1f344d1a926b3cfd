import type { DrawingProcess, DrawingTask } from "#kernel/media/index.ts";

/** What Telegram wants to know of a video: without it some clients show a square. */
export interface VideoProbe {
  /** As shown, after rotation. */
  readonly width: number;
  readonly height: number;
  readonly durationSeconds: number;
  readonly hasAudio: boolean;
}

export type InspectInput = { readonly path: string; readonly want: "probe" | "thumbnail" };

export interface InspectOutput {
  readonly probe?: VideoProbe;
  readonly thumbnail?: Uint8Array;
}

// In the drawing process, because the files come from outside and a parser or decoder may trip over them; ahead of the films
// that wait there, because this video is finished.
const inspectVideo: DrawingTask<InspectInput, InspectOutput> = {
  module: new URL("./inspect-video.ts", import.meta.url),
};

/** Size, length and sound of a video file; undefined when it is none that can be played. */
export async function probeVideo(
  drawing: DrawingProcess,
  path: string,
  signal?: AbortSignal,
): Promise<VideoProbe | undefined> {
  const { probe } = await drawing.run(inspectVideo, { path, want: "probe" }, { signal, urgent: true });
  return probe;
}

/**
 * A JPEG as Telegram takes it (at most 320 pixels a side and 200 kB) of a moment in the middle. Undefined when the
 * pictures are in a form the small decoder does not know (it knows H.264 Baseline); Telegram then makes its own.
 */
export async function makeThumbnail(
  drawing: DrawingProcess,
  path: string,
  signal?: AbortSignal,
): Promise<Buffer | undefined> {
  const { thumbnail } = await drawing.run(inspectVideo, { path, want: "thumbnail" }, { signal, urgent: true });
  return thumbnail && Buffer.from(thumbnail.buffer, thumbnail.byteOffset, thumbnail.byteLength);
}
