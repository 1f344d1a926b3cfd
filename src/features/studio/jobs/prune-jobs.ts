import { sql } from "kysely";
import { z } from "zod";

import { pruneRows } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Schedule } from "#kernel/jobs/index.ts";

import { retentionSettings } from "../settings.ts";

const dayMs = 86_400_000;

/** Nightly: forgets videos that ended long ago; what they cost and brought in stands in the ledger. */
export function pruneJobs({ db, clock, settings }: Pick<Kernel, "db" | "clock" | "settings">): Schedule {
  const job = defineJob({
    name: "studio.prune-jobs",
    payload: z.object({}),
    run: async (_payload, { log, signal }) => {
      const { jobDays } = await settings.read(retentionSettings);
      const before = new Date(clock.now().getTime() - jobDays * dayMs);
      const jobs = await pruneRows(db, { table: "studio.job", where: sql`finished_at < ${before}`, signal });
      const words = await pruneRows(db, { table: "studio.improvement", where: sql`asked_at < ${before}`, signal });
      log.info({ jobs, words }, "old videos forgotten");
    },
  });
  return { name: "studio.prune-jobs", cron: "51 3 * * *", timeZone: "UTC", job };
}
