import type { SandboxEvent } from "../protocol.ts";

/** Something that happened, and whom it concerns. */
export type Notice =
  | { readonly to: "everyone"; readonly event: SandboxEvent }
  | { readonly to: "person"; readonly personId: number; readonly event: SandboxEvent }
  | { readonly to: "chat"; readonly chatId: number; readonly event: SandboxEvent }
  /** A chat looks different now, to each member in his own way. */
  | { readonly to: "viewers"; readonly chatId: number }
  /** So much changed that everyone needs the whole state again. */
  | { readonly to: "restart" };

/** Tells the chat pages, and tests that wait for something. */
export interface Bus {
  readonly emit: (notice: Notice) => void;
  /** Whether an event that costs something to make is worth it. */
  readonly hasListeners: () => boolean;
  /** @returns a function that ends the subscription. */
  readonly subscribe: (listener: (notice: Notice) => void) => () => void;
}

export function makeBus(): Bus {
  const listeners = new Set<(notice: Notice) => void>();
  return {
    emit: (notice) => {
      for (const listener of listeners) listener(notice);
    },
    hasListeners: () => listeners.size > 0,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
