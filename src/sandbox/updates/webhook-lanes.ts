import type { QueuedUpdate, UpdateQueue } from "./update-queue.ts";

/** Updates with one order key: the next is sent when the one before was taken. */
export interface Lane {
  readonly key: string;
  readonly ids: number[];
  /** An update of it is on the wire, or waits to be tried again. */
  isHeld: boolean;
  failures: number;
}

export interface WebhookLanes {
  readonly add: (update: QueuedUpdate) => void;
  /** The next update that may be sent, its lane held; undefined when all lanes are empty or held. */
  readonly take: () => { readonly lane: Lane; readonly queued: QueuedUpdate } | undefined;
  readonly clear: () => void;
}

/** One lane per order key, so that one chat's slow update delays nobody else's. */
export function makeLanes(queue: UpdateQueue): WebhookLanes {
  const lanes = new Map<string, Lane>();
  return {
    add: ({ update, orderKey }) => {
      const lane = lanes.get(orderKey) ?? { key: orderKey, ids: [], isHeld: false, failures: 0 };
      lane.ids.push(update.update_id);
      lanes.set(orderKey, lane);
    },
    take: () => {
      for (const lane of lanes.values()) {
        if (lane.isHeld) continue;
        const queued = firstPending(queue, lane);
        if (queued === undefined) {
          lanes.delete(lane.key);
          continue;
        }
        lane.isHeld = true;
        return { lane, queued };
      }
      return undefined;
    },
    clear: () => {
      lanes.clear();
    },
  };
}

/** Skips what was taken, has expired or was dropped meanwhile. */
function firstPending(queue: UpdateQueue, lane: Lane): QueuedUpdate | undefined {
  for (let id = lane.ids[0]; id !== undefined; id = lane.ids[0]) {
    const queued = queue.find(id);
    if (queued !== undefined) return queued;
    lane.ids.shift();
  }
  return undefined;
}
