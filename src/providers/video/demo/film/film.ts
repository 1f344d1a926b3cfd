import type { DrawingTask } from "#kernel/media/index.ts";

export interface FilmInput {
  /** Shown as the caption; empty for none. */
  readonly prompt: string;
  /** Two films with the same seed, prompt and shape are the same. */
  readonly seed: string;
  /** A picture to move over, in any format the canvas reads (JPEG, PNG, WebP, GIF, AVIF). */
  readonly image?: Uint8Array | undefined;
  /** Even. */
  readonly width: number;
  readonly height: number;
  readonly seconds: number;
}

/** An MP4 (H.264 Baseline, AAC-LC, index first). */
export type FilmOutput =
  | { readonly ok: true; readonly mp4: Uint8Array }
  | { readonly ok: false; readonly reason: "unreadable_image" };

export const drawFilm: DrawingTask<FilmInput, FilmOutput> = { module: new URL("./draw-film.ts", import.meta.url) };
