import type { DeliveryRow, History } from "../history.ts";
import type { Deed } from "../nemesis.ts";
import { markerPattern } from "../plan.ts";
import type { FaultKind } from "../schedule.ts";
import type { Moment, SendLine } from "../telegram/journal.ts";

/** Something that must not be, with what it is about, so that its evidence can be shown. */
export interface Violation {
  readonly detail: string;
  readonly chatId?: number;
  /** A marker or a charge id. */
  readonly token?: string;
}

/** What must hold after any run, whatever was done to it. */
export interface Rule {
  readonly name: string;
  readonly says: string;
  readonly check: (history: History) => readonly Violation[];
}

export type Send = SendLine & Moment;

/** Lanes that send again what may have arrived: payment, reply and alert. */
export const repeats = (lane: number): boolean => lane <= 2;

export const isEdit = ({ method }: SendLine): boolean => method.startsWith("edit");

const chargePattern = /charge-\d+-\d+/g;

/** The names by which a text is recognised. */
export function tokensOf(text: string): readonly string[] {
  return [...new Set([...(text.match(markerPattern) ?? []), ...(text.match(chargePattern) ?? [])])];
}

const key = (chatId: number, token: string): string => `${chatId} ${token}`;

/** Messages that were accepted, by their chat and what they say; in the order of their arrival. */
export function acceptedByToken({ sends }: History): (chatId: number, token: string) => readonly Send[] {
  const found = new Map<string, Send[]>();
  for (const send of sends) {
    if (send.fate !== "accepted" || isEdit(send)) continue;
    for (const token of tokensOf(send.text)) add(found, key(send.chatId, token), send);
  }
  return (chatId, token) => found.get(key(chatId, token)) ?? [];
}

/** Deliveries by their chat and what they say; digests, which say what others say, left out. */
export function deliveriesByToken({ deliveries }: History): (chatId: number, token: string) => readonly DeliveryRow[] {
  const digests = new Set(deliveries.map(({ digest_id: id }) => id));
  const found = new Map<string, DeliveryRow[]>();
  for (const delivery of deliveries) {
    if (digests.has(delivery.id) || delivery.is_edit) continue;
    for (const token of tokensOf(delivery.body)) add(found, key(delivery.chat_id, token), delivery);
  }
  return (chatId, token) => found.get(key(chatId, token)) ?? [];
}

function add<T>(map: Map<string, T[]>, name: string, value: T): void {
  const known = map.get(name);
  if (known === undefined) map.set(name, [value]);
  else known.push(value);
}

/** After these everybody knows whether a message has arrived. After all others perhaps nobody does. */
const clear: ReadonlySet<FaultKind> = new Set<FaultKind>(["flood-chats", "flood-bot", "clock"]);

/** What was on its way when something began, and what was begun before all had noticed that it is over. */
const marginMs = 1500;

/** Whether something was done around this moment that may be the reason for a doubt. */
export function mayBeDoubtful({ deeds }: History, send: Send): boolean {
  return send.isAmbiguous || deeds.some((deed) => !clear.has(deed.kind) && during(deed, send.ms));
}

export function during({ beganMs, endedMs }: Deed, ms: number, margin = marginMs): boolean {
  return ms >= beganMs - margin && ms <= endedMs + margin;
}
