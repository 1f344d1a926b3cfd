import { sql } from "kysely";

import { type Db, inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import type { Advance } from "./advance.ts";
import { callbackToken, hashCallbackToken } from "./callback-token.ts";
import { lockJob } from "./job.ts";
import { headOfQueue, nextJobs } from "./queue.ts";
import { limitSettings } from "./settings.ts";
import type { ShowJob } from "./show-job.ts";

export interface DispatchDeps extends Pick<Kernel, "settings" | "clock" | "cipher"> {
  readonly advance: Advance;
}

/**
 * Lets waiting jobs begin while there are places, overall and per person. One dispatch at a time, or two would fill the
 * same place.
 * @returns the jobs that began.
 */
export async function dispatchJobs(
  { settings, clock, cipher, advance }: DispatchDeps,
  tx: Tx,
): Promise<readonly string[]> {
  await sql`select pg_advisory_xact_lock(hashtextextended('studio.dispatch', 0))`.execute(tx);
  const limits = await settings.read(limitSettings);
  const begun: string[] = [];
  for (const id of await nextJobs(tx, { ...limits, now: clock.now() })) {
    const callbackTokenHash = hashCallbackToken(callbackToken(cipher, id));
    const { ok } = await advance(tx, id, { type: "submit", callbackTokenHash });
    if (ok) begun.push(id);
  }
  return begun;
}

/** So many cards follow the queue as it moves; further back nobody minds the exact number. */
const followed = 20;

/** Shows those who wait where they stand now. Each in a transaction of its own: cards are locked one by one. */
export async function showQueue(db: Db, showJob: ShowJob): Promise<void> {
  for (const id of await headOfQueue(db, followed)) {
    await inTransaction(db, async (tx) => {
      const job = await lockJob(tx, id);
      if (job?.state === "ordered") await showJob(tx, job, "calmly");
    });
  }
}
