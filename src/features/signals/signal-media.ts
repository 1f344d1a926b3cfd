import { sql } from "kysely";

import { type Db, inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import { type Language, languages } from "#kernel/lib/language.ts";
import type { MediaStore } from "#kernel/media/index.ts";

import type { SignalAnnouncer } from "./announcer.ts";
import { type Candle, type NewSignal, readCandles, type Signal, type SignalMedia } from "./signal.ts";

export interface Image {
  readonly contentType: "image/png" | "image/jpeg" | "image/webp";
  readonly body: Buffer;
}

/** The pictures of signals: made before the transaction that queues them, because drawing takes its time. */
export interface MakeMedia {
  /** The image that came with it, else its candles drawn for every language that is read here. */
  readonly prepare: (signal: NewSignal, image?: Image) => Promise<SignalMedia | undefined>;
  /** In the transaction that stores the signal. */
  readonly keep: (tx: Tx, media: SignalMedia | undefined) => Promise<void>;
  /** Draws its charts anew. */
  readonly redraw: (signal: Signal) => Promise<void>;
}

export interface SignalMediaDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly media: Pick<MediaStore, "put" | "keep">;
  readonly announcer: Pick<SignalAnnouncer, "drawChart">;
}

export const longestImage = 5 * 1024 * 1024;

export function makeSignalMedia({ db, clock, media, announcer }: SignalMediaDeps): MakeMedia {
  const draw = async (
    signal: NewSignal,
    candles: readonly Candle[],
    wanted: readonly Language[],
  ): Promise<SignalMedia | undefined> => {
    const mediaIds: Partial<Record<Language, string>> = {};
    for (const language of wanted) {
      const body = await announcer.drawChart(signal, candles, language);
      if (body === undefined) continue;
      const file = await media.put({ contentType: "image/png", fileName: "chart.png", body, maxBytes: longestImage });
      mediaIds[language] = file.id;
    }
    return Object.keys(mediaIds).length === 0 ? undefined : { kind: "charts", mediaIds };
  };

  const keep: MakeMedia["keep"] = async (tx, made) => {
    if (made === undefined) return;
    const ids = made.kind === "image" ? [made.mediaId] : Object.values(made.mediaIds);
    for (const id of ids) await media.keep(tx, id);
  };

  return {
    prepare: async (signal, image) => {
      if (image !== undefined) {
        const { contentType, body } = image;
        const fileName = `signal.${contentType.slice("image/".length)}`;
        const file = await media.put({ contentType, fileName, body, maxBytes: longestImage });
        return { kind: "image", mediaId: file.id };
      }
      if (signal.candles === undefined || signal.candles.length === 0) return undefined;
      return await draw(signal, signal.candles, await readLanguages(db));
    },
    keep,
    redraw: async (signal) => {
      if (signal.media?.kind !== "charts") return;
      const startedAt = clock.now();
      const wanted = languages.filter(
        (language) => signal.media?.kind === "charts" && language in signal.media.mediaIds,
      );
      const made = await draw(signal, (await readCandles(db, signal.id)) ?? [], wanted);
      if (made === undefined) return;
      await inTransaction(db, async (tx) => {
        await keep(tx, made);
        await sql`
          update signals.signal set media = ${JSON.stringify(made)}::jsonb, drawn_at = ${startedAt}
          where id = ${signal.id}`.execute(tx);
      });
    },
  };
}

/** English when nobody has subscribed: the signal can still be asked for. */
async function readLanguages(db: Db): Promise<readonly Language[]> {
  const { rows } = await sql<{ reads: Language }>`
    select distinct reads from signals.subscription where active`.execute(db);
  return rows.length === 0 ? ["en"] : rows.map(({ reads }) => reads);
}
