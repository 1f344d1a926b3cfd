/**
 * How many to claim beyond what the wire takes at this moment, so that it does not run dry while the next claim is
 * being written: as many as leave during one claim. At Telegram's own pace (30 a second) that is none; it matters where
 * no limit is set. What is claimed ahead leaves within a millisecond or two, but is ambiguous like the rest if the
 * process is killed just then, so it is never more than needed.
 */
export interface ClaimAhead {
  readonly most: () => number;
  readonly answered: () => void;
  readonly claimed: (tookMs: number) => void;
}

const windowMs = 50;
/** Weight of one measurement in the moving averages. */
const weight = 0.3;
const headroom = 4;

export function createClaimAhead(nowMs: () => number): ClaimAhead {
  let windowStart = nowMs();
  let inWindow = 0;
  let perMs = 0;
  let claimMs = 0;

  const turn = (): void => {
    const elapsed = nowMs() - windowStart;
    if (elapsed < windowMs) return;
    perMs += (inWindow / elapsed - perMs) * weight;
    inWindow = 0;
    windowStart = nowMs();
  };
  return {
    most: () => Math.floor(perMs * claimMs * headroom),
    answered: () => {
      inWindow += 1;
      turn();
    },
    claimed: (tookMs) => {
      claimMs += (tookMs - claimMs) * weight;
      turn();
    },
  };
}
