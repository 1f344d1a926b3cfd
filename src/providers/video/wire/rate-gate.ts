import { type Clock, pause } from "#kernel/lib/clock.ts";

import { ProviderUnavailable } from "../provider-error.ts";

export interface RateGateOptions {
  readonly clock: Clock;
  /** So many in any `windowMs`. */
  readonly limit: number;
  readonly windowMs: number;
  /** Who would have to wait longer is sent away with the time at which to come back. */
  readonly longestWaitMs: number;
}

/** Lets through as many as a service takes from one account, in the order in which they came. */
export interface RateGate {
  /** @throws ProviderUnavailable `rate_limited`; the signal's reason (the place that was waited for stays empty). */
  readonly pass: (signal?: AbortSignal) => Promise<void>;
}

export function createRateGate({ clock, limit, windowMs, longestWaitMs }: RateGateOptions): RateGate {
  /** When the last `limit` were, or will be, let through; ascending. */
  const places: number[] = [];
  return {
    pass: async (signal) => {
      signal?.throwIfAborted();
      const now = clock.monotonicMs();
      const place = Math.max(now, places.length < limit ? 0 : (places[0] ?? 0) + windowMs);
      if (place - now > longestWaitMs) throw new ProviderUnavailable("rate_limited", place - now);
      places.push(place);
      if (places.length > limit) places.shift();
      if (place > now) await pause(clock, place - now, signal);
      signal?.throwIfAborted();
    },
  };
}
