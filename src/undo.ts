import { toError } from "#kernel/lib/errors.ts";
import type { Logger } from "#kernel/observability/index.ts";

/** What was begun, to be ended last first: also when the start fails half-way. */
export interface Undo {
  readonly add: (what: string, end: () => unknown) => void;
  /** Ends everything; one that fails is logged and does not keep the others from ending. Never throws. */
  readonly run: () => Promise<void>;
}

export function makeUndo(log: Logger): Undo {
  const ends: { readonly what: string; readonly end: () => unknown }[] = [];
  return {
    add: (what, end) => {
      ends.push({ what, end });
    },
    run: async () => {
      for (let next = ends.pop(); next !== undefined; next = ends.pop()) {
        const { what, end } = next;
        try {
          await end();
        } catch (error) {
          log.warn({ err: toError(error), what }, "could not be ended cleanly");
        }
      }
    },
  };
}
