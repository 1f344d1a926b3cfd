/** One at a time, in the order in which they came; who is `urgent` goes before everybody who waits and is not. */
export interface Turns {
  /** @returns what ends the turn. Rejects with the signal's reason while waiting; then there is no turn to end. */
  readonly take: (options: {
    readonly urgent: boolean;
    readonly signal: AbortSignal | undefined;
  }) => Promise<() => void>;
}

export function createTurns(): Turns {
  const urgent: (() => void)[] = [];
  const others: (() => void)[] = [];
  let isTaken = false;
  const end = (): void => {
    const next = urgent.shift() ?? others.shift();
    if (next === undefined) isTaken = false;
    else next();
  };
  return {
    take: async ({ urgent: isUrgent, signal }) => {
      signal?.throwIfAborted();
      if (!isTaken) {
        isTaken = true;
        return end;
      }
      const line = isUrgent ? urgent : others;
      const turn = Promise.withResolvers<undefined>();
      const come = (): void => {
        turn.resolve(undefined);
      };
      const leave = (): void => {
        const place = line.indexOf(come);
        // Whose turn has come already ends it himself.
        if (place < 0) return;
        line.splice(place, 1);
        turn.reject(signal?.reason);
      };
      line.push(come);
      signal?.addEventListener("abort", leave);
      try {
        await turn.promise;
        return end;
      } finally {
        signal?.removeEventListener("abort", leave);
      }
    },
  };
}
