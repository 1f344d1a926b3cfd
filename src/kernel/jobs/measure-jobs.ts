import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { Metrics } from "../observability/index.ts";
import type { RunDeps } from "./run-job.ts";

/** Registers what jobs measure. @returns what each finished run is told to. */
export function measureJobs({
  metrics,
  db,
  isRunning,
}: {
  readonly metrics: Metrics;
  readonly db: Db;
  /** The tables exist only then. */
  readonly isRunning: () => boolean;
}): RunDeps["onFinished"] {
  const runs = metrics.counter({
    name: "telecast_jobs_runs_total",
    help: "Runs of background jobs by how they ended.",
    labels: ["job", "outcome"],
  });
  const duration = metrics.histogram({
    name: "telecast_jobs_run_seconds",
    help: "How long runs of background jobs took.",
    labels: ["job"],
  });
  metrics.gauge({
    name: "telecast_jobs_waiting",
    help: "Background jobs that are due and wait for a worker.",
    labels: ["job"],
    collect: async (gauge) => {
      gauge.reset();
      if (!isRunning()) return;
      for (const { name, waiting } of await countDue(db)) gauge.set({ job: name }, waiting);
    },
  });
  return (job, outcome, seconds) => {
    runs.inc({ job, outcome });
    duration.observe({ job }, seconds);
  };
}

/** The dead letters are among them (nobody works on them: they wait until somebody has looked); pg-boss's own jobs are not. */
async function countDue(db: Db): Promise<readonly { readonly name: string; readonly waiting: number }[]> {
  const { rows } = await sql<{ name: string; waiting: number }>`
    select name, count(*) as waiting from pgboss.job
    where state < 'active' and start_after <= now() and name not like '!_!_%' escape '!'
    group by name`.execute(db);
  return rows;
}
