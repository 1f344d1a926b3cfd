import type { Message } from "@grammyjs/types";
import { signal } from "@preact/signals";

/** What is being written in one chat or topic. */
export interface Draft {
  readonly text: string;
  readonly replyTo?: Message | undefined;
  /** The own message whose text is being changed; `text` is the new one. */
  readonly editing?: Message | undefined;
  /** The forced reply that was waved away; a new one asks again. */
  readonly declined?: number | undefined;
}

/** Names a chat or a topic for one persona. */
export interface Place {
  readonly meId: number;
  readonly chatId: number;
  readonly threadId: number | undefined;
}

export interface Drafts {
  readonly of: (place: Place) => Draft;
  readonly change: (place: Place, change: Partial<Draft>) => void;
}

const empty: Draft = { text: "" };

/** Unsent texts, so that looking into another chat loses nothing. In memory only. */
export function makeDrafts(): Drafts {
  const drafts = signal<Readonly<Record<string, Draft>>>({});
  const keyOf = ({ meId, chatId, threadId }: Place): string => [meId, chatId, threadId ?? ""].join(":");
  return {
    of: (place) => drafts.value[keyOf(place)] ?? empty,
    change: (place, change) => {
      const key = keyOf(place);
      drafts.value = { ...drafts.value, [key]: { ...(drafts.value[key] ?? empty), ...change } };
    },
  };
}
