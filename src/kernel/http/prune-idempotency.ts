import { sql } from "kysely";
import { z } from "zod";

import { type Db, pruneRows } from "../db/index.ts";
import { defineJob, type Schedule } from "../jobs/index.ts";
import type { Clock } from "../lib/clock.ts";
import type { Settings } from "../settings/index.ts";
import { idempotencySettings } from "./settings.ts";

export interface PruneIdempotencyDeps {
  readonly db: Db;
  readonly clock: Pick<Clock, "now">;
  readonly settings: Pick<Settings, "read">;
}

const hourMs = 3_600_000;

/** Forgets `Idempotency-Key`s nobody will repeat any more. */
export function pruneIdempotencyKeys({ db, clock, settings }: PruneIdempotencyDeps): Schedule {
  const job = defineJob({
    name: "http.prune-idempotency-keys",
    payload: z.object({}),
    run: async (_payload, { signal }) => {
      const { keptHours } = await settings.read(idempotencySettings);
      const where = sql`created_at < ${new Date(clock.now().getTime() - keptHours * hourMs)}`;
      await pruneRows(db, { table: "http.idempotency", where, signal });
    },
  });
  return { name: "http.prune-idempotency-keys", cron: "41 3 * * *", timeZone: "UTC", job };
}
