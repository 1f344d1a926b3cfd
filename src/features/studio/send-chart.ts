import { inTransaction } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import type { Html } from "#kernel/lib/html.ts";

/** Small, so that its letters can be read where Telegram shows it, on a phone. */
const chartSize = { width: 440, height: 280, theme: "light" } as const;
const largestChart = 2 * 1024 * 1024;
const chartKeptMs = 24 * 60 * 60_000;

export interface ChartMessage {
  readonly chatId: number;
  readonly threadId?: number | undefined;
  readonly chart: Parameters<Kernel["charts"]["render"]>[0];
  readonly fileName: string;
  readonly caption: Html;
  /** A second message under the same key is not sent. */
  readonly dedupeKey: string;
}

/** Draws a chart and answers with it. In the background: drawing takes longer than an answer should hold its chat. */
export async function sendChart(
  { db, clock, charts, media, delivery }: Pick<Kernel, "db" | "clock" | "charts" | "media" | "delivery">,
  { chart, fileName, caption, chatId, threadId, dedupeKey }: ChartMessage,
  signal: AbortSignal,
): Promise<void> {
  const stored = await media.put({
    contentType: "image/png",
    fileName,
    body: await charts.render(chart, chartSize, signal),
    maxBytes: largestChart,
    expiresAt: new Date(clock.now().getTime() + chartKeptMs),
  });
  await inTransaction(db, async (tx) => {
    await media.keep(tx, stored.id);
    await delivery.enqueue(tx, {
      chatId,
      topic: "reply",
      dedupeKey,
      content: { kind: "photo", media: { mediaId: stored.id }, caption },
      ...(threadId !== undefined && { threadId }),
    });
  });
}
