import { sql } from "kysely";

import type { Db } from "#kernel/db/index.ts";
import type { Batches, Member } from "#kernel/delivery/index.ts";
import type { Settings } from "#kernel/settings/index.ts";

import { isInside, localMinute } from "./local-time.ts";
import { signalSettings } from "./settings.ts";
import { findSignal, type Signal } from "./signal.ts";
import { readSubscription, type Subscription, tierOf } from "./subscriber.ts";
import type { ExplainSignal, Rule, WhyReason } from "./why.ts";

export interface ExplainDeps {
  readonly delivery: { readonly batches: Pick<Batches, "members"> };
  readonly settings: Pick<Settings, "read">;
}

/** Why a chat got a signal or did not: its delivery if there is one, else the first rule that kept it away. */
export function makeExplainSignal({ delivery, settings }: ExplainDeps): ExplainSignal {
  return async (db, { signalId, chatId }) => {
    const of = { signalId, chatId };
    const signal = await findSignal(db, signalId);
    if (signal === undefined) return { ...of, verdict: "unknown_signal" };
    const subscription = await readSubscription(db, chatId);
    const rules = await settings.read(signalSettings);
    const tier = tierOf(subscription, rules, signal.createdAt);
    const contentIds = await readContentIds(db, signalId);
    const [member] = await delivery.batches.members(db, contentIds, { chatId, limit: 1 });
    if (member !== undefined) {
      const readAt = await readReading(db, of);
      return { ...of, ...fateOf(member, { tier, readAt, delayMinutes: rules.freeDelayMinutes }) };
    }
    const { changedAt } = subscription;
    const zone = await readZone(db, chatId);
    const delayMinutes = tier === "premium" ? 0 : rules.freeDelayMinutes;
    return {
      ...of,
      verdict: "not_matched",
      rule: firstRule(signal, subscription, {
        zone,
        dueAt: new Date(signal.createdAt.getTime() + delayMinutes * 60_000),
      }),
      changedSince: changedAt !== undefined && changedAt > signal.createdAt ? changedAt : undefined,
    };
  };
}

function fateOf(
  member: Member,
  {
    tier,
    readAt,
    delayMinutes,
  }: { readonly tier: "free" | "premium"; readonly readAt: Date | undefined; readonly delayMinutes: number },
): WhyReason {
  const { state, createdAt: queuedAt, finishedAt, notBefore, reason } = member;
  switch (state) {
    case "sent":
      return { verdict: "delivered", at: finishedAt ?? queuedAt, queuedAt, tier, ...(readAt && { readAt }) };
    case "queued":
    case "sending":
    case "held":
      return { verdict: "waiting", queuedAt, until: notBefore, because: becauseOf(member, { tier, delayMinutes }) };
    case "expired":
    case "suppressed":
    case "failed":
    case "unknown":
      return { verdict: "not_delivered", state, at: finishedAt, reason };
  }
}

/** Quiet hours hold; the free tier's delay is known to the second; a later time is that of the subscription's hours. */
function becauseOf(
  { state, notBefore, createdAt }: Member,
  { tier, delayMinutes }: { readonly tier: "free" | "premium"; readonly delayMinutes: number },
): "tier" | "hours" | "quiet_hours" | "queue" {
  if (state === "held") return "quiet_hours";
  if (notBefore === undefined || state === "sending") return "queue";
  const afterDelayMs = notBefore.getTime() - createdAt.getTime() - delayMinutes * 60_000;
  return tier === "free" && afterDelayMs < 60_000 ? "tier" : "hours";
}

/** In the order in which `matching` asks. */
export function firstRule(
  signal: Signal,
  subscription: Subscription,
  { zone, dueAt }: { readonly zone: string; readonly dueAt: Date },
): Rule {
  return (
    subscriptionRule(signal, subscription) ??
    filterRule(signal, subscription) ??
    timeRule(signal, subscription, { zone, dueAt }) ?? { rule: "none" }
  );
}

function subscriptionRule({ createdAt }: Signal, subscription: Subscription): Rule | undefined {
  const { active, subscribedAt, unsubscribedAt, expiresAt } = subscription;
  if (!active)
    return unsubscribedAt === undefined ? { rule: "not_subscribed" } : { rule: "unsubscribed", at: unsubscribedAt };
  if (subscribedAt !== undefined && subscribedAt > createdAt) return { rule: "subscribed_later", at: subscribedAt };
  return expiresAt !== undefined && expiresAt <= createdAt ? { rule: "subscription_ended", at: expiresAt } : undefined;
}

function filterRule(signal: Signal, subscription: Subscription): Rule | undefined {
  const { types, minConfidence, assets, timeframes, models, mutedAssets } = subscription;
  const lists: readonly [
    rule: "type" | "asset" | "timeframe" | "model",
    wanted: readonly string[],
    was: string | undefined,
  ][] = [
    ["type", types, signal.type],
    ["asset", assets, signal.asset],
    ["timeframe", timeframes, signal.timeframe],
    ["model", models, signal.sourceModel],
  ];
  if (signal.confidence < minConfidence) return { rule: "confidence", wanted: minConfidence, was: signal.confidence };
  for (const [rule, wanted, was] of lists) {
    const isAmong = wanted.some((each) =>
      rule === "model" ? each.toLowerCase() === was?.toLowerCase() : each === was,
    );
    if (wanted.length > 0 && !isAmong) return { rule, wanted, was };
  }
  return mutedAssets.includes(signal.asset) ? { rule: "asset_muted", asset: signal.asset } : undefined;
}

function timeRule(
  { expiresAt }: Signal,
  { hours, hoursMode }: Subscription,
  { zone, dueAt }: { readonly zone: string; readonly dueAt: Date },
): Rule | undefined {
  if (expiresAt !== undefined && expiresAt <= dueAt) return { rule: "signal_expired", at: expiresAt };
  if (hours === undefined || isInside(hours, localMinute(dueAt, zone))) return undefined;
  if (hoursMode === "drop") return { rule: "hours", ...hours, at: dueAt, timeZone: zone };
  // Held until after its end.
  return hoursMode === "hold" && expiresAt !== undefined ? { rule: "signal_expired", at: expiresAt } : undefined;
}

async function readContentIds(db: Db, signalId: number): Promise<readonly number[]> {
  const { rows } = await sql<{ content_id: number }>`
    select content_id from signals.content where signal_id = ${signalId}`.execute(db);
  return rows.map(({ content_id: id }) => id);
}

async function readReading(
  db: Db,
  { signalId, chatId }: { readonly signalId: number; readonly chatId: number },
): Promise<Date | undefined> {
  const { rows } = await sql<{ read_at: Date }>`
    select read_at from signals.reading where signal_id = ${signalId} and chat_id = ${chatId}`.execute(db);
  return rows[0]?.read_at;
}

async function readZone(db: Db, chatId: number): Promise<string> {
  const { rows } = await sql<{ zone: string }>`
    select zone from signals.subscription where chat_id = ${chatId}`.execute(db);
  return rows[0]?.zone ?? "UTC";
}
