import { sql } from "kysely";

import { ledgerViolations } from "#kernel/ledger/index.ts";

import type { Asked } from "./load.ts";
import type { Deed } from "./nemesis.ts";
import type { Rig } from "./rig.ts";
import type { JournalLine, Line, Moment, SendLine } from "./telegram/journal.ts";

/** A delivery as the database knows it when all is over. */
export interface DeliveryRow {
  readonly id: number;
  readonly lane: number;
  readonly chat_id: number;
  readonly topic: string | null;
  readonly state: string;
  readonly attempts: number;
  readonly perhaps_repeat: boolean;
  readonly message_id: number | null;
  readonly sent_ids: readonly number[] | null;
  readonly digest_id: number | null;
  readonly is_edit: boolean;
  /** What it says: markers and charge ids are found in it. */
  readonly body: string;
  readonly created_ms: number;
  readonly error: string | null;
  readonly held: boolean;
  /** The events of its timeline that went differently than usual, in order. */
  readonly events: readonly string[];
}

export interface UpdateRow {
  readonly update_id: number;
  readonly chat_id: number;
  readonly kind: string;
  readonly state: string;
  readonly error: string | null;
}

export interface PaymentRow {
  readonly charge_id: string;
  readonly telegram_id: number | null;
  readonly stars: number;
  readonly state: string;
  /** How many transactions of the ledger have booked it. */
  readonly booked: number;
  readonly refund: string | null;
}

export interface FilmRow {
  readonly chat_id: number;
  readonly state: string;
  /** Of the credits that were held for it. */
  readonly hold: string | null;
}

/** Everything that is known of a run, for the rules to look at. */
export interface History {
  readonly asked: Asked;
  readonly deeds: readonly Deed[];
  readonly journal: readonly JournalLine[];
  readonly sends: readonly (SendLine & Moment)[];
  readonly deliveries: readonly DeliveryRow[];
  readonly updates: readonly UpdateRow[];
  readonly payments: readonly PaymentRow[];
  readonly films: readonly FilmRow[];
  readonly ledgerViolations: readonly string[];
  /** What has not come to an end in the time it was given; empty: everything has. */
  readonly left: string;
}

export function ofType<T extends Line["type"]>(
  journal: readonly JournalLine[],
  type: T,
): readonly (Extract<Line, { readonly type: T }> & Moment)[] {
  return journal.filter((line): line is Extract<Line, { readonly type: T }> & Moment => line.type === type);
}

export async function gather(rig: Rig, of: Pick<History, "asked" | "deeds" | "left">): Promise<History> {
  const { db } = rig.database;
  const journal = await rig.telegram.call("journal");
  const deliveries = await sql<DeliveryRow>`
    with every as (
      select id, lane, chat_id, content_id, state, attempts, perhaps_repeat, message_id, sent_ids, digest_id,
        edit_message_id is not null as is_edit, created_at, error, held from delivery.history
      union all
      select id, lane, chat_id, content_id, 'waiting: ' || state, attempts, perhaps_repeat, null, sent_ids, digest_id,
        edit_message_id is not null, created_at, refusal, held from delivery.outbox
    )
    select every.id, lane, chat_id, content.topic, state, attempts, perhaps_repeat, message_id, sent_ids, digest_id,
      is_edit, coalesce(content.body::text, '') as body, extract(epoch from every.created_at)::float8 * 1000 as created_ms,
      error, held,
      array(select event from delivery.entry where delivery_id = every.id order by at) as events
    from every left join delivery.content on content.id = every.content_id order by every.id`.execute(db);
  const updates = await sql<UpdateRow>`
    select update_id, chat_id, kind, state, error from telegram.update order by update_id`.execute(db);
  const payments = await sql<PaymentRow>`
    select charge_id, telegram_id, stars, state,
      (select count(*) from ledger.transaction where reference = 'payment:' || charge_id) as booked,
      (select string_agg(refund.state, ',') from ledger.refund where refund.charge_id = payment.charge_id) as refund
    from ledger.payment`.execute(db);
  const films = await sql<FilmRow>`
    select job.chat_id, job.state, hold.state as hold from studio.job
    left join ledger.hold on hold.reference = 'studio.job:' || job.id`.execute(db);
  const violations = await ledgerViolations(db);
  return {
    ...of,
    journal,
    sends: ofType(journal, "send"),
    deliveries: deliveries.rows,
    updates: updates.rows,
    payments: payments.rows,
    films: films.rows,
    ledgerViolations: violations.map(({ name, subject, detail }) => `${name}: ${subject} ${detail}`),
  };
}
