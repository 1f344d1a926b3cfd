import type { Candidate } from "./horizon.ts";

/** What waits for one chat in one lane, as far as it is known: only the first may go. */
export interface ChatLine {
  readonly chatId: number;
  /** By id; the first one is on the wire when `away`. */
  readonly waiting: Waiting[];
  away: boolean;
  /** More of this chat is in the database, behind this id. */
  moreAfter: number | undefined;
  /** Something came that belongs behind the gap. */
  missed: boolean;
  /** Distinguishes its current place in a heap from older ones. */
  place: number;
  ready: boolean;
}

export interface Waiting {
  readonly candidate: Candidate;
  readonly notBeforeMs: number;
}

/** More would only fill memory: a chat gets about one a second. */
const mostPerChat = 8;
export const mostPassedPerChat = 4;
/** One more than is kept, to see whether there is more, beside those that have been passed. */
export const gapSize = mostPerChat + mostPassedPerChat + 1;

export function newLine(chatId: number): ChatLine {
  return { chatId, waiting: [], away: false, moreAfter: undefined, missed: false, place: 0, ready: false };
}

export function has(line: ChatLine, candidate: Candidate): boolean {
  return line.waiting.some((waiting) => waiting.candidate.id === candidate.id);
}

/**
 * Puts it where its id belongs; the one on the wire stays first, even when an older one turns up. What is too far back
 * stays in the database.
 * @returns whether it is the first now, and how many more are known.
 */
export function insert(line: ChatLine, waiting: Waiting): { readonly first: boolean; readonly added: number } {
  const { id } = waiting.candidate;
  let at = line.waiting.length;
  while (at > 0 && (line.waiting[at - 1]?.candidate.id ?? 0) > id) at -= 1;
  if (line.away && at === 0) at = 1;
  if (at >= mostPerChat) {
    line.moreAfter = id - 1;
    return { first: false, added: 0 };
  }
  line.waiting.splice(at, 0, waiting);
  if (line.waiting.length <= mostPerChat) return { first: at === 0, added: 1 };
  const last = line.waiting.pop();
  if (last !== undefined) line.moreAfter = last.candidate.id - 1;
  return { first: at === 0, added: 0 };
}

/** @returns where it stood; undefined when it was not known. */
export function takeOut(line: ChatLine, candidate: Candidate): number | undefined {
  const index = line.waiting.findIndex((waiting) => waiting.candidate.id === candidate.id);
  if (index < 0) return undefined;
  line.waiting.splice(index, 1);
  return index;
}
