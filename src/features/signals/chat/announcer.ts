import type { Kernel } from "#kernel/feature.ts";
import { oneLine } from "#kernel/lib/foreign-text.ts";
import { Html } from "#kernel/lib/html.ts";
import type { Language } from "#kernel/lib/language.ts";

import type { Report, SignalAnnouncer, Silence } from "../announcer.ts";
import { signalSettings } from "../settings.ts";
import { candleChart, chartPicture } from "./chart/signal-chart.ts";
import { formatPrice } from "./format-price.ts";
import { formatDay } from "./format-time.ts";
import { performanceLines } from "./performance-lines.ts";
import { newsMessage, signalMessage } from "./signal-message.ts";

const longestName = 64;

/** How subscribers and operators hear of signals. */
export function makeAnnouncer({
  texts,
  charts,
  settings,
  clock,
  log,
}: Pick<Kernel, "texts" | "charts" | "settings" | "clock" | "log">): SignalAnnouncer {
  return {
    signal: (signal, reader) => signalMessage(signal, reader, texts(reader.language)),
    news: (signal, { language }) => newsMessage(signal, texts(language)),
    priceAlert: ({ asset, direction, price, firedPrice }, language) => ({
      kind: "text",
      html: texts(language)(`signals-price-alert-${direction}`, {
        asset: oneLine(asset, longestName),
        price: formatPrice(firedPrice, language),
        wanted: formatPrice(price, language),
      }),
    }),
    report: (report, { language, timeZone }) => ({
      kind: "text",
      html: reportText(report, { language, timeZone, texts }),
    }),
    sourceSilent: (silence, language) =>
      texts(language)(
        silence.lastSignalAt === undefined ? "signals-source-never" : "signals-source-silent",
        silenceArgs(silence),
      ),
    sourceBack: (silence, language) => texts(language)("signals-source-back", silenceArgs(silence)),
    drawChart: async (signal, candles, language) => {
      const abort = new AbortController();
      const { chartWithinSeconds } = settings.current(signalSettings);
      const timer = clock.schedule(chartWithinSeconds * 1000, () => {
        abort.abort();
      });
      try {
        const t = texts(language);
        return await chartPicture(charts, candleChart({ signal, candles, t, timeZone: "UTC" }), abort.signal);
      } catch (error) {
        log.warn({ err: error }, "could not draw the chart of a signal in time");
        return undefined;
      } finally {
        timer.cancel();
      }
    },
  };
}

function reportText(
  { period, from, to, performance }: Report,
  { texts, language, timeZone }: Pick<Kernel, "texts"> & { readonly language: Language; readonly timeZone: string },
): Html {
  const t = texts(language);
  const place = { language, timeZone };
  // The end is the first moment that no longer belongs to it.
  const last = new Date(to.getTime() - 1);
  const head = t(`signals-report-${period}`, { from: formatDay(from, place), to: formatDay(last, place) });
  return Html.join([head, performanceLines(performance, t)], "\n\n");
}

function silenceArgs({ source, minutes, expectedMinutes }: Silence): Record<string, string | number> {
  return { source: oneLine(source, longestName), minutes, expected: expectedMinutes };
}
