import { z } from "zod";

import { inTransaction } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { languages } from "#kernel/lib/language.ts";

import { readPriceCandles } from "../../price-candles.ts";
import { type Candle, findSignal, readCandles, type Signal } from "../../signal.ts";
import { mostCandles } from "../chart/candle-chart.ts";
import { candleChart, chartPicture } from "../chart/signal-chart.ts";
import { newsMessage } from "../signal-message.ts";

const payload = z.object({
  signalId: z.int(),
  chatId: z.int(),
  language: z.enum(languages),
  timeZone: z.string(),
  /** Makes a second chart for the same press impossible. */
  updateId: z.int(),
});
export type ChartQuestion = z.input<typeof payload>;

export type ChartDeps = Pick<Kernel, "db" | "clock" | "charts" | "media" | "delivery" | "texts">;

const largestChart = 2 * 1024 * 1024;
const chartKeptMs = 24 * 60 * 60_000;
const hourMs = 60 * 60_000;
/** Before a signal that came without candles. */
const runUpMs = 12 * hourMs;
const wantedCandles = 120;

/** Answers the button Chart: the signal's candles, and what the price has done since, by the clock of who asks. */
export function makeSendChart(deps: ChartDeps): Job<ChartQuestion> {
  const { db, clock, charts, media, delivery, texts } = deps;
  return defineJob({
    name: "signals.send-chart",
    payload,
    run: async ({ signalId, chatId, language, timeZone, updateId }, { signal: abort }) => {
      const signal = await findSignal(db, signalId);
      if (signal === undefined) return;
      const t = texts(language);
      const answer = { chatId, topic: "reply", dedupeKey: `signals.chart:${updateId}` };
      const candles = await candlesUntil(deps, signal, clock.now());
      if (candles.length < 2) {
        await inTransaction(db, async (tx) => {
          await delivery.enqueue(tx, { ...answer, content: { kind: "text", html: t("signals-no-chart") } });
        });
        return;
      }
      const png = await chartPicture(charts, candleChart({ signal, candles, t, timeZone }), abort);
      const stored = await media.put({
        contentType: "image/png",
        fileName: "chart.png",
        body: png,
        maxBytes: largestChart,
        expiresAt: new Date(clock.now().getTime() + chartKeptMs),
      });
      const news = newsMessage(signal, t);
      await inTransaction(db, async (tx) => {
        await media.keep(tx, stored.id);
        const caption = news.kind === "text" ? { caption: news.html } : {};
        await delivery.enqueue(tx, {
          ...answer,
          content: { kind: "photo", media: { mediaId: stored.id }, ...caption },
        });
      });
    },
  });
}

/** Those that came with the signal, continued by posted prices; only posted prices when none came with it. */
async function candlesUntil({ db }: Pick<ChartDeps, "db">, signal: Signal, now: Date): Promise<readonly Candle[]> {
  const given = (await readCandles(db, signal.id)) ?? [];
  const [first, second] = given;
  const last = given.at(-1);
  const { asset } = signal;
  if (first === undefined || second === undefined || last === undefined) {
    const from = new Date(signal.generatedAt.getTime() - runUpMs);
    const intervalMs = Math.max(60_000, Math.ceil((now.getTime() - from.getTime()) / wantedCandles / 1000) * 1000);
    return await readPriceCandles(db, { asset, from, to: now, intervalMs, most: mostCandles });
  }
  const intervalMs = second.at.getTime() - first.at.getTime();
  const from = new Date(last.at.getTime() + intervalMs);
  const since = await readPriceCandles(db, { asset, from, to: now, intervalMs, most: mostCandles });
  return [...given, ...since].slice(-mostCandles);
}
