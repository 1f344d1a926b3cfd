import type { Db } from "#kernel/db/index.ts";

import type { Tier } from "./subscriber.ts";

/** Why a signal reached a chat or did not, with the times and values that decided. */
export type Why = { readonly signalId: number; readonly chatId: number } & WhyReason;

export type WhyReason =
  | { readonly verdict: "unknown_signal" }
  /** It is there. `read`: when a button was pressed first. */
  | {
      readonly verdict: "delivered";
      readonly at: Date;
      readonly queuedAt: Date;
      readonly tier: Tier;
      readonly readAt?: Date;
    }
  /** On its way. `until`: not before. */
  | {
      readonly verdict: "waiting";
      readonly queuedAt: Date;
      readonly until: Date | undefined;
      readonly because: "tier" | "hours" | "quiet_hours" | "queue";
    }
  /** It was queued and did not arrive: `muted`, `blocked`, `expired`, `withdrawn`, or what Telegram said. */
  | {
      readonly verdict: "not_delivered";
      readonly state: "suppressed" | "expired" | "failed" | "unknown";
      readonly at: Date | undefined;
      readonly reason: string | undefined;
    }
  /** It was never queued. `changedSince`: the settings were changed after the signal, so they may have said otherwise then. */
  | { readonly verdict: "not_matched"; readonly rule: Rule; readonly changedSince: Date | undefined };

/** What kept a signal from being queued, with what was asked and what the signal had. */
export type Rule =
  | { readonly rule: "not_subscribed" }
  | { readonly rule: "subscribed_later"; readonly at: Date }
  | { readonly rule: "unsubscribed"; readonly at: Date }
  | { readonly rule: "subscription_ended"; readonly at: Date }
  | { readonly rule: "signal_expired"; readonly at: Date }
  | {
      readonly rule: "type" | "asset" | "timeframe" | "model";
      readonly wanted: readonly string[];
      readonly was: string | undefined;
    }
  | { readonly rule: "confidence"; readonly wanted: number; readonly was: number }
  | { readonly rule: "asset_muted"; readonly asset: string }
  | { readonly rule: "hours"; readonly from: number; readonly to: number; readonly at: Date; readonly timeZone: string }
  /** Everything would let it pass: the settings have changed since, or it was made before signals were kept. */
  | { readonly rule: "none" };

export type ExplainSignal = (db: Db, of: { readonly signalId: number; readonly chatId: number }) => Promise<Why>;
