import { Html } from "#kernel/lib/html.ts";
import type { Translate } from "#kernel/lib/texts.ts";

import type { SignalSettings } from "../settings.ts";
import { type Subscription, tierOf } from "../subscriber.ts";
import { listed, filterWords } from "./filter-words.ts";
import { formatDay } from "./format-time.ts";

interface Known {
  readonly subscription: Subscription;
  readonly settings: SignalSettings;
  readonly timeZone: string;
  readonly now: Date;
}

/** Everything that decides what somebody gets, line by line. */
export function subscriptionLines({ subscription, settings, timeZone, now }: Known, t: Translate): readonly Html[] {
  const { active, expiresAt, mutedAssets, format, reportPeriod, reportAt } = subscription;
  const place = { language: t.language, timeZone };
  const isOver = expiresAt !== undefined && expiresAt <= now;
  const state = !active
    ? t("signals-state-off")
    : expiresAt === undefined
      ? t("signals-state-on")
      : t(isOver ? "signals-state-over" : "signals-state-until", { day: formatDay(expiresAt, place) });
  const lines = [
    state,
    t("signals-line-filter", { filter: filterWords(subscription, t) }),
    t("signals-line-hours", { hours: hoursWords(subscription, t) }),
    tierLine({ subscription, settings, timeZone, now }, t),
    t("signals-line-format", { format: t.plain(`signals-format-${format}`) }),
    t("signals-line-report", { report: reportWords(reportPeriod, reportAt, t) }),
  ];
  if (mutedAssets.length > 0) lines.push(t("signals-line-muted", { assets: listed(mutedAssets, t) }));
  return lines;
}

function tierLine({ subscription, settings, timeZone, now }: Known, t: Translate): Html {
  if (settings.everybodyPremium || settings.freeDelayMinutes === 0) return t("signals-tier-everybody");
  if (tierOf(subscription, settings, now) === "free") {
    return t("signals-tier-free", {
      minutes: settings.freeDelayMinutes,
      isSold: settings.premiumStars > 0 ? "yes" : "no",
    });
  }
  const until = subscription.premiumUntil ?? now;
  return t("signals-tier-premium", { day: formatDay(until, { language: t.language, timeZone }) });
}

/** `always`, or `08:00 – 22:00, held back at other times`. */
export function hoursWords({ hours, hoursMode }: Pick<Subscription, "hours" | "hoursMode">, t: Translate): string {
  if (hours === undefined) return t.plain("signals-hours-always");
  return t.plain("signals-hours-range", {
    range: rangeWords(hours),
    mode: t.plain(`signals-hours-${hoursMode}`),
  });
}

export function rangeWords({ from, to }: { readonly from: number; readonly to: number }): string {
  return `${clockWords(from)} – ${clockWords(to)}`;
}

export function reportWords(period: Subscription["reportPeriod"], at: number, t: Translate): string {
  return t.plain(`signals-period-${period}`, { time: clockWords(at) });
}

function clockWords(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
