import type { ChatLine } from "./chat-line.ts";
import { createHeap, type Heap } from "./heap.ts";

/** Where the lines stand whose first is not on the wire: ready, by its id, or waiting, by time. */
export interface Places {
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

export function createPlaces(nowMs: () => number): Places {
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
