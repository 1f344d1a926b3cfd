import type { JSX } from "preact";

import { initials } from "../format.ts";

const hues = 7;

interface AvatarProps {
  /** Chooses the colour, so that a chat keeps it. */
  readonly id: number;
  readonly name: string;
  readonly size?: "small" | "medium" | "large";
  /** The bot has a sign instead of initials. */
  readonly isBot?: boolean;
}

/** Decoration beside a name; hidden from assistive technology. */
export function Avatar({ id, name, size = "medium", isBot = false }: AvatarProps): JSX.Element {
  return (
    <span class={`avatar avatar-${size}`} data-hue={isBot ? "bot" : Math.abs(id) % hues} aria-hidden="true">
      {isBot ? <BotSign /> : initials(name)}
    </span>
  );
}

/** Waves going out from a point: one sender, many receivers. */
export function BotSign(): JSX.Element {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      aria-hidden="true"
    >
      <path d="M10.8 9.2v5.6l4.6-2.8z" fill="currentColor" stroke-linejoin="round" />
      <path d="M6.9 7.2a7 7 0 0 0 0 9.6M17.6 7.6a6.5 6.5 0 0 1 0 8.8M4 4.8a10.6 10.6 0 0 0 0 14.4M20.4 5.2a10 10 0 0 1 0 13.6" />
    </svg>
  );
}
