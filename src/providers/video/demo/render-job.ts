import { type Clock, pause } from "#kernel/lib/clock.ts";
import type { DrawingProcess } from "#kernel/media/index.ts";
import type { Logger } from "#kernel/observability/index.ts";

import type { FailureReason, VideoRequest, VideoStatus } from "../port.ts";
import { drawFilm } from "./film/film.ts";

export interface RenderDeps {
  readonly drawing: DrawingProcess;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface RenderPlan {
  /** Without the magic words. */
  readonly caption: string;
  /** Takes at least so long. */
  readonly paceMs: number;
  /** Ends with this instead of a film. */
  readonly failure: FailureReason | undefined;
}

export type Rendered =
  | { readonly ok: true; readonly mp4: Uint8Array }
  | { readonly ok: false; readonly reason: FailureReason };

/** One job at work. */
export interface Rendering {
  /** Rejects only with the signal's reason. */
  readonly result: Promise<Rendered>;
  readonly hasTurn: () => boolean;
  readonly status: () => VideoStatus;
}

/** Never quite done: what is done is told by the stored record. */
const mostProgress = 0.99;

export function renderJob(
  { drawing, clock, log }: RenderDeps,
  request: VideoRequest,
  { caption, paceMs, failure }: RenderPlan,
  signal: AbortSignal,
): Rendering {
  const startedAtMs = clock.monotonicMs();
  let hasTurn = failure !== undefined;
  let drawn = failure === undefined ? 0 : 1;

  const draw = async (): Promise<Rendered> => {
    const { seed, width, height, durationSeconds: seconds, image } = request;
    const film = await drawing.run(
      drawFilm,
      {
        prompt: caption,
        seed: `${caption}/${seed ?? ""}`,
        width,
        height,
        seconds,
        image: image?.bytes,
      },
      {
        signal,
        onStart: () => {
          hasTurn = true;
        },
        onProgress: (progress) => {
          drawn = progress;
        },
      },
    );
    return film.ok ? film : { ok: false, reason: { kind: "bad_input", providerCode: film.reason } };
  };

  const render = async (): Promise<Rendered> => {
    if (failure !== undefined) return { ok: false, reason: failure };
    try {
      return await draw();
    } catch (error) {
      signal.throwIfAborted();
      log.error({ err: error }, "demo film could not be drawn");
      return { ok: false, reason: { kind: "provider_error" } };
    }
  };

  const result = async (): Promise<Rendered> => {
    const [rendered] = await Promise.all([render(), paceMs > 0 && pause(clock, paceMs, signal)]);
    signal.throwIfAborted();
    return rendered;
  };

  return {
    result: result(),
    hasTurn: () => hasTurn,
    status: () => {
      if (!hasTurn) return { state: "queued" };
      const paced = paceMs === 0 ? 1 : (clock.monotonicMs() - startedAtMs) / paceMs;
      return { state: "running", progress: Math.min(drawn, paced, mostProgress) };
    },
  };
}
