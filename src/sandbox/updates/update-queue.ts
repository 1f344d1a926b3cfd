import type { Update } from "@grammyjs/types";

import type { Clock } from "#kernel/lib/clock.ts";

export type UpdateKind = Exclude<keyof Update, "update_id">;

/** An update that the bot has not confirmed yet. */
export interface QueuedUpdate {
  readonly update: Update;
  readonly kind: UpdateKind;
  /** Updates with the same key reach a webhook one after the other; different keys at once. */
  readonly orderKey: string;
  /** Unix milliseconds; then Telegram forgets it. */
  readonly expiresAt: number;
}

export interface NewUpdate<K extends UpdateKind = UpdateKind> {
  readonly kind: K;
  readonly content: NonNullable<Update[K]>;
  readonly orderKey: string;
  readonly lifetimeMs: number;
}

/** What waits for the bot, oldest first. */
export interface UpdateQueue {
  /** @returns the update's id, or undefined when the bot does not want this kind. */
  readonly push: <K extends UpdateKind>(update: NewUpdate<K>) => number | undefined;
  /** Forgets everything before `offset` for good; a negative offset keeps only that many of the newest. */
  readonly confirm: (offset: number) => void;
  /** Takes one update out, whatever its place. */
  readonly remove: (updateId: number) => void;
  readonly peek: (limit: number) => readonly QueuedUpdate[];
  readonly all: () => IterableIterator<QueuedUpdate>;
  readonly count: () => number;
  readonly clear: () => void;
  /** Absent: the previous choice stays. Empty: everything but the three kinds that must be asked for. */
  readonly allow: (kinds: readonly string[] | undefined) => void;
  readonly allowed: () => readonly UpdateKind[] | undefined;
  /** Called after each `push`. */
  readonly onPush: (listener: (update: QueuedUpdate) => void) => void;
  /** A waiting update, unless it has expired. */
  readonly find: (updateId: number) => QueuedUpdate | undefined;
}

const askedForOnly: ReadonlySet<string> = new Set(["chat_member", "message_reaction", "message_reaction_count"]);

export function makeUpdateQueue(clock: Clock): UpdateQueue {
  const queue = new Map<number, QueuedUpdate>();
  let nextId = firstUpdateId(clock);
  let allowedKinds: ReadonlySet<string> | undefined;
  let earliestExpiry = Infinity;
  const listeners: ((update: QueuedUpdate) => void)[] = [];

  const dropExpired = (): void => {
    const now = clock.now().getTime();
    if (earliestExpiry > now) return;
    earliestExpiry = Infinity;
    for (const [id, { expiresAt }] of queue) {
      if (expiresAt <= now) queue.delete(id);
      else earliestExpiry = Math.min(earliestExpiry, expiresAt);
    }
  };
  const isWanted = (kind: string): boolean =>
    allowedKinds === undefined ? !askedForOnly.has(kind) : allowedKinds.has(kind);

  return {
    push: ({ kind, content, orderKey, lifetimeMs }) => {
      if (!isWanted(kind)) return undefined;
      const updateId = nextId;
      nextId += 1;
      const update: Update = { update_id: updateId, [kind]: content };
      const expiresAt = clock.now().getTime() + lifetimeMs;
      earliestExpiry = Math.min(earliestExpiry, expiresAt);
      const queued: QueuedUpdate = { update, kind, orderKey, expiresAt };
      queue.set(updateId, queued);
      for (const listener of listeners) listener(queued);
      return updateId;
    },
    confirm: (offset) => {
      // Telegram ignores an offset that it has not reached yet.
      if (offset > nextId) return;
      const keepFrom = offset < 0 ? nextId + offset : offset;
      for (const id of queue.keys()) {
        if (id >= keepFrom) break;
        queue.delete(id);
      }
    },
    find: (updateId) => {
      dropExpired();
      return queue.get(updateId);
    },
    remove: (updateId) => {
      queue.delete(updateId);
    },
    peek: (limit) => {
      dropExpired();
      return [...queue.values().take(limit)];
    },
    all: () => {
      dropExpired();
      return queue.values();
    },
    count: () => {
      dropExpired();
      return queue.size;
    },
    clear: () => {
      queue.clear();
    },
    allow: (kinds) => {
      if (kinds === undefined) return;
      allowedKinds = kinds.length === 0 ? undefined : new Set(kinds);
    },
    allowed: () => (allowedKinds === undefined ? undefined : ([...allowedKinds] as UpdateKind[])),
    onPush: (listener) => {
      listeners.push(listener);
    },
  };
}

/**
 * Telegram begins anywhere and counts on. A restarted sandbox must not hand out numbers that the bot has already seen, so
 * the start grows with time: four a second since 2020 leaves room for bursts and stays below 2^31 until 2037.
 */
function firstUpdateId(clock: Clock): number {
  return Math.max(1, Math.floor((clock.now().getTime() - Date.UTC(2020, 0, 1)) / 250));
}
