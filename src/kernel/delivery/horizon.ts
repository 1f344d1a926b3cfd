import { createHeap, type Heap } from "./heap.ts";

/** A queued delivery as far as choosing needs to know it. The row itself is read again when it is claimed. */
export interface Candidate {
  readonly id: number;
  readonly lane: number;
  readonly chatId: number;
  readonly contentId: number;
  /** Likely an edit of a message that exists. */
  readonly edit: boolean;
  /** Known to have no files: need not be read before it is claimed. */
  readonly textOnly: boolean;
  /** An attempt has failed: not before so many milliseconds from now. */
  readonly waitMs: number;
}

/** What a candidate is told that cannot go yet: until when its chat and lane wait. */
export type Choice = { readonly take: true } | { readonly take: false; readonly chatWaitMs: number } | "stop";

/**
 * The near part of one lane's queue, in memory: bounded, ordered, one line per chat of which only the first may go. The
 * queue itself is in the database; whatever is forgotten here is found by the next look.
 */
export interface Horizon {
  /** Takes it in unless it is known. Beyond a few per chat the rest of the chat stays in the database. */
  readonly offer: (candidate: Candidate) => void;
  /** Asks `choose` about the first of each chat that does not wait, oldest first, until it says stop or `most` are taken. */
  readonly choose: (most: number, choose: (candidate: Candidate) => Choice) => readonly Candidate[];
  /** Taken, and over: finished, or gone from the queue by other hands. The next of its chat may go. */
  readonly finish: (candidate: Candidate) => void;
  /** Taken, and to be tried again. */
  readonly putBack: (candidate: Candidate, waitMs: number) => void;
  /** Chats with nothing left here of which more waits in the database, behind an id: to be read. */
  readonly gaps: () => readonly { readonly chatId: number; readonly afterId: number }[];
  /** What the database had of the chat behind that id, the first `gapSize` in order. */
  readonly fillGap: (chatId: number, candidates: readonly Candidate[]) => void;
  /** What is known of the chat is no longer so: it has another id. */
  readonly forget: (chatId: number) => void;
  /** When the next waiting chat is ready. */
  readonly nextAtMs: () => number | undefined;
  /** How many are known, on the wire included. */
  readonly size: () => number;
  /** How many chats have one that could go now, as far as known here. */
  readonly readyChats: () => number;
}

interface Line {
  readonly chatId: number;
  /** By id; the first one is on the wire when `away`. */
  readonly waiting: Waiting[];
  away: boolean;
  /** More of this chat is in the database, behind this id. */
  moreAfter: number | undefined;
  /** Something came that belongs behind the gap. */
  missed: boolean;
  /** Distinguishes its current place in a heap from older ones. */
  place: number;
  ready: boolean;
}

interface Waiting {
  readonly candidate: Candidate;
  readonly notBeforeMs: number;
}

interface Place {
  readonly line: Line;
  readonly place: number;
}

/** More would only fill memory: a chat gets about one a second. */
const mostPerChat = 8;
/** One more than is kept, to see whether there is more. */
export const gapSize = mostPerChat + 1;

