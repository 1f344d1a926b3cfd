import type { Hours } from "../subscriber.ts";

/** The dialog that waits for typed hours. */
export const hoursDialog = "signals.hours";

export interface HourChoice {
  readonly id: string;
  /** Undefined: always. */
  readonly hours: Hours | undefined;
}

export const hourChoices: readonly HourChoice[] = [
  { id: "always", hours: undefined },
  { id: "480-1320", hours: { from: 8 * 60, to: 22 * 60 } },
  { id: "540-1080", hours: { from: 9 * 60, to: 18 * 60 } },
  { id: "420-0", hours: { from: 7 * 60, to: 0 } },
];

export function readHourChoice(id: string): HourChoice | undefined {
  return hourChoices.find((choice) => choice.id === id);
}

/** `8-22`, `08:30–17:45`, `22:00 - 6:00`; undefined for anything else. From and to must differ. */
export function parseHours(text: string): Hours | undefined {
  const match = /^\s*(\d{1,2})(?::(\d{2}))?\s*(?:-|–|—|~|to|부터)\s*(\d{1,2})(?::(\d{2}))?\s*$/i.exec(text);
  if (match === null) return undefined;
  const [from, to] = [minutesOf(match[1], match[2]), minutesOf(match[3], match[4])];
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

function minutesOf(hour = "", minute = "0"): number | undefined {
  const [hours, minutes] = [Number(hour), Number(minute)];
  if (hours === 24 && minutes === 0) return 0;
  return hours > 23 || minutes > 59 ? undefined : hours * 60 + minutes;
}
