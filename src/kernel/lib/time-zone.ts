/**
 * The IANA time zone with this name, in its usual spelling; undefined when there is none. Offsets such as `+09:00` are
 * not names: Intl knows them, but PostgreSQL reads their sign the other way round.
 */
export function timeZoneNamed(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    // Intl may answer with an older name of the same zone (Asia/Calcutta for Asia/Kolkata): the person's own stays.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** One or two for each part of the world; for people to choose from; everything else is typed. */
export const commonTimeZones = [
  "Asia/Seoul",
  "Asia/Tokyo",
  "Asia/Singapore",
  "Asia/Kolkata",
  "Asia/Dubai",
  "Europe/Istanbul",
  "Europe/Berlin",
  "Europe/London",
  "America/Sao_Paulo",
  "America/New_York",
  "America/Chicago",
  "America/Los_Angeles",
] as const;

/** The zone that a person typed: IANA names in any case, with spaces for underscores. */
export function typedTimeZone(typed: string): string | undefined {
  const wanted = typed.trim().replaceAll(" ", "_").toLowerCase();
  return [...Intl.supportedValuesOf("timeZone"), "UTC"].find((zone) => zone.toLowerCase() === wanted);
}
