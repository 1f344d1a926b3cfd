import { gapSize } from "./chat-line.ts";
import { createChatLines } from "./chat-lines.ts";
import { createPlaces, type Places } from "./places.ts";

export { gapSize };

/** A queued delivery as far as choosing needs to know it. The row itself is read again when it is claimed. */
export interface Candidate {
  readonly id: number;
  readonly lane: number;
  readonly chatId: number;
  readonly contentId: number;
  /** Likely an edit of a message that exists. */
  readonly edit: boolean;
  /** Known to need no file of ours: its content need not be read before it is claimed. */
  readonly fileless: boolean;
  /** An attempt has failed: not before so many milliseconds from now. */
  readonly waitMs: number;
}

/** What a candidate is told: go, wait with the rest of its chat and lane, or nobody of this lane goes now. */
export type Choice = { readonly take: true } | { readonly take: false; readonly chatWaitMs: number } | "stop";

/**
 * The near part of one lane's queue, in memory: bounded, ordered, one line per chat of which only the first may go. The
 * queue itself is in the database; whatever is forgotten here is found by the next look.
 */
export interface Horizon {
  /** Takes it in unless it is known. Beyond a few per chat the rest of the chat stays in the database. */
  readonly offer: (candidate: Candidate) => void;
  /** Asks about the first of each chat that does not wait, oldest first, until told to stop or `most` are taken. */
  readonly choose: (most: number, choose: (candidate: Candidate) => Choice) => readonly Candidate[];
  /** Over: finished, or gone from the queue by other hands. The next of its chat may go. */
  readonly finish: (candidate: Candidate) => void;
  /** Taken, and to be tried again. */
  readonly putBack: (candidate: Candidate, waitMs: number) => void;
  /** Chats with nothing left here of which more waits in the database, behind an id: to be read. */
  readonly gaps: () => readonly { readonly chatId: number; readonly afterId: number }[];
  readonly hasGaps: () => boolean;
  /** What the database had of the chat behind that id, the first `gapSize` in order. */
  readonly fillGap: (chatId: number, candidates: readonly Candidate[]) => void;
  /**
   * Taken, and slow: from now on it holds up nobody but itself, also when it is tried again, and what stands behind it in
   * its chat may go. So it is with a few of a chat at most: one chat must not fill the wire.
   */
  readonly letPass: (candidate: Candidate) => void;
  /** What is known of the chat is no longer so: it has another id. */
  readonly forget: (chatId: number) => void;
  /** When the next waiting chat is ready. */
  readonly nextAtMs: () => number | undefined;
  /** How many are known, on the wire included. */
  readonly size: () => number;
  /** How many chats have one that could go now, as far as known here. */
  readonly readyChats: () => number;
}

export function createHorizon(nowMs: () => number): Horizon {
  const places = createPlaces(nowMs);
  const lines = createChatLines(places, nowMs);
  return {
    offer: lines.offer,
    choose: (most, choose) => chooseFrom(places, most, choose),
    finish: lines.finish,
    putBack: lines.putBack,
    gaps: lines.gaps,
    hasGaps: lines.hasGaps,
    fillGap: lines.fillGap,
    letPass: lines.letPass,
    forget: lines.forget,
    nextAtMs: places.nextAtMs,
    size: lines.size,
    readyChats: places.readyCount,
  };
}

function chooseFrom(places: Places, most: number, choose: (candidate: Candidate) => Choice): readonly Candidate[] {
  const taken: Candidate[] = [];
  while (taken.length < most) {
    const line = places.first();
    const candidate = line?.waiting[0]?.candidate;
    if (line === undefined || candidate === undefined) break;
    const choice = choose(candidate);
    if (choice === "stop") break;
    if (choice.take) {
      places.leave(line);
      line.away = true;
      taken.push(candidate);
    } else {
      places.park(line, choice.chatWaitMs);
    }
  }
  return taken;
}
