import { type RawBuilder, sql } from "kysely";

import type { SignalSettings } from "./settings.ts";
import type { SignalType } from "./signal.ts";

/** What of a signal decides who gets it. */
export interface Matchable {
  readonly type: SignalType;
  readonly asset: string;
  readonly timeframe?: string | undefined;
  readonly confidence: number;
  readonly sourceModel?: string | undefined;
  readonly expiresAt?: Date | undefined;
}

export interface MatchRules extends Pick<SignalSettings, "freeDelayMinutes" | "everybodyPremium"> {
  /** When the signal came. */
  readonly now: Date;
}

/**
 * Who is to get a signal, in which version and when: the columns `chat_id, reads, format, zone, place`, `hushed` (without
 * a sound) and `not_before` (null: at once).
 *
 * The order of the rules is that of `explain-signal.ts`, which says them in words; `testing/reference-match.ts` says them
 * in plain TypeScript. Hours are by the wall clock of the reader's zone at the moment it would come, so a free reader's
 * by the time after his delay. What would come after the signal has expired is not queued.
 */
export function matching(signal: Matchable, rules: MatchRules): RawBuilder<unknown> {
  const { now, everybodyPremium, freeDelayMinutes } = rules;
  const instant = sql`${now}::timestamptz`;
  const delayMinutes = everybodyPremium ? 0 : freeDelayMinutes;
  return sql`
    select who.chat_id, who.reads, who.format, who.zone, who.place,
      not hour.inside and who.hours_mode = 'silent' as hushed,
      case
        when not hour.inside and who.hours_mode = 'hold' then greatest(hour.opens_at, due.at)
        when due.at > ${instant} then due.at
      end as not_before
    from signals.subscription as who
    cross join lateral (
      select case when ${everybodyPremium}::boolean or who.premium_until > ${instant}
        then ${instant} else ${instant} + make_interval(mins => ${delayMinutes}::int) end as at
    ) as due
    cross join lateral (
      -- "offset 0" keeps the planner from writing the zone's arithmetic out at each mention.
      select case when who.hours_from is not null then due.at at time zone who.zone end as at offset 0
    ) as local
    cross join lateral (
      select
        case
          when who.hours_from is null then true
          when who.hours_from < who.hours_to
            then local.at::time >= who.hours_from and local.at::time < who.hours_to
          else local.at::time >= who.hours_from or local.at::time < who.hours_to
        end as inside,
        (local.at::date + who.hours_from + case when local.at::time < who.hours_from then '0' else '1 day' end::interval)
          at time zone who.zone as opens_at
      offset 0
    ) as hour
    where ${isSubscribed(instant)} and ${passesFilter(signal)}
      and not (${signal.asset}::text = any(who.muted_assets))
      and (hour.inside or who.hours_mode <> 'drop')
      and ${inTime(signal)}`;
}

function isSubscribed(instant: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`who.active and not who.blocked and (who.expires_at is null or who.expires_at > ${instant})`;
}

function passesFilter({ type, asset, timeframe, confidence, sourceModel }: Matchable): RawBuilder<boolean> {
  return sql`
    (who.types = '{}' or ${type}::text = any(who.types))
      and who.min_confidence <= ${confidence}::numeric
      and (who.assets = '{}' or ${asset}::text = any(who.assets))
      and (who.timeframes = '{}' or coalesce(${timeframe ?? null}::text = any(who.timeframes), false))
      and (who.models = '{}' or exists (
        select from unnest(who.models) as wanted (model) where lower(wanted.model) = lower(${sourceModel ?? null}::text)))`;
}

function inTime({ expiresAt }: Matchable): RawBuilder<boolean> {
  if (expiresAt === undefined) return sql`true`;
  return sql`
    case when not hour.inside and who.hours_mode = 'hold' then greatest(hour.opens_at, due.at) else due.at end
      < ${expiresAt}::timestamptz`;
}

/** One reader's version of a message, and whether some of its readers get it without a sound. */
export interface Version {
  readonly reads: "en" | "ko";
  readonly format: "detailed" | "compact";
  readonly zone: string;
  readonly place: "private" | "shared";
  readonly hushed: boolean;
}

/**
 * Every version that may be needed, whatever the signal: a walk along the index from one to the next, so that it costs
 * by the versions and not by the subscribers.
 */
export const versions: RawBuilder<Version> = sql<Version>`
  with recursive version as (
    (select reads, format, zone, place, may_hush from signals.subscription where active
      order by reads, format, zone, place, may_hush limit 1)
    union all
    select following.* from version cross join lateral (
      select who.reads, who.format, who.zone, who.place, who.may_hush from signals.subscription as who
      where who.active and (who.reads, who.format, who.zone, who.place, who.may_hush)
        > (version.reads, version.format, version.zone, version.place, version.may_hush)
      order by who.reads, who.format, who.zone, who.place, who.may_hush limit 1
    ) as following
  )
  select distinct reads, format, zone, place, silent.hushed
  from version cross join lateral (values (false), (may_hush)) as silent (hushed)`;

/** The columns of a fan-out: each chat with its version of the message. */
export function recipients(matched: RawBuilder<unknown>, of: readonly Version[]): RawBuilder<unknown> {
  return sql`
    select matched.chat_id, version.n::int as content, matched.not_before
    from (${matched} offset 0) as matched
    join unnest(
      ${of.map(({ reads }) => reads)}::text[], ${of.map(({ format }) => format)}::text[],
      ${of.map(({ zone }) => zone)}::text[], ${of.map(({ place }) => place)}::text[],
      ${of.map(({ hushed }) => hushed)}::boolean[]
    ) with ordinality as version (reads, format, zone, place, hushed, n)
      using (reads, format, zone, place, hushed)`;
}
