import type { Message } from "@grammyjs/types";

import type { Problem } from "./schema/decode.ts";

/** Something the bot did to a chat, and Telegram accepted, whether or not the answer reached the bot. */
export interface JournalEntry {
  readonly method: string;
  readonly chatId: number;
  readonly messageId: number;
  /** Text or caption; absent for media without one. */
  readonly text?: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** A call that breaks the schema, whether or not Telegram minds. */
export interface InvalidCall {
  readonly method: string;
  readonly problems: readonly Problem[];
}

/** What the tests ask at the end of a story. */
export interface Journal {
  /** New messages of the bot, in the order Telegram accepted them. */
  readonly sends: readonly JournalEntry[];
  readonly edits: readonly JournalEntry[];
  /** Journeys assert that this is empty. */
  readonly invalidCalls: readonly InvalidCall[];
  /** Answered calls by method. */
  readonly calls: ReadonlyMap<string, number>;
  /** 429s by reason: the limit that was broken, `impatient` (before an earlier `retry_after` was over), or `fault`. */
  readonly refusedByRate: ReadonlyMap<string, number>;
  readonly clear: () => void;
}

export interface JournalWriter extends Journal {
  readonly noteCall: (method: string, problems: readonly Problem[]) => void;
  /** Messages that a call has made or changed; calls that only read have none. */
  readonly noteMessages: (method: string, messages: readonly Message[], at: number) => void;
  readonly noteRateLimit: (reason: string) => void;
}

export function makeJournal(): JournalWriter {
  const sends: JournalEntry[] = [];
  const edits: JournalEntry[] = [];
  const invalidCalls: InvalidCall[] = [];
  const calls = new Map<string, number>();
  const refusedByRate = new Map<string, number>();
  return {
    sends,
    edits,
    invalidCalls,
    calls,
    refusedByRate,
    noteCall: (method, problems) => {
      calls.set(method, (calls.get(method) ?? 0) + 1);
      if (problems.length > 0) invalidCalls.push({ method, problems });
    },
    noteMessages: (method, messages, at) => {
      const isEdit = method.startsWith("edit");
      if (!isEdit && !/^(send|copy|forward)/.test(method)) return;
      for (const message of messages) (isEdit ? edits : sends).push(entryOf(method, message, at));
    },
    noteRateLimit: (reason) => {
      refusedByRate.set(reason, (refusedByRate.get(reason) ?? 0) + 1);
    },
    clear: () => {
      sends.length = 0;
      edits.length = 0;
      invalidCalls.length = 0;
      calls.clear();
      refusedByRate.clear();
    },
  };
}

function entryOf(method: string, message: Message, at: number): JournalEntry {
  const text = message.text ?? message.caption;
  const entry = { method, chatId: message.chat.id, messageId: message.message_id, at };
  return text === undefined ? entry : { ...entry, text };
}
