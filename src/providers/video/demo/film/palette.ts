/** The colours of a film, `#rrggbb`. */
export interface Palette {
  /** The sky from above to the horizon. */
  readonly top: string;
  readonly middle: string;
  readonly bottom: string;
  /** Sun, moon, lamps. */
  readonly glow: string;
  /** Landscapes go from the far tint to the near one. */
  readonly far: string;
  readonly near: string;
  /** One word of the caption, and small lights. */
  readonly accent: string;
  /** Decides the soundtrack's mode. */
  readonly bright: boolean;
}

export const palettes = {
  dawn: {
    top: "#3a3f7a",
    middle: "#c5718f",
    bottom: "#ffd0a1",
    glow: "#fff1d0",
    far: "#a8688a",
    near: "#2a1d3f",
    accent: "#ffe08a",
    bright: true,
  },
  day: {
    top: "#1d6fd1",
    middle: "#63b3ee",
    bottom: "#d9f0f7",
    glow: "#fffbe2",
    far: "#6fa6b8",
    near: "#12404a",
    accent: "#fff07a",
    bright: true,
  },
  meadow: {
    top: "#2c7da0",
    middle: "#8fd0c0",
    bottom: "#f3f0c2",
    glow: "#fffadb",
    far: "#7fb08a",
    near: "#173b2c",
    accent: "#ffe56b",
    bright: true,
  },
  dusk: {
    top: "#1c1446",
    middle: "#8c2f6b",
    bottom: "#ff8a5c",
    glow: "#ffd59a",
    far: "#6b2a5e",
    near: "#150b2b",
    accent: "#ffc46b",
    bright: false,
  },
  ember: {
    top: "#22101f",
    middle: "#8a2630",
    bottom: "#ff9a4d",
    glow: "#ffe3ac",
    far: "#71263a",
    near: "#1a0a14",
    accent: "#ffd166",
    bright: false,
  },
  night: {
    top: "#050817",
    middle: "#12204b",
    bottom: "#2f4a86",
    glow: "#e6efff",
    far: "#223766",
    near: "#060a1a",
    accent: "#9ad1ff",
    bright: false,
  },
  violet: {
    top: "#0d0524",
    middle: "#3d1a78",
    bottom: "#b05bd0",
    glow: "#f5dcff",
    far: "#4b2387",
    near: "#0c051f",
    accent: "#7df5e4",
    bright: false,
  },
  neon: {
    top: "#07061c",
    middle: "#2a0f52",
    bottom: "#d02e8e",
    glow: "#ffe0f7",
    far: "#38186b",
    near: "#0a0719",
    accent: "#4ff3e6",
    bright: false,
  },
  winter: {
    top: "#0a1f33",
    middle: "#27608a",
    bottom: "#bfe3ea",
    glow: "#f4fdff",
    far: "#5f93ab",
    near: "#0b2233",
    accent: "#bff6ff",
    bright: true,
  },
  teal: {
    top: "#04202a",
    middle: "#0c5a63",
    bottom: "#6fd3b4",
    glow: "#e8fff2",
    far: "#157078",
    near: "#03181e",
    accent: "#ffd98a",
    bright: true,
  },
} as const satisfies Record<string, Palette>;

export type PaletteName = keyof typeof palettes;

/** `#rrggbb` with an opacity from 0 to 1. */
export function fade(color: string, opacity: number): string {
  const [r, g, b] = channels(color);
  return `rgba(${r}, ${g}, ${b}, ${opacity})`;
}

/** From `a` (0) to `b` (1). */
export function mix(a: string, b: string, share: number): string {
  const [from, to] = [channels(a), channels(b)];
  const hex = from.map((value, i) =>
    Math.round(value + ((to[i] ?? 0) - value) * share)
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${hex.join("")}`;
}

function channels(color: string): readonly [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
