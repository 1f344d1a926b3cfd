import type { Language } from "#kernel/lib/language.ts";

import { timeFormat } from "./formatters.ts";

interface Place {
  readonly language: Language;
  readonly timeZone: string;
}

/** `21 Nov, 15:04` with the name of the zone, so that nobody has to guess whose clock it is. */
export function formatTime(at: Date, { language, timeZone }: Place): string {
  return timeFormat(language, {
    timeZone,
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  }).format(at);
}

/** `Nov 21`. */
export function formatDay(at: Date, { language, timeZone }: Place): string {
  return timeFormat(language, { timeZone, month: "short", day: "numeric" }).format(at);
}
