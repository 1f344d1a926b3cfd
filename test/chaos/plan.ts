import { seeded } from "../../bench/harness/seeded.ts";
import type { Purchase } from "./telegram/people.ts";

/** What is asked of the program, and when: all of it follows from the seed. */
export type Request =
  | { readonly kind: "notify"; readonly note: Note }
  | { readonly kind: "command"; readonly personId: number; readonly marker: string }
  | { readonly kind: "buy"; readonly purchase: Purchase };

/** A notification to be submitted over HTTP. */
export interface Note {
  /** Stands in its text, and in no other one. */
  readonly marker: string;
  readonly topic: "announcement" | "system_error" | "test";
  readonly chatIds: readonly number[];
  readonly isCritical: boolean;
  /** Shared by two notes: only one of them may reach a chat. */
  readonly dedupeKey: string | undefined;
  readonly expiresInMs: number | undefined;
  /** Submitted once more when it has been acknowledged. */
  readonly isRepeated: boolean;
}

export interface Planned {
  readonly afterMs: number;
  readonly request: Request;
}

export const quietChats: readonly number[] = range(3001, 4);
const recipients = range(2001, 90);
const groups = [-5001, -5002];
const fewestCommanders = 10;
/** Commands of each in the whole time, about: after an outage all of them may come at once, and 20 are taken in a minute. */
const commandsOfEach = 8;
const firstBuyer = 4001;
/** Each is written to a lot by nobody in particular, and then asks something. */
export const askers = range(1101, 6);

function range(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

/** Markers look like the name of a command, so that the answer to an unknown one repeats it. */
export function markerOf(index: number): string {
  return `mk${String(index).padStart(5, "0")}`;
}

export const markerPattern = /mk\d{5}/g;

/** How often a minute each is asked for, over the whole time. */
const perSecond = { note: 5, command: 3, purchase: 0.7 };
const broadcastEveryMs = 5000;
/** With all the rest two thirds of what may be sent, so that there is a rush and a lull in every turn. */
const broadcastSize = 45;
/** After a broadcast has gone out: the announcements before the question leave at once. */
const quietAfterMs = 3900;
const questionAfterMs = 600;
const announcements = 4;
const questions = 3;

/** Making a video takes seconds of a processor: short runs go without. */
const filmsFromMs = 15_000;

export function planRequests(seed: number, forMs: number): readonly Planned[] {
  const random = seeded(seed);
  const planned: Planned[] = [];
  const commanders = range(
    1001,
    Math.max(fewestCommanders, Math.ceil((forMs / 1000) * (perSecond.command / commandsOfEach))),
  );
  let markers = 0;
  let keys = 0;
  let buyers = 0;
  const marker = (): string => markerOf((markers += 1));
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const moments = (each: number): readonly number[] =>
    Array.from({ length: Math.ceil((forMs / 1000) * each) }, () => Math.floor(random() * forMs));
  const note = (over: Partial<Note> = {}): Note => ({
    marker: marker(),
    topic: pick(["announcement", "system_error", "test"] as const),
    chatIds: [pick([...recipients, ...recipients, ...groups])],
    isCritical: random() < 0.1,
    dedupeKey: undefined,
    expiresInMs: random() < 0.1 ? 1000 + Math.floor(random() * 5000) : undefined,
    isRepeated: random() < 0.15,
    ...over,
  });
  const add = (afterMs: number, request: Request): void => {
    planned.push({ afterMs, request });
  };

  for (let at = 200; at < forMs; at += broadcastEveryMs) {
    const chatIds = [...recipients.slice(0, broadcastSize), ...quietChats, ...groups];
    const over = { topic: "announcement", chatIds, isCritical: false, expiresInMs: undefined } as const;
    add(at, { kind: "notify", note: note(over) });
  }
  for (let at = quietAfterMs; at + questionAfterMs < forMs; at += broadcastEveryMs) {
    const personId = askers[Math.floor(at / broadcastEveryMs) % askers.length] as number;
    const over = { topic: "announcement", chatIds: [personId], isCritical: false, expiresInMs: undefined } as const;
    for (let count = 0; count < announcements; count += 1) add(at, { kind: "notify", note: note(over) });
    for (let count = 0; count < questions; count += 1) {
      add(at + questionAfterMs, { kind: "command", personId, marker: marker() });
    }
  }
  for (const at of moments(perSecond.note)) {
    const made = note(random() < 0.15 ? { chatIds: [pick(quietChats)], expiresInMs: undefined } : {});
    if (random() > 0.12) {
      add(at, { kind: "notify", note: made });
      continue;
    }
    keys += 1;
    const dedupeKey = `key-${seed}-${keys}`;
    add(at, { kind: "notify", note: { ...made, dedupeKey } });
    const again = Math.min(at + Math.floor(random() * 4000), forMs);
    add(again, { kind: "notify", note: { ...made, marker: marker(), dedupeKey } });
  }
  for (const at of moments(perSecond.command)) {
    add(at, { kind: "command", personId: pick(commanders), marker: marker() });
  }
  for (const at of moments(perSecond.purchase)) {
    const personId = firstBuyer + (buyers += 1);
    const regrets = random() < 0.4;
    const orders = !regrets && forMs >= filmsFromMs && random() < 0.4;
    add(at, { kind: "buy", purchase: { personId, toldTwice: random() < 0.5, regrets, orders } });
  }
  return planned.toSorted((a, b) => a.afterMs - b.afterMs);
}
