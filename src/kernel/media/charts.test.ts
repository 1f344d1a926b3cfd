import assert from "node:assert/strict";
import { after, test } from "node:test";

import { loadImage, createCanvas } from "@napi-rs/canvas";
import type { EChartsOption } from "echarts";

import { systemClock } from "../lib/clock.ts";
import { createCharts } from "./charts.ts";
import { createDrawingProcess } from "./drawing-process.ts";

const drawing = createDrawingProcess({ clock: systemClock });
const charts = createCharts({ drawing });
after(drawing.close);

const size = { width: 600, height: 360, pixelRatio: 1, theme: "light" } as const;

function titled(text: string): EChartsOption {
  return {
    title: { text },
    xAxis: { type: "category", data: ["월", "화", "수"] },
    yAxis: { type: "value" },
    series: [{ type: "bar", data: [3, 5, 4] }],
  };
}

function candles(count: number): EChartsOption {
  const days = Array.from({ length: count }, (_, i) => {
    const open = 100 + 10 * Math.sin(i / 9);
    const close = 100 + 10 * Math.sin((i + 1) / 9);
    return [open, close, Math.min(open, close) - 1, Math.max(open, close) + 1];
  });
  return {
    xAxis: { type: "category", data: days.map((_, i) => String(i)) },
    yAxis: { type: "value", scale: true },
    series: [
      { type: "candlestick", data: days, markLine: { data: [{ yAxis: 108, label: { formatter: "목표 {c} 🎯" } }] } },
    ],
  };
}

async function pixel(png: Buffer, x: number, y: number): Promise<readonly number[]> {
  const image = await loadImage(png);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  return [...context.getImageData(x, y, 1, 1).data];
}

test("a chart is a PNG of the size asked, times the pixel ratio", async () => {
  for (const pixelRatio of [1, 2] as const) {
    const image = await loadImage(await charts.render(titled("Size"), { ...size, pixelRatio }));
    assert.deepEqual([image.width, image.height], [600 * pixelRatio, 360 * pixelRatio]);
  }
});

test("the themes differ in their background", async () => {
  const light = await charts.render(titled("Light"), size);
  const dark = await charts.render(titled("Dark"), { ...size, theme: "dark" });
  assert.deepEqual(await pixel(light, 2, 2), [255, 255, 255, 255]);
  assert.deepEqual(await pixel(dark, 2, 2), [23, 33, 43, 255]);
});

test("Korean and emoji in a title are drawn, each differently", async () => {
  const [none, korean, other, emoji] = await Promise.all(
    ["", "가격", "시세", "🚀"].map(async (text) => await charts.render(titled(text), size)),
  );
  assert.ok(none && korean && other && emoji);
  assert.equal(new Set([none, korean, other, emoji].map((png) => png.toString("base64"))).size, 4);
});

test("the same chart is the same picture", async () => {
  const [first, second] = [await charts.render(candles(60), size), await charts.render(candles(60), size)];
  assert.ok(first.equals(second));
});

test("a builder module makes options with functions", async () => {
  const builder = new URL("./testing/price-chart.ts", import.meta.url);
  const [won, dollars] = [
    await charts.render({ builder, input: { unit: "원" } }, size),
    await charts.render({ builder, input: { unit: "$" } }, size),
  ];
  assert.ok(!won.equals(dollars));
});

test("functions in a plain option are refused, not dropped", async () => {
  const option: EChartsOption = { ...titled("x"), yAxis: { axisLabel: { formatter: () => "never" } } };
  await assert.rejects(charts.render(option, size), /could not be cloned/);
  await charts.render(titled("still works"), size);
});

test("an option that cannot be drawn is an error, and the next chart is drawn", async () => {
  await assert.rejects(charts.render({ series: [{ type: "line", xAxisIndex: 7, data: [1] }] }, size));
  await charts.render(titled("still works"), size);
});

test("a chart that is too large is refused", async () => {
  await assert.rejects(charts.render(titled("x"), { ...size, width: 2001 }), /too large/);
});

test("an aborted chart rejects", async () => {
  await assert.rejects(charts.render(titled("x"), size, AbortSignal.abort(new Error("gone"))), /gone/);
});

test("120 candles take well under a second once the process is warm", async () => {
  await charts.render(candles(120), size);
  const began = performance.now();
  for (let i = 0; i < 5; i++) await charts.render(candles(120), size);
  const each = (performance.now() - began) / 5;
  assert.ok(each < 600, `${each.toFixed(0)} ms a chart`);
});
