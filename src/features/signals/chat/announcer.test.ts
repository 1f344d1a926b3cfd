import assert from "node:assert/strict";
import { test } from "node:test";

import { manualClock } from "#kernel/lib/manual-clock.ts";
import { loadTexts } from "#kernel/lib/texts.ts";
import { silentLogger } from "#kernel/observability/index.ts";

import { signalSettings } from "../settings.ts";
import type { NewSignal } from "../signal.ts";
import { makeAnnouncer } from "./announcer.ts";

const signal: NewSignal = {
  type: "buy",
  asset: "BTC/USD",
  entryPrice: "45250",
  timeframe: "1H",
  confidence: 82,
  sourceModel: "trend-v3",
  notes: [],
  generatedAt: new Date("2026-11-21T06:20:00Z"),
};
const candles = [{ at: new Date("2026-11-21T05:00:00Z"), open: "1", high: "3", low: "1", close: "2" }];

test("a signal waits for its chart as long as the settings say, and then goes without", async () => {
  const clock = manualClock(new Date("2026-11-21T06:20:00Z"));
  const announcer = makeAnnouncer({
    texts: loadTexts([new URL("./texts/", import.meta.url)]),
    clock,
    log: silentLogger(),
    settings: { current: () => signalSettings.schema.parse({ chartWithinSeconds: 5 }) } as never,
    charts: {
      render: async (_chart, _size, given) =>
        await new Promise((_resolve, reject) => {
          given?.addEventListener("abort", () => {
            reject(given.reason);
          });
        }),
    },
  });
  const drawing = announcer.drawChart(signal, candles, "en");
  await clock.advance(4999);
  assert.equal(clock.pendingTimers(), 1, "it waits");
  await clock.advance(1);
  assert.equal(await drawing, undefined);
  assert.equal(clock.pendingTimers(), 0);
});
