import type { JSX } from "preact";

/** Line icons on a 24-unit grid, drawn for these pages. */
const paths = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  chevron: "M6 9.5l6 6 6-6",
  down: "M12 5v14M6 13l6 6 6-6",
  more: "M12 4.1a1.4 1.4 0 1 1 0 2.8a1.4 1.4 0 0 1 0-2.8zM12 10.6a1.4 1.4 0 1 1 0 2.8a1.4 1.4 0 0 1 0-2.8zM12 17.1a1.4 1.4 0 1 1 0 2.8a1.4 1.4 0 0 1 0-2.8z",
  attach: "M20 11.5l-8.1 8.1a5 5 0 0 1-7.1-7.1l8.4-8.4a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.6-7.6",
  send: "M4.5 19.5l16-7.5-16-7.5 2.5 7.5zM7 12h8",
  slash: "M4.5 4.5h15v15h-15zM14 8l-4 8",
  keyboard: "M3.5 6.5h17v11h-17zM7 10v.01M12 10v.01M17 10v.01M8.5 14h7",
  reply: "M9.5 6L4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6v1",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  group:
    "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11zM3 19c.3-3.4 2.7-5.4 6-5.4s5.7 2 6 5.4M16 5a3 3 0 0 1 0 5.8M17.5 14c2 .6 3.3 2.3 3.5 5",
  person: "M12 11.5a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6zM5 20c.4-3.9 3.2-6 7-6s6.6 2.1 7 6",
  hash: "M9.5 4L7.5 20M16.5 4l-2 16M4.5 9h15.5M4 15h15.5",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.6v.01",
  block: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM5.8 5.8l12.4 12.4",
  restart: "M4.5 12a7.5 7.5 0 1 1 2.2 5.3M4.5 20v-4.5H9",
  up: "M12 19V5M6 11l6-6 6 6",
  code: "M8.5 7L3.5 12l5 5M15.5 7l5 5-5 5M13.5 5l-3 14",
  bolt: "M13 3L5.5 13.5H11L10 21l8-11h-5.8z",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  file: "M7 3.5h7l4 4v13H7zM14 3.5v4h4",
  music: "M9 17.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM9 17.5V6l10-2v11.5M19 15.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  link: "M7 17L17 7M9 7h8v8",
  window: "M4 5h16v14H4zM4 9.5h16",
  tick: "M5 12.5l4.5 4.5L19 7.5",
  ticks: "M2.5 12.5L7 17l9.5-9.5M12 16l1 1 9-9.5",
  warn: "M12 4L2.8 19.5h18.4zM12 10v4.5M12 17v.01",
  play: "M8 5.5v13l11-6.5z",
  pencil: "M4.5 19.5l1-4.5L16 4.5l3.5 3.5L9 18.5z",
  pin: "M9 4h6l-.8 6 3.3 3.5H6.5L9.8 10zM12 13.5V20",
  plus: "M12 5v14M5 12h14",
  trash: "M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13",
} as const;

export type IconName = keyof typeof paths;

const filled: ReadonlySet<IconName> = new Set(["play", "more"]);

/** Decoration only: whatever carries an icon has its own accessible name. */
export function Icon({ name, size = 22 }: { readonly name: IconName; readonly size?: number }): JSX.Element {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={filled.has(name) ? "currentColor" : "none"}
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}

/** A Telegram Star. */
export function Star({ size = 16 }: { readonly size?: number }): JSX.Element {
  return (
    <svg class="star" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path
        d="M12 2.6l2.75 5.9 6.45.750-4.78 4.4 1.28 6.4L12 16.85l-5.7 3.2 1.28-6.4L2.8 9.25l6.45-.75z"
        fill="currentColor"
        stroke="currentColor"
        stroke-width="1.6"
        stroke-linejoin="round"
      />
    </svg>
  );
}
