export interface Update {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}

export interface PollRequest {
  readonly offset: number | undefined;
  readonly timeoutSeconds: number;
  /** Whoever asked has gone. */
  readonly signal: AbortSignal;
}

/** What waits for the bot until it confirms it; one long poll at a time. */
export interface UpdateQueue {
  /** @returns the update's id. */
  readonly push: (body: Readonly<Record<string, unknown>>) => number;
  /** @returns the updates, or undefined when another poll has taken its place. */
  readonly poll: (request: PollRequest) => Promise<readonly Update[] | undefined>;
  readonly waiting: () => number;
}

const batch = 100;
const firstUpdate = 1000;

export function createUpdateQueue(onConfirmed: (below: number) => void): UpdateQueue {
  let unconfirmed: Update[] = [];
  let next = firstUpdate;
  let confirmed = firstUpdate;
  let answer: ((updates: readonly Update[] | undefined) => void) | undefined;

  const confirm = (below: number): void => {
    if (below <= confirmed) return;
    confirmed = below;
    unconfirmed = unconfirmed.filter(({ update_id: id }) => id >= below);
    onConfirmed(below);
  };

  return {
    push: (body) => {
      const id = next;
      next += 1;
      unconfirmed.push({ update_id: id, ...body });
      answer?.(unconfirmed.slice(0, batch));
      return id;
    },
    poll: async ({ offset, timeoutSeconds, signal }) => {
      answer?.(undefined);
      if (offset !== undefined) confirm(offset);
      if (unconfirmed.length > 0) return unconfirmed.slice(0, batch);
      const { promise, resolve } = Promise.withResolvers<readonly Update[] | undefined>();
      const timer = setTimeout(resolve, timeoutSeconds * 1000, []);
      const onGone = (): void => {
        resolve([]);
      };
      signal.addEventListener("abort", onGone, { once: true });
      answer = resolve;
      const answered = await promise;
      clearTimeout(timer);
      if (answer === resolve) answer = undefined;
      return answered;
    },
    waiting: () => unconfirmed.length,
  };
}
