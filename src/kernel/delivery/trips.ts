import type { Clock } from "../lib/clock.ts";
import type { Backlog } from "./backlog.ts";
import { departureOf } from "./choose-next.ts";
import type { Claimed } from "./claimed.ts";
import type { Contents } from "./contents.ts";
import type { Candidate } from "./horizon.ts";
import type { Departure, OnItsWay, Pacer } from "./pacer.ts";
import type { Recorded } from "./recorder.ts";

/** Deliveries from when they are chosen until their end, or their return to the queue, is written down. */
export interface Trips {
  readonly begin: (candidates: readonly Candidate[]) => void;
  /** Claimed: on the wire now, or in a moment. */
  readonly claimed: (claimed: readonly Claimed[]) => void;
  readonly leaves: (claimed: Claimed) => void;
  /** Answered, or given up; `isAccepted` unless Telegram refused it. */
  readonly arrived: (claimed: Claimed, isAccepted: boolean) => void;
  /** Claimed, and does not leave after all; `ended` follows. */
  readonly heldBack: (claimed: Claimed) => void;
  /** It takes its time: others of its chat may pass. */
  readonly slow: (claimed: Claimed) => void;
  /** Chosen, but not claimed: gone by other hands, or the database did not answer. */
  readonly missed: (candidate: Candidate, then: Recorded) => void;
  readonly ended: (claimed: Claimed, then: Recorded) => void;
  /** Claimed and not yet written down. */
  readonly inFlight: ReadonlyMap<number, Claimed>;
  /** From the choice on. */
  readonly underWay: () => readonly number[];
}

export interface TripsDeps {
  readonly clock: Clock;
  readonly backlog: Backlog;
  readonly contents: Contents;
  readonly pacer: () => Pacer;
  /** A chat has nothing left in memory, and more in the database. */
  readonly onRoom: () => void;
}

interface Trip {
  readonly candidate: Candidate;
  readonly chosenMs: number;
  onItsWay: OnItsWay | undefined;
}

export function createTrips({ clock, backlog, contents, pacer, onRoom }: TripsDeps): Trips {
  const chosen = new Map<number, Trip>();
  const inFlight = new Map<number, Claimed>();
  const departure = (candidate: Candidate): Departure => departureOf(candidate, contents.get(candidate.contentId));

  const end = (candidate: Candidate, then: Recorded): void => {
    chosen.delete(candidate.id);
    const horizon = backlog.lanes[candidate.lane];
    if (then.type === "again") horizon?.putBack(candidate, then.delayMs);
    else horizon?.finish(candidate);
    if (horizon?.hasGaps() === true) onRoom();
  };

  return {
    begin: (candidates) => {
      const chosenMs = clock.monotonicMs();
      for (const candidate of candidates) chosen.set(candidate.id, { candidate, chosenMs, onItsWay: undefined });
    },
    claimed: (claimed) => {
      for (const each of claimed) inFlight.set(each.id, each);
    },
    leaves: ({ id }) => {
      const trip = chosen.get(id);
      if (trip !== undefined) {
        trip.onItsWay = pacer().leave(departure(trip.candidate), clock.monotonicMs() - trip.chosenMs);
      }
    },
    arrived: ({ id }, isAccepted) => {
      const trip = chosen.get(id);
      if (trip?.onItsWay !== undefined) pacer().arrive(trip.onItsWay, isAccepted);
    },
    heldBack: ({ id }) => {
      const trip = chosen.get(id);
      if (trip !== undefined) pacer().takeBack(departure(trip.candidate));
    },
    slow: ({ id }) => {
      const candidate = chosen.get(id)?.candidate;
      const horizon = candidate && backlog.lanes[candidate.lane];
      if (candidate === undefined || horizon === undefined) return;
      horizon.letPass(candidate);
      if (horizon.hasGaps()) onRoom();
    },
    missed: (candidate, then) => {
      pacer().takeBack(departure(candidate));
      end(candidate, then);
    },
    ended: ({ id }, then) => {
      inFlight.delete(id);
      const trip = chosen.get(id);
      if (trip !== undefined) end(trip.candidate, then);
    },
    inFlight,
    underWay: () => [...chosen.keys()],
  };
}
