import type { Clock, Timer } from "#kernel/lib/clock.ts";

import type { ActiveFault, FaultRequest } from "./protocol.ts";

/** Faults that are switched on, and the calls that hang because of one. */
export interface Faults {
  readonly add: (request: FaultRequest) => ActiveFault;
  /** @returns false when there is no such fault. */
  readonly remove: (id: number) => boolean;
  readonly clear: () => void;
  readonly list: () => readonly ActiveFault[];
  /** The fault that hits this call, counted as a hit. */
  readonly take: (method: string, chatId: number | undefined) => ActiveFault | undefined;
  /** Whether Telegram is down altogether, counted as a hit. */
  readonly takeOutage: () => boolean;
  /** Resolves when the fault is taken back or its time is over, even if it has no hits left. */
  readonly released: (id: number) => Promise<void>;
}

interface Entry {
  readonly id: number;
  readonly request: FaultRequest;
  readonly timer: Timer | undefined;
  readonly ended: PromiseWithResolvers<void>;
  hits: number;
}

export function makeFaults(clock: Clock, onChange: (faults: readonly ActiveFault[]) => void): Faults {
  const entries = new Map<number, Entry>();
  let nextId = 1;

  const view = ({ id, request, hits }: Entry): ActiveFault => ({ ...request, id, hits });
  const isSpent = ({ request, hits }: Entry): boolean => request.times !== undefined && hits >= request.times;
  const list = (): readonly ActiveFault[] => [...entries.values()].filter((entry) => !isSpent(entry)).map(view);
  const drop = (entry: Entry): void => {
    entries.delete(entry.id);
    entry.timer?.cancel();
    entry.ended.resolve();
  };
  const hit = (entry: Entry): ActiveFault => {
    entry.hits += 1;
    // A spent hang stays until it is taken back, for the sake of the calls that hang.
    if (isSpent(entry) && entry.request.kind !== "hang") drop(entry);
    onChange(list());
    return view(entry);
  };
  const find = (matches: (request: FaultRequest) => boolean): ActiveFault | undefined => {
    for (const entry of entries.values()) if (!isSpent(entry) && matches(entry.request)) return hit(entry);
    return undefined;
  };

  return {
    add: (request) => {
      const id = nextId;
      nextId += 1;
      const end = (): void => {
        const entry = entries.get(id);
        if (entry === undefined) return;
        drop(entry);
        onChange(list());
      };
      const timer = request.seconds === undefined ? undefined : clock.schedule(request.seconds * 1000, end);
      const entry: Entry = { id, request, timer, ended: Promise.withResolvers(), hits: 0 };
      entries.set(id, entry);
      onChange(list());
      return view(entry);
    },
    remove: (id) => {
      const entry = entries.get(id);
      if (entry === undefined) return false;
      drop(entry);
      onChange(list());
      return true;
    },
    clear: () => {
      for (const entry of entries.values()) drop(entry);
      onChange([]);
    },
    list,
    take: (method, chatId) => find((request) => request.kind !== "outage" && concerns(request, method, chatId)),
    takeOutage: () => find(({ kind }) => kind === "outage") !== undefined,
    released: async (id) => {
      await entries.get(id)?.ended.promise;
    },
  };
}

function concerns(request: FaultRequest, method: string, chatId: number | undefined): boolean {
  if (request.chatId !== undefined && request.chatId !== chatId) return false;
  if (request.methods === undefined) return method !== "getUpdates";
  return request.methods.some((name) => name.toLowerCase() === method.toLowerCase());
}
