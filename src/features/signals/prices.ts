import { sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";
import type { Delivery } from "#kernel/delivery/index.ts";
import type { Language } from "#kernel/lib/language.ts";

import type { FiredAlert, SignalAnnouncer } from "./announcer.ts";
import type { Decimal } from "./decimal.ts";
import { priceAlertTopic } from "./notifications.ts";
import { type NewOutcome, type RecordOutcomes, recordOutcomes } from "./outcome.ts";
import type { OutcomeKind } from "./signal.ts";

export interface PriceDeps extends RecordOutcomes {
  readonly delivery: Pick<Delivery, "enqueue">;
  readonly announcer: Pick<SignalAnnouncer, "priceAlert">;
}

export interface PostedPrice {
  readonly asset: string;
  readonly price: Decimal;
  readonly at: Date;
}

export interface PricesTold {
  /** New: a price for the same asset and time is kept once, the first stays. */
  readonly stored: number;
  readonly outcomes: number;
  readonly alerts: number;
}

/**
 * Keeps prices and does what follows from them: signals that hit their target or stop end, alerts fire. A price counts
 * for signals made before it, and the first that decides does. A target is reached at its own price, as a limit order
 * is filled; a stop at the price that was posted, which may be worse. Posting the same again changes nothing.
 */
export async function tellPrices(
  deps: PriceDeps,
  tx: Tx,
  { prices, source }: { readonly prices: readonly PostedPrice[]; readonly source: string },
): Promise<PricesTold> {
  const { rows: fresh } = await sql<PriceRow>`
    insert into signals.price (asset, at, price, source)
    select given.asset, given.at, given.price, ${source}
    from unnest(${prices.map(({ asset }) => asset)}::text[], ${prices.map(({ at }) => at)}::timestamptz[],
      ${prices.map(({ price }) => price)}::numeric[]) as given (asset, at, price)
    on conflict (asset, at) do nothing
    returning asset, at, price`.execute(tx);
  if (fresh.length === 0) return { stored: 0, outcomes: 0, alerts: 0 };
  const ended = await recordOutcomes(deps, tx, await decided(tx, fresh));
  const alerts = await fireAlerts(deps, tx, fresh);
  return { stored: fresh.length, outcomes: ended.length, alerts };
}

interface PriceRow {
  readonly asset: string;
  readonly at: Date;
  readonly price: string;
}

async function decided(tx: Tx, fresh: readonly PriceRow[]): Promise<readonly NewOutcome[]> {
  const { rows } = await sql<{ signal_id: number; kind: OutcomeKind; price: string; at: Date }>`
    select distinct on (signal.id) signal.id as signal_id, hit.kind, hit.price, given.at
    from ${given(fresh)}
    join signals.open_signal as open on open.asset = given.asset
    join signals.signal on signal.id = open.signal_id
    cross join lateral (
      select case
        when signal.type = 'buy' and given.price <= signal.stop_loss then 'stop'
        when signal.type = 'sell' and given.price >= signal.stop_loss then 'stop'
        when signal.type = 'buy' and given.price >= signal.target_price then 'target'
        when signal.type = 'sell' and given.price <= signal.target_price then 'target'
      end as kind
    ) as verdict
    cross join lateral (
      select verdict.kind, case verdict.kind when 'target' then signal.target_price else given.price end as price
    ) as hit
    where hit.kind is not null and given.at >= signal.generated_at
      and (signal.expires_at is null or given.at < signal.expires_at)
    order by signal.id, given.at`.execute(tx);
  return rows.map(({ signal_id: signalId, ...hit }) => ({ ...hit, signalId, origin: "price" }));
}

/** Each alert once, whichever price comes first: the row that is updated is told of in the same transaction. */
async function fireAlerts(
  { delivery, announcer, clock }: PriceDeps,
  tx: Tx,
  fresh: readonly PriceRow[],
): Promise<number> {
  const { rows } = await sql<FiredRow>`
    with hit as (
      select distinct on (alert.id) alert.id, given.price, given.at
      from ${given(fresh)}
      join signals.price_alert as alert on alert.asset = given.asset and alert.fired_at is null
        and given.at >= alert.created_at - interval '1 minute'
        and case alert.direction when 'above' then given.price >= alert.price else given.price <= alert.price end
      order by alert.id, given.at
    ), fired as (
      update signals.price_alert as alert set fired_at = ${clock.now()}, fired_price = hit.price
      from hit where alert.id = hit.id and alert.fired_at is null
      returning alert.id, alert.chat_id, alert.asset, alert.direction, alert.price, hit.price as fired_price,
        hit.at as fired_at
    )
    select fired.*, coalesce(subscription.language, reader.language, 'en') as language
    from fired
    left join signals.reader using (chat_id)
    left join signals.subscription using (chat_id)
    order by id`.execute(tx);
  for (const { chat_id: chatId, language, ...row } of rows) {
    const alert: FiredAlert = {
      id: row.id,
      asset: row.asset,
      direction: row.direction,
      price: row.price,
      firedPrice: row.fired_price,
      firedAt: row.fired_at,
    };
    await delivery.enqueue(tx, {
      chatId,
      topic: priceAlertTopic,
      dedupeKey: `signals.price_alert:${alert.id}`,
      content: announcer.priceAlert(alert, language),
    });
  }
  return rows.length;
}

interface FiredRow {
  readonly id: number;
  readonly chat_id: number;
  readonly asset: string;
  readonly direction: "above" | "below";
  readonly price: string;
  readonly fired_price: string;
  readonly fired_at: Date;
  readonly language: Language;
}

function given(fresh: readonly PriceRow[]) {
  return sql`unnest(${fresh.map(({ asset }) => asset)}::text[], ${fresh.map(({ at }) => at)}::timestamptz[],
      ${fresh.map(({ price }) => price)}::numeric[]) as given (asset, at, price)`;
}
