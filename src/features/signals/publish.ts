import { sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";
import type { Batch, Delivery } from "#kernel/delivery/index.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import type { Settings } from "#kernel/settings/index.ts";
import type { Content } from "#kernel/telegram/index.ts";

import type { Reader, SignalAnnouncer } from "./announcer.ts";
import { type CloseSignals, closeSignals } from "./close-signals.ts";
import { matching, recipients, type Version, versions } from "./match.ts";
import { signalTopic } from "./notifications.ts";
import { signalSettings } from "./settings.ts";
import { candlesToJson, findSignal, type NewSignal, type Signal, type SignalMedia } from "./signal.ts";
import { type NoteSource, noteSource } from "./sources.ts";

export interface PublishDeps extends CloseSignals, NoteSource {
  readonly delivery: Pick<Delivery, "batches" | "enqueue">;
  readonly settings: Pick<Settings, "read">;
  readonly clock: Clock;
  readonly announcer: SignalAnnouncer;
}

export interface Publication {
  readonly source: string;
  readonly signal: NewSignal;
  /** Kept already by the caller's transaction. */
  readonly media?: SignalMedia | undefined;
  readonly demo?: boolean;
}

export interface Published {
  readonly id: number;
  /** Chats it was queued for, now or for later. */
  readonly reached: number;
}

/**
 * Keeps a signal and queues it for everybody whose subscription it passes, all in the caller's transaction: a signal
 * exists exactly when its deliveries do. Who subscribes a moment later does not get it.
 */
export async function publishSignal(deps: PublishDeps, tx: Tx, publication: Publication): Promise<Published> {
  const now = deps.clock.now();
  const id = await insertSignal(tx, publication, now);
  const signal = await findSignal(tx, id);
  if (signal === undefined) throw new Error("a signal that was written did not come back");
  if (signal.type === "close") await closeSignals(deps, tx, signal);
  const reached = await fanOutSignal(deps, tx, { signal, now });
  // Last, because signals of one source wait here for each other.
  await noteSource(deps, tx, { name: publication.source, now });
  return { id, reached };
}

async function insertSignal(tx: Tx, { source, signal, media, demo = false }: Publication, now: Date): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    with made as (
      insert into signals.signal (source, type, asset, entry_price, target_price, stop_loss, timeframe, confidence,
        source_model, performance_category, market_context, notes, candles, media, demo, generated_at, expires_at, created_at,
        drawn_at)
      values (${source}, ${signal.type}, ${signal.asset}, ${signal.entryPrice ?? null}::numeric,
        ${signal.targetPrice ?? null}::numeric, ${signal.stopLoss ?? null}::numeric, ${signal.timeframe ?? null},
        ${signal.confidence}::numeric, ${signal.sourceModel ?? null}, ${signal.performanceCategory ?? null},
        ${signal.marketContext ?? null}, ${signal.notes},
        ${signal.candles === undefined ? null : candlesToJson(signal.candles)}::jsonb,
        ${media === undefined ? null : JSON.stringify(media)}::jsonb, ${demo}, ${signal.generatedAt},
        ${signal.expiresAt ?? null}, ${now}, ${now})
      returning id, type, asset, expires_at
    ), open as (
      insert into signals.open_signal (signal_id, asset, expires_at)
      select id, asset, expires_at from made where type in ('buy', 'sell')
    )
    select id from made`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error("an inserted signal did not come back");
  return row.id;
}

async function fanOutSignal(
  { delivery, settings, announcer }: PublishDeps,
  tx: Tx,
  { signal, now }: { readonly signal: Signal; readonly now: Date },
): Promise<number> {
  if (signal.expiresAt !== undefined && signal.expiresAt <= now) return 0;
  const { rows: known } = await versions.execute(tx);
  if (known.length === 0) return 0;
  // A demo that comes a quarter of an hour later shows nothing.
  const rules = { ...(await settings.read(signalSettings)), now, ...(signal.demo && { everybodyPremium: true }) };
  const contents = contentsOf(known, (reader) => announcer.signal(signal, reader));
  const { contentIds, count } = await delivery.batches.fanOut(tx, recipients(matching(signal, rules), known), {
    topic: signalTopic,
    contents,
    expiresAt: signal.expiresAt,
    reference: `signals.signal:${signal.id}`,
  });
  await keepContents(tx, signal.id, { versions: known, contentIds });
  await sql`update signals.signal set reached = ${count} where id = ${signal.id}`.execute(tx);
  return count;
}

/** With a sound and without it reads the same: said once for both. */
function contentsOf(known: readonly Version[], say: (reader: Reader) => Content): Batch["contents"] {
  const said = new Map<string, Content>();
  return known.map(({ hushed, ...version }) => {
    const key = Object.values(version).join(" ");
    const content = said.get(key) ?? say(readerOf(version));
    said.set(key, content);
    return { content, silent: hushed };
  });
}

export function readerOf({ reads, format, zone, place }: Omit<Version, "hushed">): Reader {
  return { language: reads, format, timeZone: zone, place };
}

/** What was queued under which content, for looking up and for editing. */
export async function keepContents(
  tx: Tx,
  signalId: number,
  of: { readonly versions: readonly Omit<Version, "hushed">[]; readonly contentIds: readonly number[] },
): Promise<void> {
  await sql`
    insert into signals.content (signal_id, content_id, language, format, time_zone, place)
    select ${signalId}::bigint, made.* from unnest(
      ${of.contentIds}::bigint[], ${of.versions.map(({ reads }) => reads)}::text[],
      ${of.versions.map(({ format }) => format)}::text[], ${of.versions.map(({ zone }) => zone)}::text[],
      ${of.versions.map(({ place }) => place)}::text[]) as made`.execute(tx);
}
