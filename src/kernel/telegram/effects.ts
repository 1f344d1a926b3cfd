import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import { isTelegramFailure } from "./bot-api-errors.ts";
import type { BotApi } from "./bot-api.ts";
import type { UpdateContext } from "./route.ts";

type Action = Parameters<UpdateContext["showAction"]>[0];

/** What an update asks Telegram for directly. Collected while it is handled, done after the commit, lost without harm. */
export interface Effects {
  readonly answer: (text: string, options?: { readonly alert?: boolean }) => void;
  readonly showAction: (chatId: number, threadId: number | undefined, action: Action) => void;
  /** Forgets what an attempt that was rolled back had asked for. */
  readonly clear: () => void;
  /** Does it all at once. A pressed button is answered in any case: until then it shows a spinner. Never rejects. */
  readonly perform: (callbackQueryId: string | undefined) => Promise<void>;
}

const timeoutMs = 10_000;
const longestAnswer = 200;

export function collectEffects(api: BotApi, log: Logger): Effects {
  let answer: { readonly text: string; readonly show_alert: boolean } | undefined;
  let actions: (() => Promise<unknown>)[] = [];

  return {
    answer: (text, { alert = false } = {}) => {
      answer = { text: text.length > longestAnswer ? `${text.slice(0, longestAnswer - 1)}…` : text, show_alert: alert };
    },
    showAction: (chatId, threadId, action) => {
      actions.push(
        async () =>
          await api.call(
            "sendChatAction",
            { chat_id: chatId, action, ...(threadId !== undefined && { message_thread_id: threadId }) },
            { timeoutMs },
          ),
      );
    },
    clear: () => {
      answer = undefined;
      actions = [];
    },
    perform: async (callbackQueryId) => {
      const calls = [...actions];
      if (callbackQueryId !== undefined) {
        calls.push(
          async () =>
            await api.call("answerCallbackQuery", { callback_query_id: callbackQueryId, ...answer }, { timeoutMs }),
        );
      }
      await Promise.all(calls.map(async (call) => await attempt(call, log)));
    },
  };
}

/** Answers buttons that a process handled but did not live to answer. What was to be said is lost; the spinner ends. */
export async function answerLeftOver(api: BotApi, callbackQueryIds: readonly string[], log: Logger): Promise<void> {
  for (const id of callbackQueryIds) {
    await attempt(async () => await api.call("answerCallbackQuery", { callback_query_id: id }, { timeoutMs }), log);
  }
}

async function attempt(call: () => Promise<unknown>, log: Logger): Promise<void> {
  try {
    await call();
  } catch (error) {
    // An answer that comes after Telegram gave up waiting, a chat that is gone: nothing depends on it.
    const isExpected = isTelegramFailure(error);
    log[isExpected ? "debug" : "error"]({ err: toError(error).message }, "effect failed");
  }
}
