import type { Clock } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import type { Claimed } from "./claimed.ts";
import type { PreparedContent } from "./contents.ts";
import type { Attempt, Deliver } from "./deliver.ts";
import { createSilence } from "./silence.ts";
import type { Uploads } from "./uploads.ts";

export interface WireDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly uploads: Uploads;
  readonly deliver: Deliver;
  /** By the monotonic clock, never the database: whether this process is the one that sends, at this moment. */
  readonly maySend: () => boolean;
  readonly concurrency: () => number;
  /** How long Telegram wants nothing for the chat: it may have said so since the delivery was chosen. */
  readonly pauseMs: (claimed: Claimed) => number;
  /** It is not sent because of that. */
  readonly onHeldBack: (claimed: Claimed, waitMs: number) => void;
  /** It leaves at this moment. */
  readonly onLeave: (claimed: Claimed) => void;
  /** Media that is under way for longer than its chat should wait for it. */
  readonly onSlow: (claimed: Claimed) => void;
  readonly onAttempt: (claimed: Claimed, attempt: Attempt, tookMs: number) => void;
}

/** A claimed delivery with what it says; without, its content has been erased. */
export interface Laden {
  readonly claimed: Claimed;
  readonly content: PreparedContent | undefined;
}

/** The calls that are under way, and those that leave as soon as one of them has come back. */
export interface Wire {
  readonly launch: (laden: readonly Laden[]) => void;
  /** Lets go what could not leave because this process was not sure to be the one that sends, and is again. */
  readonly resume: () => void;
  /** Under way or about to be. */
  readonly size: () => number;
  /** Much is under way and nothing comes back. */
  readonly isSilent: () => boolean;
  readonly silenceBroken: () => void;
  /** Claimed, and not sent when it was drained. */
  readonly unsent: () => readonly number[];
  /** Starts nothing more. Resolves when nothing is under way, or `signal` aborts. */
  readonly drain: (signal: AbortSignal) => Promise<void>;
}

/**
 * So long a chat's next messages wait for media to arrive before them: a picture on an ordinary line is there by then. A
 * large film, or a transfer that hangs, must not silence the chat.
 */
const mediaPatienceMs = 2000;

export function createWire(deps: WireDeps): Wire {
  const { clock, log, uploads } = deps;
  const silence = createSilence(clock.monotonicMs);
  const unsent: number[] = [];
  const queue: Laden[] = [];
  let size = 0;
  let draining = false;
  let onEmpty: (() => void) | undefined;

  const attempt = async (claimed: Claimed, content: PreparedContent): Promise<Attempt> => {
    // Uploads take as long as they take.
    const isUpload = content.parts.some(({ media }) => media.length > 0);
    const sentMs = clock.monotonicMs();
    if (!isUpload) silence.sent();
    const patience = isUpload ? clock.schedule(mediaPatienceMs, () => deps.onSlow(claimed)) : undefined;
    try {
      return await deps.deliver(claimed, content);
    } catch (error) {
      log.error({ err: toError(error), delivery: claimed.id }, "a delivery could not be made into a call");
      return uncallable;
    } finally {
      patience?.cancel();
      if (!isUpload) silence.answered(clock.monotonicMs() - sentMs);
      uploads.release(content);
    }
  };

  const launch = async ({ claimed, content }: Laden): Promise<void> => {
    const waitMs = deps.pauseMs(claimed);
    if (waitMs > 0) {
      if (content !== undefined) uploads.release(content);
      deps.onHeldBack(claimed, waitMs);
      return;
    }
    const leftMs = clock.monotonicMs();
    size += 1;
    deps.onLeave(claimed);
    const ended = content === undefined ? uncallable : await attempt(claimed, content);
    size -= 1;
    deps.onAttempt(claimed, ended, clock.monotonicMs() - leftMs);
    launchQueued();
    if (size === 0) onEmpty?.();
  };

  const launchQueued = (): void => {
    // The last look before the bytes leave. A process that was stopped between the claim and here sends nothing: by its
    // own clock its time is over before another one's can have begun. What is claimed stays here until it may send again,
    // under the same claim, or gives back what it has.
    while (size < deps.concurrency() && deps.maySend()) {
      const next = queue.shift();
      if (next === undefined) return;
      void launch(next);
    }
  };

  return {
    launch: (laden) => {
      if (draining) unsent.push(...laden.map(({ claimed }) => claimed.id));
      else queue.push(...laden);
      launchQueued();
    },
    resume: launchQueued,
    size: () => size + queue.length,
    isSilent: silence.isSuspicious,
    silenceBroken: silence.broken,
    unsent: () => unsent,
    drain: async (signal) => {
      draining = true;
      unsent.push(...queue.splice(0).map(({ claimed }) => claimed.id));
      if (size === 0 || signal.aborted) return;
      await new Promise<void>((resolve) => {
        onEmpty = resolve;
        signal.addEventListener("abort", () => {
          resolve();
        });
      });
    },
  };
}

const uncallable: Attempt = {
  outcome: { type: "ended", state: "failed", error: "could not be made into a call" },
};
