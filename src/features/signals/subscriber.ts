import { type RawBuilder, sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";
import type { Preferences } from "#kernel/delivery/index.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import type { Language } from "#kernel/lib/language.ts";

import { signalTopic } from "./notifications.ts";
import type { SignalSettings } from "./settings.ts";
import type { SignalType } from "./signal.ts";

export type MessageFormat = "detailed" | "compact";
export type HoursMode = "hold" | "silent" | "drop";
export type ReportPeriod = "none" | "daily" | "weekly" | "monthly";
export type Tier = "free" | "premium";

/** Which signals somebody wants. An empty list lets everything pass. */
export interface Filter {
  readonly types: readonly SignalType[];
  /** 0 to 100. A signal of exactly this confidence passes. */
  readonly minConfidence: number;
  readonly assets: readonly string[];
  /** A signal without a timeframe passes no list of timeframes; the same with models. */
  readonly timeframes: readonly string[];
  /** In any case. */
  readonly models: readonly string[];
}

/** When signals are wanted, in minutes after midnight in the reader's zone; `from` > `to` spans midnight. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

export interface Subscription extends Filter {
  readonly chatId: number;
  readonly userId: number | undefined;
  readonly active: boolean;
  readonly subscribedAt: Date | undefined;
  readonly unsubscribedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly mutedAssets: readonly string[];
  /** Undefined: always. */
  readonly hours: Hours | undefined;
  /** What becomes of what comes outside the hours. */
  readonly hoursMode: HoursMode;
  readonly format: MessageFormat;
  readonly premiumUntil: Date | undefined;
  readonly reportPeriod: ReportPeriod;
  /** Minutes after midnight, in the reader's zone. */
  readonly reportAt: number;
  readonly nextReportAt: Date | undefined;
  readonly changedAt: Date | undefined;
}

export const defaultFilter: Filter = { types: [], minConfidence: 0, assets: [], timeframes: [], models: [] };

/** What holds for a chat that has chosen nothing yet. */
export const defaultSubscription: Omit<Subscription, "chatId"> = {
  ...defaultFilter,
  userId: undefined,
  active: false,
  subscribedAt: undefined,
  unsubscribedAt: undefined,
  expiresAt: undefined,
  mutedAssets: [],
  hours: undefined,
  hoursMode: "hold",
  format: "detailed",
  premiumUntil: undefined,
  reportPeriod: "none",
  reportAt: 9 * 60,
  nextReportAt: undefined,
  changedAt: undefined,
};

/** What a person may change of his subscription; what is absent stays, `undefined` takes it away. */
export interface SubscriptionChange extends Partial<Filter> {
  readonly hours?: Hours | undefined;
  readonly hoursMode?: HoursMode;
  readonly format?: MessageFormat;
  readonly reportPeriod?: ReportPeriod;
  readonly reportAt?: number;
}

export function tierOf(
  { premiumUntil }: Pick<Subscription, "premiumUntil">,
  { everybodyPremium }: Pick<SignalSettings, "everybodyPremium">,
  now: Date,
): Tier {
  return everybodyPremium || (premiumUntil !== undefined && premiumUntil > now) ? "premium" : "free";
}

/** The defaults for a chat that has never chosen anything. */
export async function readSubscription(db: Db, chatId: number): Promise<Subscription> {
  const { rows } = await sql<SubscriptionRow>`
    select *, ${minutesOf("hours_from")} as from_minute, ${minutesOf("hours_to")} as to_minute,
      ${minutesOf("report_at")} as report_minute
    from signals.subscription where chat_id = ${chatId}`.execute(db);
  return rows[0] === undefined ? { ...defaultSubscription, chatId } : subscriptionFrom(rows[0]);
}

/** Who or what subscribes. */
export interface Subscriber {
  readonly chatId: number;
  /** The person of the private chat, or who subscribes the group. */
  readonly userId: number | undefined;
  /** For chats of several people, which have no language and zone of their own. */
  readonly shared?: { readonly language: Language; readonly timeZone: string } | undefined;
}

export interface SubscriberDeps {
  readonly delivery: { readonly preferences: Pick<Preferences, "setTopic"> };
  readonly clock: Clock;
}

