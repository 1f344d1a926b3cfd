import type { Tx } from "#kernel/db/index.ts";
import type { HoldVerdict } from "#kernel/ledger/index.ts";

import { isEnded } from "./job-state.ts";
import { holdReference, lockJob } from "./job.ts";

/** What became of the job that a hold was placed for: the orphan sweep asks when the hold is overdue. */
export async function judgeHold(tx: Tx, reference: string): Promise<HoldVerdict> {
  const job = await lockJob(tx, reference.slice(holdReference("").length));
  if (job === undefined) return "release";
  if (!isEnded(job.state)) return "keep";
  return job.state === "delivered" ? "capture" : "release";
}
