import { effect, signal } from "@preact/signals";
import type { Signal } from "@preact/signals";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const storageKey = "telecast.theme";

/** The chosen colours, remembered in `storage` and set as `data-theme` on `root`; `system` leaves it to the browser. */
export function makeTheme(root: HTMLElement, storage: Storage): Signal<Theme> {
  const stored = storage.getItem(storageKey);
  const theme = signal<Theme>(themes.find((one) => one === stored) ?? "system");
  effect(() => {
    root.dataset["theme"] = theme.value;
    storage.setItem(storageKey, theme.value);
  });
  return theme;
}
