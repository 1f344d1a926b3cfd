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
    // Many at once are no more work than one: see below.
    concurrency: 32,
    run: shared(async () => {
      await inTransaction(deps.db, async (tx) => await dispatchJobs(deps, tx));
      await showQueue(deps.db, deps.showJob);
    }),
  });
}

/**
 * Whoever comes while a run is under way shares the next one: it begins after all of them came, so it sees what each came
 * for. A hundred orders in a second are a handful of dispatches.
 */
function shared(run: () => Promise<void>): () => Promise<void> {
  let current: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const runNext = async (): Promise<void> => {
    // How that one ends is the business of those who share it.
    await Promise.allSettled([current]);
    next = undefined;
    current = run();
    await current;
  };
  return async () => {
    next ??= runNext();
    await next;
  };
}
