import { bookMoment, type Db } from "#kernel/db/index.ts";
import { type Clock, pause } from "#kernel/lib/clock.ts";
import { nextMoment, type Pace } from "#kernel/lib/pace.ts";

import { ProviderUnavailable } from "../provider-error.ts";

export interface RateGateOptions extends Pace {
  readonly clock: Clock;
  /** Who would have to wait longer is sent away with the time at which to come back. */
  readonly longestWaitMs: number;
}

/** Lets through as many as a service takes from one account, in the order in which they came. */
export interface RateGate {
  /** @throws ProviderUnavailable `rate_limited`; the signal's reason (the place that was waited for stays empty). */
  readonly pass: (signal?: AbortSignal) => Promise<void>;
}

/** For one process alone. */
export function createRateGate({ clock, longestWaitMs, ...pace }: RateGateOptions): RateGate {
  /** When the last ones were, or will be, let through; ascending. */
  const taken: number[] = [];
  return {
    pass: async (signal) => {
      signal?.throwIfAborted();
      const now = clock.monotonicMs();
      const moment = nextMoment(taken, pace, now);
      if (moment - now > longestWaitMs) throw new ProviderUnavailable("rate_limited", moment - now);
      taken.push(moment);
      if (taken.length > pace.limit) taken.shift();
      await waitFor(clock, moment - now, signal);
    },
  };
}

/** For all replicas together, by the database's clock; `name`: of the account. */
export function createSharedRateGate({
  clock,
  db,
  ...pace
}: RateGateOptions & { readonly db: Db; readonly name: string }): RateGate {
  return {
    pass: async (signal) => {
      signal?.throwIfAborted();
      const { isBooked, waitMs } = await bookMoment(db, pace);
      if (!isBooked) throw new ProviderUnavailable("rate_limited", waitMs);
      await waitFor(clock, waitMs, signal);
    },
  };
}

async function waitFor(clock: Clock, waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  if (waitMs > 0) await pause(clock, waitMs, signal);
  signal?.throwIfAborted();
}
