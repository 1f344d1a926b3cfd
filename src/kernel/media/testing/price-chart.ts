import type { EChartsOption } from "echarts";

/** An option with a function, which could not cross the border as data. */
export function chartOption({ unit }: { readonly unit: string }): EChartsOption {
  return {
    xAxis: { type: "category", data: ["a", "b", "c"] },
    yAxis: { type: "value", axisLabel: { formatter: (value: number) => `${value.toFixed(1)} ${unit}` } },
    series: [{ type: "line", data: [1, 3, 2] }],
  };
}
