import type { EChartsOption } from "echarts";

import type { ChartInput } from "./draw-chart.ts";
import type { DrawingProcess } from "./drawing-process.ts";
import type { DrawingTask } from "./drawing-task.ts";

/** Charts as PNG, for messages. */
export interface Charts {
  /** `signal` gives it up. @throws when the option is not one ECharts can draw. */
  readonly render: (chart: Chart, size: ChartSize, signal?: AbortSignal) => Promise<Buffer>;
}

/**
 * An ECharts option as plain data, or, when it needs functions (axis labels in a person's number format), a module
 * exporting `chartOption(input)` that makes it inside the drawing process.
 */
export type Chart = EChartsOption | ChartBuilder;

export interface ChartBuilder {
  readonly builder: URL;
  readonly input: unknown;
}

export interface ChartSize {
  /** In CSS pixels, at most 2000 each way; the picture has `pixelRatio` times as many. */
  readonly width: number;
  readonly height: number;
  /** 2 by default: phones show charts at two to three pixels per point. */
  readonly pixelRatio?: 1 | 2 | 3;
  readonly theme: "light" | "dark";
}

const drawChart: DrawingTask<ChartInput, Uint8Array> = { module: new URL("./draw-chart.ts", import.meta.url) };
const largestSide = 2000;

export function createCharts({ drawing }: { readonly drawing: DrawingProcess }): Charts {
  return {
    render: async (chart, { width, height, pixelRatio = 2, theme }, signal) => {
      if (Math.max(width, height) > largestSide) throw new Error(`a chart of ${width} × ${height} is too large`);
      const source = isBuilder(chart)
        ? ({ builder: chart.builder.href, input: chart.input } as const)
        : ({ option: chart } as const);
      const png = await drawing.run(drawChart, { ...source, width, height, pixelRatio, theme }, { signal });
      return Buffer.from(png.buffer, png.byteOffset, png.byteLength);
    },
  };
}

function isBuilder(chart: Chart): chart is ChartBuilder {
  return "builder" in chart && chart.builder instanceof URL;
}
