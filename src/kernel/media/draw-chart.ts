import { createCanvas } from "@napi-rs/canvas";
import type { EChartsOption } from "echarts";
import {
  BarChart,
  CandlestickChart,
  GaugeChart,
  HeatmapChart,
  LineChart,
  PieChart,
  ScatterChart,
} from "echarts/charts";
import {
  CalendarComponent,
  DatasetComponent,
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  TitleComponent,
  VisualMapComponent,
} from "echarts/components";
import { init, registerTheme, setPlatformAPI, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

import { chartThemes } from "./chart-theme.ts";
import type { Draw } from "./drawing-task.ts";
import { fontFamily } from "./fonts.ts";

export type ChartInput = ChartSource & {
  readonly width: number;
  readonly height: number;
  readonly pixelRatio: number;
  readonly theme: "light" | "dark";
};

type ChartSource = { readonly option: EChartsOption } | { readonly builder: string; readonly input: unknown };

use([
  BarChart,
  CandlestickChart,
  GaugeChart,
  HeatmapChart,
  LineChart,
  PieChart,
  ScatterChart,
  CalendarComponent,
  DatasetComponent,
  GraphicComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  MarkPointComponent,
  TitleComponent,
  VisualMapComponent,
  CanvasRenderer,
]);
for (const [name, theme] of Object.entries(chartThemes)) registerTheme(name, theme);
// ECharts measures text on a canvas of its own.
setPlatformAPI({ createCanvas: () => createCanvas(32, 32) });

/** Draws one chart; the picture is a PNG. */
export const draw: Draw<ChartInput, Uint8Array> = async (input) => {
  const { width, height, pixelRatio, theme } = input;
  const option = "option" in input ? input.option : await buildOption(input.builder, input.input);
  const canvas = createCanvas(width * pixelRatio, height * pixelRatio);
  const chart = init(canvas, theme, { width, height, devicePixelRatio: pixelRatio });
  try {
    chart.setOption({ textStyle: { fontFamily }, ...option, animation: false });
    // The chart's own canvas is ours: what it painted is in `canvas`.
    return await canvas.encode("png");
  } finally {
    chart.dispose();
  }
};

async function buildOption(builder: string, input: unknown): Promise<EChartsOption> {
  const { chartOption } = (await import(builder)) as { readonly chartOption: (input: unknown) => EChartsOption };
  return chartOption(input);
}
