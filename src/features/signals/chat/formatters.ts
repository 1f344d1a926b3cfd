import type { Language } from "#kernel/lib/language.ts";

/**
 * Formatters are kept: making one takes as long as a hundred uses, and a signal is written for every language and zone
 * that somebody reads (1,600 versions: 1.4 s when each made its own). There are no more than languages and zones.
 */
const numbers = new Map<string, Intl.NumberFormat>();
const times = new Map<string, Intl.DateTimeFormat>();

export function numberFormat(language: Language, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const format = numbers.get(key) ?? new Intl.NumberFormat(language, options);
  numbers.set(key, format);
  return format;
}

/** @param options with the time zone, which is a known one. */
export function timeFormat(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const format = times.get(key) ?? new Intl.DateTimeFormat(language, options);
  times.set(key, format);
  return format;
}
