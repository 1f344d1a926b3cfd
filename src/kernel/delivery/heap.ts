/** A binary heap: the least key first. Entries are not moved or removed; who changes one's place adds it anew and skips the old. */
export interface Heap<T> {
  readonly add: (key: number, value: T) => void;
  readonly peek: () => { readonly key: number; readonly value: T } | undefined;
  readonly pop: () => { readonly key: number; readonly value: T } | undefined;
  readonly size: () => number;
}

export function createHeap<T>(): Heap<T> {
  const entries: { readonly key: number; readonly value: T }[] = [];
  const keyAt = (index: number): number => entries[index]?.key ?? Number.POSITIVE_INFINITY;

  const swap = (a: number, b: number): void => {
    const [first, second] = [entries[a], entries[b]];
    if (first === undefined || second === undefined) return;
    entries[a] = second;
    entries[b] = first;
  };

  return {
    add: (key, value) => {
      let at = entries.push({ key, value }) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (keyAt(parent) <= key) break;
        swap(at, parent);
        at = parent;
      }
    },
    peek: () => entries[0],
    pop: () => {
      const [top] = entries;
      const last = entries.pop();
      if (last === undefined || entries.length === 0) return top;
      entries[0] = last;
      for (let at = 0; ;) {
        const left = 2 * at + 1;
        const least = keyAt(left + 1) < keyAt(left) ? left + 1 : left;
        if (keyAt(least) >= keyAt(at)) return top;
        swap(at, least);
        at = least;
      }
    },
    size: () => entries.length,
  };
}
