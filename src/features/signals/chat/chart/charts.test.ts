import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { systemClock } from "#kernel/lib/clock.ts";
import { createCharts, createDrawingProcess } from "#kernel/media/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";

import { type CandleChart, candleChartSize, chartOption } from "./candle-chart.ts";
import { type EquityChart, equityChartSize } from "./equity-chart.ts";
import { spreadLabels } from "./spread-labels.ts";

const drawing = createDrawingProcess({ clock: systemClock });
cleanUp(drawing.close);
const charts = createCharts({ drawing });

function chart(count: number, scale = 1): CandleChart {
  const candles = Array.from({ length: count }, (_, index) => {
    const open = (100 + Math.sin(index / 5) * 4) * scale;
    const close = (100 + Math.sin((index + 1) / 5) * 4) * scale;
    const [low, high] = [Math.min(open, close) * 0.995, Math.max(open, close) * 1.005];
    return { atMs: Date.UTC(2026, 10, 1) + index * 3_600_000, open, high, low, close, volume: 10 + (index % 7) };
  });
  return {
    title: "BTC/USD · 1H",
    subtitle: "매수 · 신뢰도 82%",
    candles,
    levels: [
      { kind: "target", price: 110 * scale, label: "목표 110" },
      { kind: "entry", price: 100 * scale, label: "진입 100" },
      { kind: "stop", price: 99.9 * scale, label: "손절 99.9" },
    ],
    language: "ko",
    timeZone: "Asia/Seoul",
    theme: "dark",
  };
}

async function draw(builder: string, input: CandleChart | EquityChart, height: number): Promise<Buffer> {
  const size = { width: 440, height, theme: input.theme };
  return await charts.render({ builder: new URL(builder, import.meta.url), input }, size);
}

function isPicture(png: Buffer, { width, height }: { readonly width: number; readonly height: number }): void {
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [width * 2, height * 2]);
  assert.ok(png.length > 5_000, `only ${png.length} bytes`);
}

test("300 candles with their levels are drawn, also at the price of a tiny coin, and one candle too", async () => {
  for (const input of [chart(300), chart(60, 1e-8), chart(1), { ...chart(24), levels: [] }]) {
    isPicture(await draw("./candle-chart.ts", input, candleChartSize.height), candleChartSize);
  }
});

test("the axis reaches from the lowest to the highest of candles and levels", () => {
  const [axis] = chartOption(chart(60)).yAxis as unknown as readonly { min: number; max: number }[];
  assert.ok(axis !== undefined && axis.max > 110 && axis.min < 96);
});

test("more than 300 candles lose the oldest", () => {
  const [candles] = chartOption(chart(400)).series as unknown as readonly { data: readonly unknown[] }[];
  assert.equal(candles?.data.length, 300);
});

test("an equity curve is drawn, with one point as well", async () => {
  const points = Array.from({ length: 40 }, (_, index) => ({ atMs: index * 86_400_000, percent: Math.sin(index) * 5 }));
  for (const given of [points, points.slice(0, 1)]) {
    const input: EquityChart = { ...chart(0), title: "수익률", points: given, theme: "light" };
    isPicture(await draw("./equity-chart.ts", input, equityChartSize.height), equityChartSize);
  }
});

test("labels never cover one another and stay inside while there is room", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { minLength: 1, maxLength: 6 }), (middles) => {
      const shifts = spreadLabels(middles, { height: 21, from: 0, to: 200 });
      const placed = middles.map((middle, index) => middle + (shifts[index] ?? 0)).toSorted((a, b) => a - b);
      for (const [index, at] of placed.entries()) {
        assert.ok(at >= 10.4999 && at <= 189.5001, String(at));
        const next = placed[index + 1];
        assert.ok(next === undefined || next - at >= 20.9999, `${at} and ${next}`);
      }
    }),
  );
});
