import { sql } from "kysely";
import { z } from "zod";

import { type Db, pruneRows } from "../db/index.ts";
import { defineJob, type Schedule } from "../jobs/index.ts";
import type { Clock } from "../lib/clock.ts";
import type { Settings } from "../settings/index.ts";
import { updateRetentionSettings } from "./settings.ts";

export interface UpdateRetentionDeps {
  readonly db: Db;
  readonly clock: Pick<Clock, "now">;
  readonly settings: Pick<Settings, "read">;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Hourly, because what people typed into a dialog goes within a day: forgets updates and dialogs whose time is over. */
export function updateRetention({ db, clock, settings }: UpdateRetentionDeps): Schedule {
  const job = defineJob({
    name: "telegram.prune-updates",
    payload: z.object({}),
    run: async (_payload, { log, signal }) => {
      const { handledDays, failedDays, dialogHours } = await settings.read(updateRetentionSettings);
      const ago = (ms: number): Date => new Date(clock.now().getTime() - ms);
      const ended = (state: string, days: number) => sql`state = ${state} and finished_at < ${ago(days * dayMs)}`;
      const table = "telegram.update";
      const handled = await pruneRows(db, { table, where: ended("handled", handledDays), signal });
      const failed = await pruneRows(db, { table, where: ended("failed", failedDays), signal });
      const where = sql`updated_at < ${ago(dialogHours * hourMs)}`;
      const dialogs = await pruneRows(db, { table: "telegram.dialog", where, signal });
      log.info({ updates: handled + failed, dialogs }, "old updates forgotten");
    },
  });
  return { name: "telegram.prune-updates", cron: "23 * * * *", timeZone: "UTC", job };
}
