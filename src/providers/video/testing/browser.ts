import { type Browser, chromium, type Page } from "playwright-core";

import { cleanUp } from "#test/support/clean-up.ts";

let opened: Promise<Browser> | undefined;

/** An empty page of the system's Chromium (which plays H.264 and AAC), closed after the file's tests. */
export async function blankPage(): Promise<Page> {
  opened ??= chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--autoplay-policy=no-user-gesture-required",
    ],
  });
  const browser = await opened;
  cleanUp(async () => {
    await browser.close();
  });
  return await browser.newPage();
}

export interface Playback {
  readonly width: number;
  readonly height: number;
  readonly duration: number;
  /** How far it came while it was watched. */
  readonly playedTo: number;
  /** Bytes of sound that were decoded. */
  readonly audioBytes: number;
  /** The sound's average level, 0 to 1. */
  readonly loudness: number;
  /** Red, green and blue in the middle of the picture at a tenth and at half of the film. */
  readonly early: readonly number[];
  readonly half: readonly number[];
}

/** Plays the film for a moment and looks at two of its pictures. @throws when the browser cannot play it. */
export async function playFilm(page: Page, film: Uint8Array): Promise<Playback> {
  const script = `(${watch.toString()})(${JSON.stringify(Buffer.from(film).toString("base64"))})`;
  return await page.evaluate<Playback>(script);
}

// Runs in the page. The server's code knows no browser types, so the few it needs are stated here.
declare const document: { readonly createElement: (name: string) => PageElement };
declare const OfflineAudioContext: new (
  channels: number,
  length: number,
  rate: number,
) => {
  readonly decodeAudioData: (
    data: ArrayBuffer,
  ) => Promise<{ readonly getChannelData: (channel: number) => Float32Array }>;
};

interface PageElement {
  src: string;
  muted: boolean;
  currentTime: number;
  width: number;
  height: number;
  readonly videoWidth: number;
  readonly videoHeight: number;
  readonly duration: number;
  readonly webkitAudioDecodedByteCount: number;
  readonly error: { readonly message: string } | null;
  readonly play: () => Promise<void>;
  readonly pause: () => void;
  readonly requestVideoFrameCallback: (seen: () => void) => void;
  readonly getContext: (kind: string) => {
    readonly drawImage: (image: PageElement, x: number, y: number) => void;
    readonly getImageData: (
      x: number,
      y: number,
      width: number,
      height: number,
    ) => { readonly data: Uint8ClampedArray };
  };
  readonly addEventListener: (event: string, listener: () => void) => void;
}

async function watch(base64: string): Promise<Playback> {
  const video = document.createElement("video");
  await new Promise<void>((resolve, reject) => {
    video.addEventListener("loadeddata", resolve);
    video.addEventListener("error", () => {
      reject(new Error(video.error?.message));
    });
    video.src = `data:video/mp4;base64,${base64}`;
  });
  await video.play();
  await new Promise<void>((resolve) => {
    video.addEventListener("timeupdate", () => {
      if (video.currentTime > 0.4 && video.webkitAudioDecodedByteCount > 0) resolve();
    });
  });
  video.pause();
  const playedTo = video.currentTime;
  const middleAt = async (seconds: number): Promise<number[]> => {
    const shown = new Promise<void>((resolve) => {
      video.requestVideoFrameCallback(resolve);
    });
    video.currentTime = seconds;
    await shown;
    const canvas = document.createElement("canvas");
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0);
    return [...context.getImageData(video.videoWidth / 2, video.videoHeight / 2, 1, 1).data].slice(0, 3);
  };
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const sound = await new OfflineAudioContext(2, 44_100, 44_100).decodeAudioData(bytes.buffer);
  const samples = sound.getChannelData(0);
  return {
    width: video.videoWidth,
    height: video.videoHeight,
    duration: video.duration,
    playedTo,
    audioBytes: video.webkitAudioDecodedByteCount,
    loudness: Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length),
    early: await middleAt(video.duration * 0.1),
    half: await middleAt(video.duration * 0.5),
  };
}
