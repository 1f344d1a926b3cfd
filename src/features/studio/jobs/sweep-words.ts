import { inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Schedule } from "#kernel/jobs/index.ts";

import { leftImprovements } from "../improvement.ts";
import { nothing } from "./job-work.ts";

export interface SweepWordsDeps extends Pick<Kernel, "db" | "clock"> {
  readonly leave: (
    tx: Tx,
    left: { readonly id: string; readonly chatId: number; readonly userId: number },
  ) => Promise<void>;
}

/** Nobody who still thinks about it takes so long. */
const keptMs = 60 * 60_000;

/** Every five minutes: erases improved words that nobody has decided about. */
export function sweepWords({ db, clock, leave }: SweepWordsDeps): Schedule {
  const job = defineJob({
    name: "studio.sweep-words",
    payload: nothing,
    run: async () => {
      for (const left of await leftImprovements(db, new Date(clock.now().getTime() - keptMs))) {
        await inTransaction(db, async (tx) => {
          await leave(tx, left);
        });
      }
    },
  });
  return { name: "studio.sweep-words", cron: "*/5 * * * *", timeZone: "UTC", job };
}
