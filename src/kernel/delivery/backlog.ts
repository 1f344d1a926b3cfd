import type { Clock } from "../lib/clock.ts";
import { lanes } from "./delivery.ts";
import { type Candidate, createHorizon, type Horizon } from "./horizon.ts";

/** A look into the database that is due: the lane's queue behind an id. */
export interface Look {
  readonly lane: number;
  readonly after: number;
  readonly limit: number;
  /** Which state of the lane it belongs to. */
  readonly turn: number;
}

/**
 * The sender's view of what is queued: a horizon per lane, and how far each lane has been read. Ids are given before they
 * are committed, so a delivery may appear behind the point that was read to; every wake-up therefore looks back over the
 * last seconds, and a whole look from the start comes every few seconds.
 */
export interface Backlog {
  readonly lanes: readonly Horizon[];
  /** A delivery that is known to be queued. It waits until nothing older is unread. */
  readonly offer: (candidate: Candidate) => void;
  /** There is something new somewhere in the lane, or (without a lane) anywhere. */
  readonly hint: (lane?: number) => void;
  /** Look at everything again: once in a while, and when others may have put old deliveries back. */
  readonly reread: () => void;
  /** What should be read now; empty when enough is known. */
  readonly looks: () => readonly Look[];
  /** What a look has found, in order. */
  readonly found: (look: Look, candidates: readonly Candidate[]) => void;
}

interface Lane {
  readonly horizon: Horizon;
  /** Read up to here. */
  cursor: number;
  /** Perhaps more behind it. */
  more: boolean;
  /** Grows when the lane goes back: what a look on its way says of the end no longer counts then. */
  turn: number;
  /** Offered while there is more to read: older ones of their chats may be among it, and must not be passed. */
  early: Candidate[];
  /** Where the cursor stood at earlier times, oldest first. */
  readonly marks: { readonly atMs: number; readonly cursor: number }[];
}

/** With fewer chats ready than this the lane is read on, unless so much is known already that must wait. */
const fewReady = 512;
const mostKnown = 16_384;
const perLook = 1024;
/** Longer than a transaction that queues something takes; what is later is found by the next whole look. */
const lookBackMs = 10_000;
const markEveryMs = 1000;

export function createBacklog(clock: Clock): Backlog {
  const all: readonly Lane[] = lanes.map(() => ({
    horizon: createHorizon(clock.monotonicMs),
    cursor: 0,
    more: true,
    turn: 0,
    early: [],
    marks: [],
  }));

  const mark = (lane: Lane): void => {
    const nowMs = clock.monotonicMs();
    while (lane.marks[1] !== undefined && lane.marks[1].atMs < nowMs - lookBackMs) lane.marks.shift();
    const last = lane.marks.at(-1);
    if (last === undefined || last.atMs < nowMs - markEveryMs) lane.marks.push({ atMs: nowMs, cursor: lane.cursor });
  };
  const goBack = (lane: Lane, cursor: number): void => {
    lane.cursor = Math.min(lane.cursor, cursor);
    lane.more = true;
    lane.turn += 1;
  };
  const lookBack = (lane: Lane): void => {
    mark(lane);
    goBack(lane, lane.marks[0]?.cursor ?? 0);
  };

  const keepEarly = (lane: Lane, candidate: Candidate): void => {
    lane.early.push(candidate);
    if (lane.early.length < perLook) return;
    // They are in the database, behind the cursor: the next looks find them.
    lane.early = [];
    goBack(lane, lane.cursor);
  };
  const completed = (lane: Lane): void => {
    lane.more = false;
    for (const candidate of lane.early.toSorted((a, b) => a.id - b.id)) lane.horizon.offer(candidate);
    lane.early = [];
  };

  return {
    lanes: all.map(({ horizon }) => horizon),
    offer: (candidate) => {
      const lane = all[candidate.lane];
      if (lane === undefined) return;
      if (lane.more) keepEarly(lane, candidate);
      else if (lane.horizon.size() < mostKnown) lane.horizon.offer(candidate);
      else goBack(lane, candidate.id - 1);
    },
    hint: (index) => {
      for (const lane of index === undefined ? all : all.slice(index, index + 1)) lookBack(lane);
    },
    reread: () => {
      for (const lane of all) {
        goBack(lane, 0);
        lane.marks.length = 0;
      }
    },
    looks: () =>
      all.flatMap(({ horizon, cursor, more, turn }, lane) =>
        more && horizon.readyChats() < fewReady && horizon.size() < mostKnown
          ? [{ lane, after: cursor, limit: perLook, turn }]
          : [],
      ),
    found: (look, candidates) => {
      const lane = all[look.lane];
      if (lane === undefined) return;
      for (const candidate of candidates) lane.horizon.offer(candidate);
      if (lane.turn !== look.turn) return;
      lane.cursor = candidates.at(-1)?.id ?? look.after;
      if (candidates.length < look.limit) completed(lane);
      mark(lane);
    },
  };
}
