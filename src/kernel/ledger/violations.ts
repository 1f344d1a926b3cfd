import { sql } from "kysely";
import { z } from "zod";

import { type Db, inTransaction } from "../db/index.ts";
import { defineJob, type Job } from "../jobs/index.ts";
import type { LedgerParts } from "./deps.ts";
import type { ReportDrift } from "./findings.ts";

export interface LedgerViolation {
  /** Its number in `ledger.violation`: `migrations/0002_violations.sql` and later ones. */
  readonly invariant: number;
  readonly name: string;
  /** What is wrong: `account 1001`, `hold studio.job:…`. */
  readonly subject: string;
  readonly detail: string;
}

/** Reads whether the books are right: no rows, or what is wrong (the first 1,000). Looks at every entry: not for hot paths. */
export async function ledgerViolations(db: Db): Promise<readonly LedgerViolation[]> {
  const { rows } = await sql<LedgerViolation>`
    select invariant, name, subject, detail from ledger.violation order by invariant, subject limit 1000`.execute(db);
  return rows;
}

/** Each night: every violation is told once. */
export function makeCheckJob({
  db,
  metrics,
  reportDrift,
}: Pick<LedgerParts, "db" | "metrics"> & { readonly reportDrift: ReportDrift }): Job<Record<string, never>> {
  return defineJob({
    name: "ledger.check-invariants",
    payload: z.object({}),
    timeoutSeconds: 1800,
    concurrency: 2,
    run: async (_, { log }) => {
      const found = await ledgerViolations(db);
      metrics.violations.set(found.length);
      log.info({ violations: found.length }, "ledger was checked");
      for (const { invariant, name, subject, detail } of found) {
        await inTransaction(db, async (tx) => {
          await reportDrift(tx, {
            key: `violation:${invariant}:${subject}`,
            detail: `The ledger breaks invariant ${invariant} (${name}): ${subject} ${detail}.`,
          });
        });
      }
    },
  });
}
