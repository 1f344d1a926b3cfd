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

/** What rises and what falls: green and red, in Korea red and blue. */
export function movementColors(theme: ChartTheme, language: string): Pick<Palette, "up" | "down"> {
  if (language !== "ko") return chartPalette[theme];
  return theme === "dark" ? { up: "#f0616d", down: "#5a95f5" } : { up: "#dc4453", down: "#2f6fe4" };
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
