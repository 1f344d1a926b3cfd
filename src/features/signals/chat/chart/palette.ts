export type ChartTheme = "light" | "dark";

interface Palette {
  readonly entry: string;
  readonly target: string;
  readonly stop: string;
  /** Letters on the colours of the levels. */
  readonly onLevel: string;
  readonly up: string;
  readonly down: string;
  /** Where neither is won nor lost. */
  readonly zero: string;
}

/** The colours of the levels; candles have the theme's own. */
export const chartPalette: Readonly<Record<ChartTheme, Palette>> = {
  light: {
    entry: "#2f6fe4",
    target: "#0d8a60",
    stop: "#cc3344",
    onLevel: "#ffffff",
    up: "#129b6d",
    down: "#dc4453",
    zero: "#8d99a8",
  },
  dark: {
    entry: "#5ea2ff",
    target: "#2fc58f",
    stop: "#f0616d",
    onLevel: "#101820",
    up: "#2fc58f",
    down: "#f0616d",
    zero: "#7c8c9c",
  },
};
