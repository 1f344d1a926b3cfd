import { sql } from "kysely";
import { z } from "zod";

import type { Db } from "../db/index.ts";
import { defineJob, type Schedule } from "../jobs/index.ts";
import type { Settings } from "../settings/index.ts";
import { updateRetentionSettings } from "./settings.ts";

/** Rows deleted in one statement, so that no lock is held for long. */
const batch = 5000;

/** Hourly, because what people typed into a dialog goes within a day: forgets updates and dialogs whose time is over. */
export function updateRetention({ db, settings }: { readonly db: Db; readonly settings: Settings }): Schedule {
  const job = defineJob({
    name: "telegram.prune-updates",
    payload: z.object({}),
    run: async (_payload, { log, signal }) => {
      const { handledDays, failedDays, dialogHours } = await settings.read(updateRetentionSettings);
      let updates = 0;
      for (let deleted = batch; deleted === batch && !signal.aborted; updates += deleted) {
        deleted = await pruneUpdates(db, handledDays, failedDays);
      }
      const dialogs = await sql`
        delete from telegram.dialog where updated_at < now() - ${dialogHours} * interval '1 hour'`.execute(db);
      log.info({ updates, dialogs: Number(dialogs.numAffectedRows ?? 0n) }, "old updates forgotten");
    },
  });
  return { name: "telegram.prune-updates", cron: "23 * * * *", timeZone: "UTC", job };
}

async function pruneUpdates(db: Db, handledDays: number, failedDays: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from telegram.update where (bot_id, update_id) in (
      select bot_id, update_id from telegram.update
      where (state = 'handled' and finished_at < now() - ${handledDays} * interval '1 day')
        or (state = 'failed' and finished_at < now() - ${failedDays} * interval '1 day')
      limit ${batch}
    )`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
