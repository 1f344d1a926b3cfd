import { fontFamily } from "./fonts.ts";

interface Colors {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly grid: string;
  readonly up: string;
  readonly down: string;
  readonly series: readonly string[];
}

const light: Colors = {
  background: "#ffffff",
  text: "#1c2430",
  muted: "#6b7685",
  line: "#c9d1db",
  grid: "#edf0f4",
  up: "#129b6d",
  down: "#dc4453",
  series: ["#2f7cf6", "#12a67a", "#f09a2c", "#8b5cf6", "#e0527a", "#12a3c4", "#8d99a8"],
};

const dark: Colors = {
  background: "#17212b",
  text: "#e9eef4",
  muted: "#8fa0b3",
  line: "#34434f",
  grid: "#22303c",
  up: "#2fc58f",
  down: "#f0616d",
  series: ["#5ea2ff", "#35cf9c", "#ffb454", "#a98bff", "#ff7fa3", "#45c7e6", "#9fb0c2"],
};

/** As ECharts' `registerTheme` takes them. The dark one sits well in Telegram's dark chats. */
export const chartThemes = { light: theme(light), dark: theme(dark) };

function theme(colors: Colors): Record<string, unknown> {
  const text = (color: string, fontSize: number): object => ({ color, fontSize, fontFamily });
  const axis = {
    axisLine: { lineStyle: { color: colors.line } },
    axisTick: { show: false },
    axisLabel: text(colors.muted, 13),
    nameTextStyle: text(colors.muted, 13),
    splitLine: { lineStyle: { color: colors.grid } },
  };
  return {
    color: colors.series,
    backgroundColor: colors.background,
    textStyle: { fontFamily },
    title: {
      left: 20,
      top: 14,
      itemGap: 8,
      textStyle: { ...text(colors.text, 20), fontWeight: 700 },
      subtextStyle: text(colors.muted, 14),
    },
    legend: { textStyle: text(colors.muted, 13), icon: "roundRect", itemWidth: 12, itemHeight: 12 },
    grid: { left: 56, right: 56, top: 96, bottom: 44 },
    categoryAxis: { ...axis, splitLine: { show: false } },
    timeAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    logAxis: { ...axis, axisLine: { show: false } },
    line: { symbol: "none", lineStyle: { width: 2.5 } },
    bar: { label: text(colors.text, 13) },
    pie: { label: text(colors.text, 13), itemStyle: { borderColor: colors.background, borderWidth: 2 } },
    candlestick: {
      itemStyle: {
        color: colors.up,
        color0: colors.down,
        borderColor: colors.up,
        borderColor0: colors.down,
      },
    },
    gauge: { title: { color: colors.muted }, detail: { color: colors.text } },
    markPoint: { label: text(colors.background, 12) },
    markLine: { symbol: "none", label: { position: "insideEndTop", ...text(colors.text, 13), textBorderWidth: 0 } },
    visualMap: { textStyle: text(colors.muted, 13) },
  };
}
