import type { QuietHours } from "../delivery/index.ts";

/** When they begin and end, in minutes after midnight. */
export type QuietRange = Pick<QuietHours, "from" | "to">;

const day = 24 * 60;
const time = String.raw`(\d{1,2})(?:[:.](\d{2}))?`;
const rangePattern = new RegExp(String.raw`^\s*${time}\s*(?:-|–|—|~|to|부터)\s*${time}\s*(?:까지)?\s*$`, "i");

/** Two times as people write them: `22:30-07:15`, `23 – 8`, `22.00~6.30`. Undefined when they are none, or the same. */
export function parseQuietRange(text: string): QuietRange | undefined {
  const [, fromHour, fromMinute, toHour, toMinute] = rangePattern.exec(text) ?? [];
  const from = minutesOf(fromHour, fromMinute);
  const to = minutesOf(toHour, toMinute);
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

function minutesOf(hour: string | undefined, minute = "0"): number | undefined {
  const minutes = Number(hour) * 60 + Number(minute);
  if (!(minutes <= day) || Number(minute) >= 60) return undefined;
  return minutes % day;
}

/** One end moved on the clock, over midnight too. Never onto the other end: then it goes one step further. */
export function shiftQuietRange(range: QuietRange, end: "from" | "to", byMinutes: number): QuietRange {
  const moved = (minutes: number): number => (((minutes + byMinutes) % day) + day) % day;
  const once = { ...range, [end]: moved(range[end]) };
  return once.from === once.to ? { ...once, [end]: moved(once[end]) } : once;
}

export function clockText(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
