import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";

/** Names one button of one message. */
export type ButtonKey = `${number}:${number}:${number}:${number}`;

export function buttonKey(chatId: number, messageId: number, row: number, column: number): ButtonKey {
  return `${chatId}:${messageId}:${row}:${column}`;
}

export interface Presses {
  /** Buttons whose callback the bot has not answered yet. */
  readonly waiting: ReadonlySignal<ReadonlySet<ButtonKey>>;
  /** Sends the press and waits for its answer; a button that waits already is not pressed twice. */
  readonly press: (key: ButtonKey, send: () => Promise<string>) => Promise<void>;
  /** The bot's answer has come. */
  readonly answered: (queryId: string) => void;
  /** Stops waiting for everything: another persona, or a sandbox that started anew, will not get those answers. */
  readonly clear: () => void;
}

/** Telegram's clients give up showing the progress long before the query itself expires. */
const patienceMs = 30_000;

export function makePresses(onTimeout: () => void): Presses {
  const waiting = signal<ReadonlySet<ButtonKey>>(new Set());
  const byQuery = new Map<string, ButtonKey>();
  /** Answers that overtook the answer to the press itself: they come over another connection. */
  const early = new Set<string>();

  const release = (key: ButtonKey): void => {
    waiting.value = new Set([...waiting.value].filter((other) => other !== key));
  };
  return {
    waiting,
    press: async (key, send) => {
      if (waiting.value.has(key)) return;
      waiting.value = new Set([...waiting.value, key]);
      try {
        const queryId = await send();
        if (early.delete(queryId)) {
          release(key);
          return;
        }
        byQuery.set(queryId, key);
        setTimeout(() => {
          if (byQuery.delete(queryId)) {
            release(key);
            onTimeout();
          }
        }, patienceMs);
      } catch (error) {
        release(key);
        throw error;
      }
    },
    answered: (queryId) => {
      const key = byQuery.get(queryId);
      if (key === undefined) {
        early.add(queryId);
        return;
      }
      byQuery.delete(queryId);
      release(key);
    },
    clear: () => {
      byQuery.clear();
      early.clear();
      waiting.value = new Set();
    },
  };
}
