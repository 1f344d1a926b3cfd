import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";

export interface BotAction {
  readonly action: string;
  readonly threadId: number | undefined;
}

export interface Typing {
  /** What the bot is doing, by chat id. */
  readonly current: ReadonlySignal<Readonly<Record<string, BotAction | undefined>>>;
  readonly begin: (chatId: number, action: BotAction) => void;
  readonly end: (chatId: number) => void;
}

/** Telegram shows a chat action for this long unless it is repeated. */
const shownMs = 5000;

export function makeTyping(): Typing {
  const current = signal<Readonly<Record<string, BotAction | undefined>>>({});
  const timers = new Map<number, ReturnType<typeof setTimeout>>();
  const end = (chatId: number): void => {
    clearTimeout(timers.get(chatId));
    timers.delete(chatId);
    if (current.value[chatId] !== undefined) current.value = { ...current.value, [chatId]: undefined };
  };
  return {
    current,
    end,
    begin: (chatId, action) => {
      end(chatId);
      current.value = { ...current.value, [chatId]: action };
      timers.set(
        chatId,
        setTimeout(() => {
          end(chatId);
        }, shownMs),
      );
    },
  };
}
