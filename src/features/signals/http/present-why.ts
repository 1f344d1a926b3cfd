import { z } from "zod";

import type { Rule, Why } from "../why.ts";

const time = z.iso.datetime();

export const whySchema = z.object({
  signal_id: z.int(),
  chat_id: z.int(),
  verdict: z.enum(["delivered", "waiting", "not_delivered", "not_matched"]),
  tier: z.enum(["free", "premium"]).optional(),
  queued_at: time.optional(),
  delivered_at: time.optional(),
  read_at: time.optional(),
  until: time.optional(),
  because: z.enum(["tier", "hours", "quiet_hours", "queue"]).optional().describe("what it waits for"),
  state: z.enum(["suppressed", "expired", "failed", "unknown"]).optional(),
  finished_at: time.optional(),
  reason: z.string().optional().describe("muted, blocked, withdrawn, … or what Telegram said"),
  rule: z.string().optional().describe("the first rule that kept it away"),
  wanted: z.union([z.array(z.string()), z.number()]).optional(),
  was: z.union([z.string(), z.number()]).optional(),
  at: time.optional(),
  hours: z.object({ from: z.string(), to: z.string(), time_zone: z.string() }).optional(),
  changed_since: time
    .optional()
    .describe("the settings were changed after the signal: they may have said otherwise then"),
});

export function presentWhy(why: Why): z.input<typeof whySchema> {
  const of = { signal_id: why.signalId, chat_id: why.chatId };
  switch (why.verdict) {
    case "unknown_signal":
      throw new Error("an unknown signal has nothing to show");
    case "delivered":
      return {
        ...of,
        verdict: why.verdict,
        tier: why.tier,
        queued_at: why.queuedAt.toISOString(),
        delivered_at: why.at.toISOString(),
        read_at: why.readAt?.toISOString(),
      };
    case "waiting":
      return {
        ...of,
        verdict: why.verdict,
        queued_at: why.queuedAt.toISOString(),
        until: why.until?.toISOString(),
        because: why.because,
      };
    case "not_delivered":
      return {
        ...of,
        verdict: why.verdict,
        state: why.state,
        finished_at: why.at?.toISOString(),
        reason: why.reason,
      };
    case "not_matched":
      return {
        ...of,
        verdict: why.verdict,
        ...presentRule(why.rule),
        changed_since: why.changedSince?.toISOString(),
      };
  }
}

function presentRule(rule: Rule): Partial<z.input<typeof whySchema>> {
  switch (rule.rule) {
    case "not_subscribed":
    case "none":
      return { rule: rule.rule };
    case "subscribed_later":
    case "unsubscribed":
    case "subscription_ended":
    case "signal_expired":
      return { rule: rule.rule, at: rule.at.toISOString() };
    case "type":
    case "asset":
    case "timeframe":
    case "model":
      return { rule: rule.rule, wanted: [...rule.wanted], was: rule.was };
    case "confidence":
      return { rule: rule.rule, wanted: rule.wanted, was: rule.was };
    case "asset_muted":
      return { rule: rule.rule, was: rule.asset };
    case "hours":
      return {
        rule: rule.rule,
        at: rule.at.toISOString(),
        hours: { from: clock(rule.from), to: clock(rule.to), time_zone: rule.timeZone },
      };
  }
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
