import { type ChatLine, gapSize, has, insert, newLine, takeOut } from "./chat-line.ts";
import { createHeap, type Heap } from "./heap.ts";

export { gapSize };

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

/** What a candidate is told: go, wait with the rest of its chat and lane, or nobody of this lane goes now. */
export type Choice = { readonly take: true } | { readonly take: false; readonly chatWaitMs: number } | "stop";

/**
 * The near part of one lane's queue, in memory: bounded, ordered, one line per chat of which only the first may go. The
 * queue itself is in the database; whatever is forgotten here is found by the next look.
 */
export interface Horizon {
  /** Takes it in unless it is known. Beyond a few per chat the rest of the chat stays in the database. */
  readonly offer: (candidate: Candidate) => void;
  /** Asks about the first of each chat that does not wait, oldest first, until told to stop or `most` are taken. */
  readonly choose: (most: number, choose: (candidate: Candidate) => Choice) => readonly Candidate[];
  /** Over: finished, or gone from the queue by other hands. The next of its chat may go. */
  readonly finish: (candidate: Candidate) => void;
  /** Taken, and to be tried again. */
  readonly putBack: (candidate: Candidate, waitMs: number) => void;
  /** Chats with nothing left here of which more waits in the database, behind an id: to be read. */
  readonly gaps: () => readonly { readonly chatId: number; readonly afterId: number }[];
  readonly hasGaps: () => boolean;
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

export function createHorizon(nowMs: () => number): Horizon {
  const lines = new Map<number, ChatLine>();
  const exhausted = new Set<ChatLine>();
  const places = createPlaces(nowMs);
  let known = 0;

  const take = (line: ChatLine, candidate: Candidate): void => {
    if (has(line, candidate)) return;
    const notBeforeMs = candidate.waitMs > 0 ? nowMs() + candidate.waitMs : 0;
    const { first, added } = insert(line, { candidate, notBeforeMs });
    known += added;
    if (first) places.set(line);
  };
  /** @returns its line when it was the first of it. */
  const remove = (candidate: Candidate): ChatLine | undefined => {
    const line = lines.get(candidate.chatId);
    const index = line && takeOut(line, candidate);
    if (index === undefined) return undefined;
    known -= 1;
    if (line === undefined || index > 0) return undefined;
    places.leave(line);
    line.away = false;
    return line;
  };
  const settle = (line: ChatLine): void => {
    if (line.waiting.length > 0) places.set(line);
    else if (line.moreAfter === undefined) lines.delete(line.chatId);
    else exhausted.add(line);
  };

  return {
    offer: (candidate) => {
      const line = lines.get(candidate.chatId) ?? newLine(candidate.chatId);
      lines.set(candidate.chatId, line);
      if (line.moreAfter === undefined || candidate.id <= line.moreAfter) take(line, candidate);
      // Behind a gap: it is read with what is in the gap.
      else line.missed = true;
    },
    choose: (most, choose) => chooseFrom(places, most, choose),
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
      places.set(line);
    },
    gaps: () => {
      for (const line of exhausted) line.missed = false;
      return [...exhausted].map(({ chatId, moreAfter = 0 }) => ({ chatId, afterId: moreAfter }));
    },
    hasGaps: () => exhausted.size > 0,
    fillGap: (chatId, candidates) => {
      const line = lines.get(chatId);
      if (line === undefined) return;
      exhausted.delete(line);
      line.moreAfter = undefined;
      for (const candidate of candidates) if (line.moreAfter === undefined) take(line, candidate);
      // Came while the gap was being read: perhaps too late to be among what was found.
      if (line.missed) line.moreAfter ??= candidates.at(-1)?.id ?? 0;
      line.missed = false;
      if (line.waiting.length === 0) settle(line);
    },
    forget: (chatId) => {
      const line = lines.get(chatId);
      if (line === undefined) return;
      places.leave(line);
      known -= line.waiting.length;
      exhausted.delete(line);
      lines.delete(chatId);
    },
    nextAtMs: places.nextAtMs,
    size: () => known,
    readyChats: places.readyCount,
  };
}

/** Where the lines stand whose first is not on the wire: ready, by its id, or waiting, by time. */
interface Places {
  readonly set: (line: ChatLine) => void;
  readonly park: (line: ChatLine, forMs: number) => void;
  readonly leave: (line: ChatLine) => void;
  /** The line with the oldest first that is ready. */
  readonly first: () => ChatLine | undefined;
  readonly nextAtMs: () => number | undefined;
  readonly readyCount: () => number;
}

interface Place {
  readonly line: ChatLine;
  readonly place: number;
}

function createPlaces(nowMs: () => number): Places {
  const ready = createHeap<Place>();
  const parked = createHeap<Place>();
  let readyCount = 0;

  const leave = (line: ChatLine): void => {
    line.place += 1;
    if (line.ready) readyCount -= 1;
    line.ready = false;
  };
  const setIn = (heap: Heap<Place>, line: ChatLine, key: number): void => {
    leave(line);
    heap.add(key, { line, place: line.place });
    if (heap !== ready) return;
    line.ready = true;
    readyCount += 1;
  };
  const set = (line: ChatLine): void => {
    const [head] = line.waiting;
    if (line.away || head === undefined) return;
    if (head.notBeforeMs > nowMs()) setIn(parked, line, head.notBeforeMs);
    else setIn(ready, line, head.candidate.id);
  };
  /** The top whose line still stands there. */
  const top = (heap: Heap<Place>): { readonly key: number; readonly line: ChatLine } | undefined => {
    for (let entry = heap.peek(); entry !== undefined; entry = heap.peek()) {
      const { line, place } = entry.value;
      if (line.place === place) return { key: entry.key, line };
      heap.pop();
    }
    return undefined;
  };
  return {
    set,
    park: (line, forMs) => {
      setIn(parked, line, nowMs() + forMs);
    },
    leave,
    first: () => {
      const now = nowMs();
      for (let next = top(parked); next !== undefined && next.key <= now; next = top(parked)) {
        const [head] = next.line.waiting;
        if (head === undefined) leave(next.line);
        else setIn(ready, next.line, head.candidate.id);
      }
      return top(ready)?.line;
    },
    nextAtMs: () => top(parked)?.key,
    readyCount: () => readyCount,
  };
}

function chooseFrom(places: Places, most: number, choose: (candidate: Candidate) => Choice): readonly Candidate[] {
  const taken: Candidate[] = [];
  while (taken.length < most) {
    const line = places.first();
    const candidate = line?.waiting[0]?.candidate;
    if (line === undefined || candidate === undefined) break;
    const choice = choose(candidate);
    if (choice === "stop") break;
    if (choice.take) {
      places.leave(line);
      line.away = true;
      taken.push(candidate);
    } else {
      places.park(line, choice.chatWaitMs);
    }
  }
  return taken;
}
