import { sql } from "kysely";
import { z } from "zod";

import type { Db } from "../db/index.ts";
import { defineJob, type Schedule } from "../jobs/index.ts";

const keptDays = 7;

/** Forgets `Idempotency-Key`s nobody will repeat any more. */
export function pruneIdempotencyKeys({ db }: { readonly db: Db }): Schedule {
  const job = defineJob({
    name: "http.prune-idempotency-keys",
    payload: z.object({}),
    run: async () => {
      await sql`delete from http.idempotency where created_at < now() - ${keptDays} * interval '1 day'`.execute(db);
    },
  });
  return { name: "http.prune-idempotency-keys", cron: "41 3 * * *", timeZone: "UTC", job };
}
