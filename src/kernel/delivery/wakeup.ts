import { afterCommit, notify, type Tx } from "../db/index.ts";
import type { WrittenContent } from "./contents.ts";
import type { Candidate } from "./horizon.ts";

/** The channel on which replicas tell each other that there is something to send. */
export const deliveryChannel = "telecast_delivery";

/** The payload that says that old deliveries are queued again. */
export const oldPayload = "old";

/** What the sender of this process wants to hear, when it is the one that sends. */
export interface WakeupTarget {
  readonly offer: (candidate: Candidate, written: WrittenContent | undefined) => void;
  readonly more: (lane: number) => void;
  readonly old: () => void;
  readonly waiting: () => void;
}

/**
 * How what is written reaches the sender without waiting for its poll: directly after the commit when the sender is in
 * this process, else by one NOTIFY per transaction. Only a hint either way; the poll finds what a hint has missed.
 */
export interface Wakeup {
  /** @param written its content, if nothing else has to be looked up before it can be sent. */
  readonly delivery: (tx: Tx, candidate: Candidate, written?: WrittenContent) => Promise<void>;
  readonly lane: (tx: Tx, lane: number) => Promise<void>;
  /** Deliveries that were made before are queued again. */
  readonly old: (tx: Tx) => Promise<void>;
  /** Something to finish or to release, now or later. */
  readonly waiting: (tx: Tx) => Promise<void>;
  /** The sender registers while it holds the lease. */
  readonly connect: (target: WakeupTarget) => () => void;
}

export function createWakeup(): Wakeup {
  let local: WakeupTarget | undefined;
  // NOTIFY takes a lock over the whole server at commit, so it is left out where nobody else is meant. Should the lease
  // move between here and the commit, the new sender's first look finds the row.
  const tell = async (tx: Tx, task: (target: WakeupTarget) => void, payload = ""): Promise<void> => {
    afterCommit(tx, () => {
      if (local !== undefined) task(local);
    });
    if (local === undefined) await notify(tx, deliveryChannel, payload);
  };
  return {
    delivery: async (tx, candidate, written) => {
      await tell(tx, ({ offer }) => {
        offer(candidate, written);
      });
    },
    lane: async (tx, lane) => {
      await tell(tx, ({ more }) => {
        more(lane);
      });
    },
    old: async (tx) => {
      await tell(
        tx,
        ({ old }) => {
          old();
        },
        oldPayload,
      );
    },
    waiting: async (tx) => {
      await tell(tx, ({ waiting }) => {
        waiting();
      });
    },
    connect: (target) => {
      local = target;
      return () => {
        if (local === target) local = undefined;
      };
    },
  };
}