export function createHorizon(nowMs: () => number): Horizon {
  const lines = new Map<number, Line>();
  const ready = createHeap<Place>();
  const parked = createHeap<Place>();
  const exhausted = new Set<Line>();
  let known = 0;
  let readyCount = 0;

  const leavePlace = (line: Line): void => {
    line.place += 1;
    if (line.ready) readyCount -= 1;
    line.ready = false;
  };
  const setPlace = (line: Line, heap: Heap<Place>, key: number): void => {
    leavePlace(line);
    heap.add(key, { line, place: line.place });
    if (heap !== ready) return;
    line.ready = true;
    readyCount += 1;
  };
  const place = (line: Line): void => {
    const [head] = line.waiting;
    if (line.away || head === undefined) return;
    if (head.notBeforeMs > nowMs()) setPlace(line, parked, head.notBeforeMs);
    else setPlace(line, ready, head.candidate.id);
  };
  const unpark = (): void => {
    const now = nowMs();
    for (let top = parked.peek(); top !== undefined && top.key <= now; top = parked.peek()) {
      parked.pop();
      const { line, place: at } = top.value;
      const [head] = line.waiting;
      if (line.place === at && head !== undefined) setPlace(line, ready, head.candidate.id);
    }
  };
  /** Takes out what is known of it. @returns its line when it was the first of it. */
  const remove = (candidate: Candidate): Line | undefined => {
    const line = lines.get(candidate.chatId);
    const index = line?.waiting.findIndex((waiting) => waiting.candidate.id === candidate.id) ?? -1;
    if (line === undefined || index < 0) return undefined;
    line.waiting.splice(index, 1);
    known -= 1;
    if (index > 0) return undefined;
    leavePlace(line);
    line.away = false;
    return line;
  };
  const insert = (line: Line, candidate: Candidate): void => {
    const { waiting } = line;
    if (waiting.some((known) => known.candidate.id === candidate.id)) return;
    let at = waiting.length;
    while (at > 0 && (waiting[at - 1]?.candidate.id ?? 0) > candidate.id) at -= 1;
    // The one on the wire stays first, even when an older one turns up.
    if (line.away && at === 0) at = 1;
    if (at >= mostPerChat) {
      line.moreAfter = candidate.id - 1;
      return;
    }
    waiting.splice(at, 0, { candidate, notBeforeMs: candidate.waitMs > 0 ? nowMs() + candidate.waitMs : 0 });
    known += 1;
    if (waiting.length > mostPerChat) {
      const last = waiting.pop();
      known -= 1;
      if (last !== undefined) line.moreAfter = last.candidate.id - 1;
    }
    if (at === 0) place(line);
  };

  const settle = (line: Line): void => {
    if (line.waiting.length > 0) place(line);
    else if (line.moreAfter === undefined) lines.delete(line.chatId);
    else exhausted.add(line);
  };

  return {
    offer: (candidate) => {
      let line = lines.get(candidate.chatId);
      if (line === undefined) {
        line = {
          chatId: candidate.chatId,
          waiting: [],
          away: false,
          moreAfter: undefined,
          missed: false,
          place: 0,
          ready: false,
        };
        lines.set(candidate.chatId, line);
      }
      if (line.moreAfter === undefined || candidate.id <= line.moreAfter) insert(line, candidate);
      // Behind a gap: it is read with what is in the gap.
      else line.missed = true;
    },
    choose: (most, choose) => {
      unpark();
      const taken: Candidate[] = [];
      while (taken.length < most) {
        const top = ready.peek();
        if (top === undefined) break;
        const { line, place: at } = top.value;
        const [head] = line.waiting;
        if (line.place !== at || head === undefined) {
          ready.pop();
          continue;
        }
        const choice = choose(head.candidate);
        if (choice === "stop") break;
        ready.pop();
        if (choice.take) {
          leavePlace(line);
          line.away = true;
          taken.push(head.candidate);
        } else {
          setPlace(line, parked, nowMs() + choice.chatWaitMs);
        }
      }
      return taken;
    },
    finish: (candidate) => {
      const line = remove(candidate);
      if (line !== undefined) settle(line);
    },
    putBack: (candidate, waitMs) => {
      const line = remove(candidate);
      if (line === undefined) return;
      // First again, whatever else has come.
      line.waiting.unshift({ candidate, notBeforeMs: nowMs() + waitMs });
      known += 1;
      place(line);
    },
    gaps: () => {
      const chats = [...exhausted].map(({ chatId, moreAfter = 0 }) => ({ chatId, afterId: moreAfter }));
      for (const line of exhausted) line.missed = false;
      return chats;
    },
    fillGap: (chatId, candidates) => {
      const line = lines.get(chatId);
      if (line === undefined) return;
      exhausted.delete(line);
      line.moreAfter = undefined;
      for (const candidate of candidates) if (line.moreAfter === undefined) insert(line, candidate);
      // Came while the gap was being read: perhaps too late to be among what was found.
      if (line.missed) line.moreAfter ??= candidates.at(-1)?.id ?? 0;
      line.missed = false;
      if (line.waiting.length === 0) settle(line);
    },
    forget: (chatId) => {
      const line = lines.get(chatId);
      if (line === undefined) return;
      leavePlace(line);
      known -= line.waiting.length;
      exhausted.delete(line);
      lines.delete(chatId);
    },
    nextAtMs: () => {
      for (let top = parked.peek(); top !== undefined; top = parked.peek()) {
        if (top.value.line.place === top.value.place) return top.key;
        parked.pop();
      }
      return undefined;
    },
    size: () => known,
    readyChats: () => readyCount,
  };
}
