import { signal } from "@preact/signals";

import type { SandboxState } from "../../../src/sandbox/protocol.ts";
import type { ReadUpTo } from "../model/chat-list.ts";

type Marks = Readonly<Record<string, number>>;

export interface ReadMarks {
  readonly of: (meId: number) => ReadUpTo;
  readonly mark: (
    place: { readonly meId: number; readonly chatId: number; readonly threadId?: number | undefined },
    messageId: number,
  ) => void;
  /** Forgets marks above every message of their chat: the sandbox was reset and counts from the start again. */
  readonly prune: (state: SandboxState) => void;
}

const storageKey = "telecast.sandbox.read";

/** What each persona has read, kept for this tab: the sandbox itself knows no read marks, just as bots do not. */
export function makeReadMarks(storage: Storage): ReadMarks {
  const marks = signal<Marks>(load(storage));
  const save = (next: Marks): void => {
    marks.value = next;
    storage.setItem(storageKey, JSON.stringify(next));
  };
  return {
    of: (meId) => (chatId, threadId) => marks.value[keyOf(meId, chatId, threadId)] ?? 0,
    mark: ({ meId, chatId, threadId }, messageId) => {
      const key = keyOf(meId, chatId, threadId);
      if (messageId > (marks.peek()[key] ?? 0)) save({ ...marks.peek(), [key]: messageId });
    },
    prune: (state) => {
      const kept = Object.entries(marks.value).filter(([key, mark]) => {
        const [meId, chatId] = key.split(":");
        const last = state.messages[chatId ?? ""]?.at(-1)?.message_id ?? 0;
        return meId !== String(state.me.id) || mark <= last;
      });
      if (kept.length < Object.keys(marks.value).length) save(Object.fromEntries(kept));
    },
  };
}

function keyOf(meId: number, chatId: number, threadId: number | undefined): string {
  return [meId, chatId, threadId ?? ""].join(":");
}

function load(storage: Storage): Marks {
  try {
    return JSON.parse(storage.getItem(storageKey) ?? "{}") as Marks;
  } catch {
    // Written by something else: everything counts as unread, which is harmless.
    return {};
  }
}
