import type { Clock } from "../lib/clock.ts";

/** A handler did not end in time; its transaction has been ended. */
export class HandlerHung extends Error {
  override readonly name = "HandlerHung";

  constructor(limitMs: number) {
    super(`did not end within ${limitMs / 1000} s`);
  }
}

export interface TimeLimit {
  readonly clock: Clock;
  readonly limitMs: number;
  /** Called when the time is over, to take away what the work may still hold. */
  readonly end: () => Promise<void>;
}

/** How long `end` may take before we go on without it. */
const endWithinMs = 5000;

/**
 * What `work` comes to. When it takes too long: ends it, and only then throws `HandlerHung`, whatever the work, robbed of
 * its means, throws in the meantime or does later.
 */
export async function withinLimit<T>(work: Promise<T>, { clock, limitMs, end }: TimeLimit): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  let isOver = false;
  const hung = (): void => {
    reject(new HandlerHung(limitMs));
  };
  const timer = clock.schedule(limitMs, () => {
    isOver = true;
    const patience = clock.schedule(endWithinMs, hung);
    void (async () => {
      await end().catch(() => undefined);
      patience.cancel();
      hung();
    })();
  });
  void (async () => {
    try {
      const value = await work;
      if (!isOver) resolve(value);
    } catch (error) {
      if (!isOver) reject(error);
    }
  })();
  try {
    return await promise;
  } finally {
    timer.cancel();
  }
}
