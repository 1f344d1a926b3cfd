import { type RawBuilder, sql } from "kysely";

import type { Tx } from "../../db/index.ts";

/**
 * What becomes of a delivery, decided from who gets it and when, in SQL so that it costs the same for one chat as per
 * chat of a hundred thousand. The one place that knows suspension, muting and quiet hours.
 *
 * `given` is a query with the columns `chat_id, topic, opt_out, quiet_mode, silent` and `at` (when it would go out), and
 * whatever else should come along. Quiet hours are wall-clock times in the chat's zone, so a night with a clock change is
 * an hour shorter or longer. The answer has all of `given` and
 * - `refusal`: why it is not sent at all;
 * - `state` and `not_before` as in the outbox;
 * - `hushed`: whether it goes out without a sound;
 * - `quiet_at`: until when this verdict holds; null when quiet hours do not matter to it.
 */
export function judged(given: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select given.*,
      coalesce(
        chat.suspended_reason,
        case when not preference.enabled then 'muted' end,
        case when night.inside and night.mode = 'drop' then 'quiet_hours' end
      ) as refusal,
      case when night.inside and night.mode = 'hold' then 'held' when given.at > now() then 'delayed' else 'queued' end as state,
      case when night.inside and night.mode = 'hold' then night.ends_at when given.at > now() then given.at end as not_before,
      given.silent or coalesce(night.inside and night.mode = 'silent', false) as hushed,
      case
        when night.mode in ('pass', 'deliver') or night.inside and night.mode = 'hold' then null
        when night.inside then night.ends_at
        else night.begins_at
      end as quiet_at
    from (${given}) as given
    left join account.chat as chat on chat.id = given.chat_id and chat.suspended_reason is not null
    left join delivery.preference as preference
      on given.opt_out and preference.topic = given.topic and preference.chat_id = given.chat_id
    left join delivery.quiet_hours as quiet on given.quiet_mode <> 'pass' and quiet.chat_id = given.chat_id
    left join lateral (
      -- "offset 0" keeps the planner from writing the zone's arithmetic out at each mention: a third of the time.
      select given.at at time zone quiet.time_zone as at offset 0
    ) as local on quiet.chat_id is not null
    left join lateral (
      select
        case when quiet.from_time < quiet.to_time
          then local.at::time >= quiet.from_time and local.at::time < quiet.to_time
          else local.at::time >= quiet.from_time or local.at::time < quiet.to_time
        end as inside,
        coalesce(preference.quiet_mode, given.quiet_mode) as mode,
        (local.at::date + quiet.to_time + case when local.at::time < quiet.to_time then '0' else '1 day' end::interval)
          at time zone quiet.time_zone as ends_at,
        (local.at::date + quiet.from_time + case when local.at::time < quiet.from_time then '0' else '1 day' end::interval)
          at time zone quiet.time_zone as begins_at
      offset 0
    ) as night on quiet.chat_id is not null`;
}

export interface Rejudged {
  readonly id: number;
  readonly lane: number;
  readonly chat_id: number;
  readonly content_id: number;
  readonly thread_id: number | null;
  readonly state: string;
  readonly refusal: string | null;
}

/**
 * Judges unfinished deliveries by what holds now.
 * @param which a query with the column `id`.
 */
export async function rejudge(tx: Tx, which: RawBuilder<unknown>): Promise<readonly Rejudged[]> {
  const { rows } = await sql<Rejudged>`
    with verdict as (
      ${judged(sql`
        select o.id, o.chat_id, content.topic, content.opt_out, content.quiet_mode, content.silent,
          case when o.state = 'delayed' then greatest(o.not_before, now()) else now() end as at
        from (${which}) as chosen
        join delivery.outbox as o using (id)
        join delivery.content on content.id = o.content_id`)}
    )
    update delivery.outbox as o set
      state = verdict.state,
      -- What is let out keeps the time at which it was.
      not_before = case when verdict.state = 'queued' then least(o.not_before, now()) else verdict.not_before end,
      held = o.held or verdict.state = 'held',
      silent = verdict.hushed,
      quiet_at = verdict.quiet_at,
      refusal = coalesce(o.refusal, verdict.refusal)
    from verdict
    where o.id = verdict.id
    returning o.id, o.lane, o.chat_id, o.content_id, o.thread_id, o.state, o.refusal`.execute(tx);
  return rows;
}

/** The chat's wishes have changed: what waits for it is judged by the new ones. Edits make no sound and stay. */
export async function judgeChat(tx: Tx, chatId: number): Promise<void> {
  await rejudge(
    tx,
    sql`
    select o.id from delivery.outbox as o left join delivery.card on card.id = o.card_id
    where o.chat_id = ${chatId} and o.refusal is null and o.digest_id is null and not o.is_digest
      and o.edit_message_id is null and card.message_id is null`,
  );
}