/** Begins or takes up again; everything that was chosen before holds. A mute of signals in the settings is taken back. */
export async function subscribe({ delivery, clock }: SubscriberDeps, tx: Tx, who: Subscriber): Promise<void> {
  const now = clock.now();
  await sql`
    insert into signals.subscription as known
      (chat_id, user_id, active, subscribed_at, changed_at, language, time_zone)
    values (${who.chatId}, ${who.userId ?? null}, true, ${now}, ${now}, ${who.shared?.language ?? null},
      ${who.shared?.timeZone ?? null})
    on conflict (chat_id) do update set
      active = true,
      subscribed_at = case when known.active then known.subscribed_at else excluded.subscribed_at end,
      unsubscribed_at = null,
      -- One that was over begins anew.
      expires_at = case when known.expires_at <= excluded.changed_at then null else known.expires_at end,
      user_id = coalesce(excluded.user_id, known.user_id),
      language = coalesce(excluded.language, known.language),
      time_zone = coalesce(excluded.time_zone, known.time_zone),
      changed_at = excluded.changed_at`.execute(tx);
  await delivery.preferences.setTopic(tx, who.chatId, { topic: signalTopic, enabled: true });
  await planReport(tx, who.chatId, now);
}

/** What waits for the chat is not sent any more. @returns whether it was subscribed. */
export async function unsubscribe({ delivery, clock }: SubscriberDeps, tx: Tx, chatId: number): Promise<boolean> {
  const now = clock.now();
  const { numAffectedRows } = await sql`
    update signals.subscription set active = false, unsubscribed_at = ${now}, changed_at = ${now}
    where chat_id = ${chatId} and active`.execute(tx);
  if (numAffectedRows === 0n) return false;
  await delivery.preferences.setTopic(tx, chatId, { topic: signalTopic, enabled: false });
  await planReport(tx, chatId, now);
  return true;
}

/** Also for a chat that has not subscribed (yet): onboarding chooses first. */
export async function changeSubscription(
  { clock }: Pick<SubscriberDeps, "clock">,
  tx: Tx,
  of: { readonly chatId: number; readonly userId: number | undefined; readonly change: SubscriptionChange },
): Promise<Subscription> {
  const { chatId, userId, change } = of;
  const now = clock.now();
  await sql`
    insert into signals.subscription (chat_id, user_id, active, changed_at)
    values (${chatId}, ${userId ?? null}, false, ${now})
    on conflict (chat_id) do nothing`.execute(tx);
  const assignments = assignmentsOf(change);
  await sql`
    update signals.subscription set ${sql.join([sql`changed_at = ${now}`, ...assignments])}
    where chat_id = ${chatId}`.execute(tx);
  await planReport(tx, chatId, now);
  return await readSubscription(tx, chatId);
}

/** @returns false when it was so already. */
export async function setMuted(
  tx: Tx,
  of: { readonly chatId: number; readonly asset: string; readonly muted: boolean; readonly now: Date },
): Promise<boolean> {
  const { chatId, asset, muted, now } = of;
  await sql`
    insert into signals.subscription (chat_id, active, changed_at) values (${chatId}, false, ${now})
    on conflict (chat_id) do nothing`.execute(tx);
  const { numAffectedRows } = await sql`
    update signals.subscription set changed_at = ${now},
      muted_assets = ${muted ? sql`muted_assets || ${asset}::text` : sql`array_remove(muted_assets, ${asset}::text)`}
    where chat_id = ${chatId} and (${asset}::text = any(muted_assets)) = ${!muted}`.execute(tx);
  return numAffectedRows === 1n;
}

/** What an operator grants. @param until undefined: back to the free tier, or to what is paid. */
export async function setPremium(
  tx: Tx,
  of: { readonly chatId: number; readonly until: Date | undefined; readonly now: Date },
): Promise<void> {
  await sql`
    insert into signals.subscription as known (chat_id, active, premium_granted_until, premium_until, changed_at)
    values (${of.chatId}, false, ${of.until ?? null}, ${of.until ?? null}, ${of.now})
    on conflict (chat_id) do update set
      premium_granted_until = excluded.premium_granted_until,
      premium_until = greatest(excluded.premium_granted_until, known.premium_paid_until),
      changed_at = excluded.changed_at`.execute(tx);
}

