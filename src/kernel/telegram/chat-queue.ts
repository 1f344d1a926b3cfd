import { type Backoff, backoffMs } from "../lib/backoff.ts";
import type { Clock, Timer } from "../lib/clock.ts";
import type { Ids } from "../lib/ids.ts";

/**
 * How a turn ended: nothing is left to do for the chat; more waits; another replica is at it; or it could not be taken
 * (the database) and is due again later.
 */
export type TurnOutcome = "done" | "more" | "busy" | "later";

/** Which chats are due for a turn: one turn at a time per chat, a bounded number over all, each chat in its turn. */
export interface ChatQueue {
  /** Something waits in the chat. Called after what waits has been committed. */
  readonly wake: (chatId: number) => void;
  /** Begins no more turns and waits for those under way. */
  readonly stop: () => Promise<void>;
}

export interface ChatQueueDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  /** How many chats at once. */
  readonly concurrency: number;
  readonly takeTurn: (chatId: number) => Promise<TurnOutcome>;
}

/** Another replica is handling the chat: it will most likely take what waits, too. */
const whileBusy: Backoff = { firstMs: 30, longestMs: 1000 };
const whileFailing: Backoff = { firstMs: 250, longestMs: 5000 };

export function createChatQueue({ clock, ids, concurrency, takeTurn }: ChatQueueDeps): ChatQueue {
  /** In the order in which their turns come. */
  const due = new Set<number>();
  const running = new Map<number, { again: boolean; turn: Promise<void> }>();
  const delayed = new Map<number, { attempt: number; timer: Timer | undefined }>();
  let stopped = false;

  const wake = (chatId: number): void => {
    if (stopped) return;
    const active = running.get(chatId);
    // What came during a turn may have come too late for it to see.
    if (active !== undefined) active.again = true;
    else if (delayed.get(chatId)?.timer === undefined) due.add(chatId);
    begin();
  };

  const begin = (): void => {
    for (const chatId of due) {
      if (running.size >= concurrency) return;
      due.delete(chatId);
      const active = { again: false, turn: Promise.resolve() };
      running.set(chatId, active);
      active.turn = run(chatId);
    }
  };

  const run = async (chatId: number): Promise<void> => {
    const outcome = await takeTurn(chatId);
    const again = running.get(chatId)?.again ?? false;
    running.delete(chatId);
    if (stopped) return;
    if (outcome === "busy") delay(chatId, whileBusy);
    else if (outcome === "later") delay(chatId, whileFailing);
    else {
      delayed.delete(chatId);
      // At the end: a chat with a thousand updates does not keep the others waiting.
      if (outcome === "more" || again) due.add(chatId);
    }
    begin();
  };

  const delay = (chatId: number, backoff: Backoff): void => {
    const attempt = (delayed.get(chatId)?.attempt ?? 0) + 1;
    const timer = clock.schedule(backoffMs(backoff, attempt, ids.random()), () => {
      delayed.set(chatId, { attempt, timer: undefined });
      wake(chatId);
    });
    delayed.set(chatId, { attempt, timer });
  };

  return {
    wake,
    stop: async () => {
      stopped = true;
      due.clear();
      for (const { timer } of delayed.values()) timer?.cancel();
      delayed.clear();
      await Promise.all([...running.values()].map(async ({ turn }) => await turn));
    },
  };
}
