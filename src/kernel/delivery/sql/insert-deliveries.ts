import { type RawBuilder, sql } from "kysely";

import { judged } from "./judge.ts";

/** What one statement queues, whether for one chat or for many. */
export interface NewDeliveries {
  /** A query with the column `chat_id`. */
  readonly chats: RawBuilder<unknown>;
  readonly lane: number;
  readonly topic: string;
  readonly optOut: boolean;
  readonly quietMode: string;
  readonly silent: boolean;
  readonly body: string;
  readonly dedupeKey: string | undefined;
  /** Any number of recipients. */
  readonly shared: boolean;
  readonly keyHash: string | undefined;
  readonly notBefore: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly threadId: number | undefined;
  readonly replyTo: number | undefined;
  readonly cardId: number | undefined;
  readonly editMessageId: number | undefined;
  readonly settle: { readonly handler: string; readonly reference: string } | undefined;
}

export interface InsertedDelivery {
  readonly id: number;
  readonly chat_id: number;
  readonly content_id: number;
  readonly state: string;
  readonly not_before: Date | null;
  readonly refusal: string | null;
}

/**
 * Content and deliveries in one statement. What is refused at once goes straight to the history, so that everybody can
 * read why nothing came; unless somebody wants to be told the outcome, which only the sender does. With a key that was
 * used before, nothing at all.
 */
export function insertDeliveries(of: NewDeliveries): {
  /** For one or a few: every row that was made. */
  readonly returningRows: RawBuilder<InsertedDelivery>;
  /** For many: how many were made and not refused, of which content. */
  readonly returningCount: RawBuilder<{ readonly queued: number; readonly content_id: number }>;
} {
  const statement = sql`
    with ${key(of)} content as (
      insert into delivery.content (topic, body, opt_out, quiet_mode, silent, dedupe_key, shared)
      select ${of.topic}::text, ${of.body}::jsonb, ${of.optOut}::boolean, ${of.quietMode}::text, ${of.silent}::boolean,
        ${of.dedupeKey ?? null}::text, ${of.shared}::boolean
      ${of.keyHash === undefined ? sql`` : sql`from key`}
      returning id
    ), verdict as materialized (
      ${judged(sql`
        select recipient.chat_id, content.id as content_id, ${of.topic}::text as topic, ${of.optOut}::boolean as opt_out,
          ${of.quietMode}::text as quiet_mode, ${of.silent}::boolean as silent,
          greatest(now(), ${of.notBefore ?? null}::timestamptz) as at
        from content, (${of.chats}) as recipient`)}
    ), queued as (
      insert into delivery.outbox (lane, chat_id, content_id, state, silent, not_before, expires_at, quiet_at, refusal,
        thread_id, reply_to, card_id, edit_message_id, settle_handler, settle_reference)
      select ${of.lane}::smallint, chat_id, content_id, state, hushed, not_before, ${of.expiresAt ?? null}::timestamptz,
        quiet_at, refusal, ${of.threadId ?? null}::bigint, ${of.replyTo ?? null}::bigint, ${of.cardId ?? null}::bigint,
        ${of.editMessageId ?? null}::bigint, ${of.settle?.handler ?? null}::text, ${of.settle?.reference ?? null}::text
      from verdict
      where refusal is null or ${of.settle !== undefined}::boolean
      order by chat_id
      returning id, chat_id, content_id, state, not_before, refusal
    ), refused as (
      insert into delivery.history (id, lane, chat_id, content_id, state, silent, plain, perhaps_repeat,
        attempts, created_at, not_before, expires_at, thread_id, reply_to, error)
      select nextval('delivery.delivery_id'), ${of.lane}::smallint, chat_id, content_id, 'suppressed', hushed, false, false,
        0, now(), not_before, ${of.expiresAt ?? null}::timestamptz, ${of.threadId ?? null}::bigint,
        ${of.replyTo ?? null}::bigint, refusal
      from verdict
      where refusal is not null and not ${of.settle !== undefined}::boolean
      returning id, chat_id, content_id, 'suppressed' as state, not_before, error as refusal
    )`;
  return {
    returningRows: sql<InsertedDelivery>`${statement} select * from queued union all select * from refused`,
    returningCount: sql`${statement}
      select content.id as content_id, (select count(*) from queued) as queued, (select count(*) from refused) as refused
      from content`,
  };
}

function key({ keyHash }: NewDeliveries): RawBuilder<unknown> {
  if (keyHash === undefined) return sql``;
  return sql`key as (
      insert into delivery.dedupe (key_hash) values (${keyHash}) on conflict do nothing returning key_hash
    ),`;
}
