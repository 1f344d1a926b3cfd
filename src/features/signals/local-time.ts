import type { Hours } from "./subscriber.ts";

/** The minute of the day on the clocks of a zone. @param zone IANA. */
export function localMinute(at: Date, zone: string): number {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const { hour = "0", minute = "0" } = Object.fromEntries(
    parts.formatToParts(at).map(({ type, value }) => [type, value]),
  );
  return Number(hour) * 60 + Number(minute);
}

/** `from` > `to` spans midnight. */
export function isInside({ from, to }: Hours, minute: number): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}
