import type { Clock } from "../lib/clock.ts";

/** Wrong keys that one address may present in a minute before it has to wait. */
const mostPerMinute = 30;
const windowMs = 60_000;
/** Addresses remembered at once; more are a flood that the general limit handles. */
const mostAddresses = 10_000;

/** Counts failed authentication by address: a limit per key would give each guess a budget of its own. */
export interface Guesses {
  /** How many seconds the address has to wait; undefined when it may try. */
  readonly waitSeconds: (ip: string) => number | undefined;
  readonly failed: (ip: string) => void;
}

export function createGuesses(clock: Pick<Clock, "monotonicMs">): Guesses {
  const windows = new Map<string, { readonly endsMs: number; count: number }>();
  return {
    waitSeconds: (ip) => {
      const window = windows.get(ip);
      const leftMs = (window?.endsMs ?? 0) - clock.monotonicMs();
      return window !== undefined && leftMs > 0 && window.count >= mostPerMinute ? Math.ceil(leftMs / 1000) : undefined;
    },
    failed: (ip) => {
      const nowMs = clock.monotonicMs();
      const window = windows.get(ip);
      if (window !== undefined && window.endsMs > nowMs) {
        window.count += 1;
        return;
      }
      if (windows.size >= mostAddresses) {
        for (const [address, { endsMs }] of windows) if (endsMs <= nowMs) windows.delete(address);
      }
      if (windows.size < mostAddresses) windows.set(ip, { endsMs: nowMs + windowMs, count: 1 });
    },
  };
}