/** What a person's plan is paid until; undefined: nothing is paid any more. */
export async function setPaidPremium(
  tx: Tx,
  of: {
    readonly chatId: number;
    readonly userId: number;
    readonly until: Date | undefined;
    readonly now: Date;
  },
): Promise<void> {
  const until = of.until ?? null;
  await sql`
    insert into signals.subscription as known
      (chat_id, user_id, active, premium_paid_until, premium_until, changed_at)
    values (${of.chatId}, ${of.userId}, false, ${until}, ${until}, ${of.now})
    on conflict (chat_id) do update set
      premium_paid_until = excluded.premium_paid_until,
      premium_until = greatest(known.premium_granted_until, excluded.premium_paid_until),
      changed_at = excluded.changed_at`.execute(tx);
}

/** @param until undefined: it never ends by itself. */
export async function setSubscriptionEnd(
  tx: Tx,
  of: { readonly chatId: number; readonly until: Date | undefined; readonly now: Date },
): Promise<void> {
  await sql`
    update signals.subscription set expires_at = ${of.until ?? null}, changed_at = ${of.now}
    where chat_id = ${of.chatId}`.execute(tx);
}

/** Plans the next report after `now`. A change of the time zone plans it anew by itself. */
async function planReport(tx: Tx, chatId: number, now: Date): Promise<void> {
  await sql`
    update signals.subscription set
      next_report_at = case when active then signals.next_report(report_period, report_at, zone, ${now}) end
    where chat_id = ${chatId}`.execute(tx);
}

interface SubscriptionRow {
  readonly chat_id: number;
  readonly user_id: number | null;
  readonly active: boolean;
  readonly subscribed_at: Date | null;
  readonly unsubscribed_at: Date | null;
  readonly expires_at: Date | null;
  readonly types: readonly SignalType[];
  readonly min_confidence: string;
  readonly assets: readonly string[];
  readonly timeframes: readonly string[];
  readonly models: readonly string[];
  readonly muted_assets: readonly string[];
  readonly from_minute: number | null;
  readonly to_minute: number | null;
  readonly hours_mode: HoursMode;
  readonly format: MessageFormat;
  readonly premium_until: Date | null;
  readonly report_period: ReportPeriod;
  readonly report_minute: number;
  readonly next_report_at: Date | null;
  readonly changed_at: Date;
}

function subscriptionFrom(row: SubscriptionRow): Subscription {
  return {
    chatId: row.chat_id,
    userId: row.user_id ?? undefined,
    active: row.active,
    subscribedAt: row.subscribed_at ?? undefined,
    unsubscribedAt: row.unsubscribed_at ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    types: row.types,
    minConfidence: Number(row.min_confidence),
    assets: row.assets,
    timeframes: row.timeframes,
    models: row.models,
    mutedAssets: row.muted_assets,
    hours:
      row.from_minute === null || row.to_minute === null ? undefined : { from: row.from_minute, to: row.to_minute },
    hoursMode: row.hours_mode,
    format: row.format,
    premiumUntil: row.premium_until ?? undefined,
    reportPeriod: row.report_period,
    reportAt: row.report_minute,
    nextReportAt: row.next_report_at ?? undefined,
    changedAt: row.changed_at,
  };
}

function assignmentsOf(change: SubscriptionChange): readonly RawBuilder<unknown>[] {
  const { types, minConfidence, assets, timeframes, models, hours, hoursMode, format, reportPeriod, reportAt } = change;
  return [
    types !== undefined && sql`types = ${types}`,
    minConfidence !== undefined && sql`min_confidence = ${minConfidence}::numeric`,
    assets !== undefined && sql`assets = ${assets}`,
    timeframes !== undefined && sql`timeframes = ${timeframes}`,
    models !== undefined && sql`models = ${models}`,
    "hours" in change && sql`hours_from = ${timeOf(hours?.from)}::time, hours_to = ${timeOf(hours?.to)}::time`,
    hoursMode !== undefined && sql`hours_mode = ${hoursMode}`,
    format !== undefined && sql`format = ${format}`,
    reportPeriod !== undefined && sql`report_period = ${reportPeriod}`,
    reportAt !== undefined && sql`report_at = ${timeOf(reportAt)}::time`,
  ].filter((assignment) => assignment !== false);
}

function minutesOf(column: string): RawBuilder<number> {
  return sql<number>`(extract(epoch from ${sql.ref(column)}) / 60)::int`;
}

function timeOf(minutes: number | undefined): string | null {
  if (minutes === undefined) return null;
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
