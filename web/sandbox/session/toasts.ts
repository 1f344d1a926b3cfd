import { signal } from "@preact/signals";
import type { ReadonlySignal } from "@preact/signals";

export interface Toast {
  readonly id: number;
  readonly text: string;
}

export interface Toasts {
  readonly shown: ReadonlySignal<readonly Toast[]>;
  readonly show: (text: string) => void;
}

/** Long enough to read two lines twice. */
const shownMs = 4500;
const mostShown = 3;

/** Short notices that go away by themselves. The same text shown again starts anew instead of piling up. */
export function makeToasts(): Toasts {
  const shown = signal<readonly Toast[]>([]);
  let nextId = 1;
  return {
    shown,
    show: (text) => {
      const id = nextId;
      nextId += 1;
      shown.value = [...shown.value.filter((toast) => toast.text !== text), { id, text }].slice(-mostShown);
      setTimeout(() => {
        shown.value = shown.value.filter((toast) => toast.id !== id);
      }, shownMs);
    },
  };
}
