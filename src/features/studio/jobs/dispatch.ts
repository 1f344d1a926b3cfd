import { inTransaction } from "#kernel/db/index.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";

import { type DispatchDeps, dispatchJobs, showQueue } from "../dispatch.ts";
import type { ShowJob } from "../show-job.ts";
import { nothing, type WorkDeps } from "./job-work.ts";

/** Lets waiting jobs begin. Queued with everything that may have made a place free or somebody wait for one. */
export function makeDispatch(
  deps: WorkDeps & DispatchDeps & { readonly showJob: ShowJob },
): Job<Record<string, never>> {
  return defineJob({
    name: "studio.dispatch-jobs",
    payload: nothing,
    run: async () => {
      await inTransaction(deps.db, async (tx) => await dispatchJobs(deps, tx));
      await showQueue(deps.db, deps.showJob);
    },
  });
}
