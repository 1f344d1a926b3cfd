/** Formats in one language; times in the reader's own time zone. Made once per language: `Intl` objects are dear. */
export interface Formats {
  /** `14:05` */
  readonly time: (unixSeconds: number) => string;
  /** `14:05`, `Mon`, `5 Jan` or `05/01/2025`: as much as a chat list needs. */
  readonly listTime: (unixSeconds: number, now: Date) => string;
  /** `Monday, 5 January`, with the year when it is another one than `now`'s. */
  readonly day: (unixSeconds: number, now: Date) => string;
  /** Date and time in full, for tooltips. */
  readonly full: (unixSeconds: number) => string;
  readonly number: (value: number) => string;
  /** `3.4 MB` */
  readonly bytes: (count: number) => string;
  /** A Telegram date-time entity: `r` or a mix of `w`, `d`/`D`, `t`/`T`; empty when the format is empty. */
  readonly entity: (unixSeconds: number, format: string, now: Date) => string;
}

export function makeFormats(language: string): Formats {
  const of = (options: Intl.DateTimeFormatOptions): ((unixSeconds: number) => string) => {
    const format = new Intl.DateTimeFormat(language, options);
    return (unixSeconds) => format.format(unixSeconds * 1000);
  };
  const time = of({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const weekday = of({ weekday: "short" });
  const dayMonth = of({ day: "numeric", month: "short" });
  const date = of({ year: "numeric", month: "2-digit", day: "2-digit" });
  const thisYear = of({ weekday: "long", day: "numeric", month: "long" });
  const otherYear = of({ day: "numeric", month: "long", year: "numeric" });
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  return {
    time,
    listTime: (unixSeconds, now) => {
      const days = daysBefore(unixSeconds, now);
      if (days <= 0) return time(unixSeconds);
      if (days < 7) return weekday(unixSeconds);
      return sameYear(unixSeconds, now) ? dayMonth(unixSeconds) : date(unixSeconds);
    },
    day: (unixSeconds, now) => (sameYear(unixSeconds, now) ? thisYear(unixSeconds) : otherYear(unixSeconds)),
    full: of({ dateStyle: "full", timeStyle: "medium", hourCycle: "h23" }),
    number: (value) => number.format(value),
    bytes: (count) => formatBytes(count, number),
    entity: (unixSeconds, format, now) =>
      format === "r" ? relative(unixSeconds, now, language) : absolute(unixSeconds, format, language),
  };
}

/** Seconds as `0:07`, `12:34` or `1:02:03`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(Math.round(seconds), 0);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** The reader's calendar day, as text that is equal within a day. */
export function localDay(unixSeconds: number): string {
  const date = new Date(unixSeconds * 1000);
  return `${String(date.getFullYear())}-${String(date.getMonth() + 1)}-${String(date.getDate())}`;
}

/** Calendar days between then and now, by the reader's midnights: 0 today, 1 yesterday. */
export function daysBefore(unixSeconds: number, now: Date): number {
  const then = new Date(unixSeconds * 1000);
  const midnight = (date: Date): number => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(now) - midnight(then)) / 86_400_000);
}

/** Up to two letters for an avatar: of the first and the last word. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = words[0] ?? name;
  const last = words.length > 1 ? words.at(-1) : undefined;
  return [first, last]
    .map((word) => Array.from(word ?? "").find((char) => /[\p{L}\p{N}]/u.test(char)) ?? "")
    .join("")
    .toUpperCase();
}

function sameYear(unixSeconds: number, now: Date): boolean {
  return new Date(unixSeconds * 1000).getFullYear() === now.getFullYear();
}

function formatBytes(count: number, number: Intl.NumberFormat): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), units.length - 1);
  return `${number.format(count / 1024 ** power)} ${units[power] ?? "B"}`;
}

function relative(unixSeconds: number, now: Date, language: string): string {
  const seconds = unixSeconds - now.getTime() / 1000;
  const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}

function absolute(unixSeconds: number, format: string, language: string): string {
  const options: Intl.DateTimeFormatOptions = {};
  if (format.includes("w")) options.weekday = "long";
  if (format.includes("d")) Object.assign(options, { day: "2-digit", month: "2-digit", year: "2-digit" });
  if (format.includes("D")) Object.assign(options, { day: "numeric", month: "long", year: "numeric" });
  if (/t/i.test(format)) Object.assign(options, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (format.includes("T")) options.second = "2-digit";
  return Object.keys(options).length === 0 ? "" : new Intl.DateTimeFormat(language, options).format(unixSeconds * 1000);
}
