import type { Matchable, MatchRules } from "../match.ts";
import type { Subscription } from "../subscriber.ts";

/** What `matching` says in SQL, in plain words: one subscriber at a time, without a database. */

export interface ReferenceSubscriber extends Pick<
  Subscription,
  | "active"
  | "expiresAt"
  | "types"
  | "minConfidence"
  | "assets"
  | "timeframes"
  | "models"
  | "mutedAssets"
  | "hours"
  | "hoursMode"
  | "premiumUntil"
> {
  readonly blocked: boolean;
  readonly zone: string;
}

export interface ReferenceMatch {
  readonly hushed: boolean;
  /** Undefined: at once. */
  readonly notBefore: Date | undefined;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Undefined: the signal is not for him. */
export function referenceMatch(
  signal: Matchable,
  who: ReferenceSubscriber,
  { now, freeDelayMinutes, everybodyPremium }: MatchRules,
): ReferenceMatch | undefined {
  if (!who.active || who.blocked) return undefined;
  if (who.expiresAt !== undefined && who.expiresAt <= now) return undefined;
  if (!passes(signal, who)) return undefined;
  const isPremium = everybodyPremium || (who.premiumUntil !== undefined && who.premiumUntil > now);
  const due = isPremium ? now : new Date(now.getTime() + freeDelayMinutes * minuteMs);
  const wanted = whenWanted(due, who);
  if (wanted === undefined) return undefined;
  if (signal.expiresAt !== undefined && wanted.at >= signal.expiresAt) return undefined;
  return { hushed: wanted.hushed, notBefore: wanted.at > now || wanted.held ? wanted.at : undefined };
}

function passes(signal: Matchable, who: ReferenceSubscriber): boolean {
  const within = (list: readonly string[], value: string | undefined): boolean =>
    list.length === 0 || (value !== undefined && list.includes(value));
  return (
    within(who.types, signal.type) &&
    signal.confidence >= who.minConfidence &&
    within(who.assets, signal.asset) &&
    within(who.timeframes, signal.timeframe) &&
    within(
      who.models.map((model) => model.toLowerCase()),
      signal.sourceModel?.toLowerCase(),
    ) &&
    !who.mutedAssets.includes(signal.asset)
  );
}

function whenWanted(
  due: Date,
  { hours, hoursMode, zone }: ReferenceSubscriber,
): { readonly at: Date; readonly hushed: boolean; readonly held: boolean } | undefined {
  if (hours === undefined) return { at: due, hushed: false, held: false };
  const local = wallClock(due, zone);
  const minute = Math.floor((local % dayMs) / minuteMs);
  const isWanted =
    hours.from < hours.to ? minute >= hours.from && minute < hours.to : minute >= hours.from || minute < hours.to;
  if (isWanted) return { at: due, hushed: false, held: false };
  if (hoursMode === "drop") return undefined;
  if (hoursMode === "silent") return { at: due, hushed: true, held: false };
  const midnight = local - (local % dayMs);
  const opens = midnight + hours.from * minuteMs + (minute < hours.from ? 0 : dayMs);
  return { at: new Date(Math.max(instantOf(opens, zone), due.getTime())), hushed: false, held: true };
}

/** What the clocks of a zone show, as if it were UTC. */
function wallClock(at: Date, zone: string): number {
  return at.getTime() + offsetMs(at.getTime(), zone);
}

/**
 * The moment at which the clocks of a zone show a time. One that is left out in spring is read by the clock before the
 * change, one that comes twice in autumn is the second: as PostgreSQL does.
 */
function instantOf(shown: number, zone: string): number {
  const before = offsetMs(shown - dayMs, zone);
  const after = offsetMs(shown + dayMs, zone);
  const [byBefore, byAfter] = [shown - before, shown - after];
  const isBefore = offsetMs(byBefore, zone) === before;
  const isAfter = offsetMs(byAfter, zone) === after;
  if (isAfter) return byAfter;
  return isBefore || !isAfter ? byBefore : byAfter;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetMs(at: number, zone: string): number {
  const known = formats.get(zone);
  const format =
    known ??
    new Intl.DateTimeFormat("en", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  formats.set(zone, format);
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return shown - Math.floor(at / 1000) * 1000;
}
