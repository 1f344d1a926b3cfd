import { sql } from "kysely";

import { afterCommit, type Tx } from "../db/index.ts";
import type { LedgerParts } from "./deps.ts";

/** Tells of a difference once: `key` names it, `detail` is one English sentence for the admins. */
export type ReportDrift = (tx: Tx, finding: { readonly key: string; readonly detail: string }) => Promise<void>;

export function makeReportDrift({
  clock,
  log,
  metrics,
  announce,
}: Pick<LedgerParts, "clock" | "log" | "metrics" | "announce">): ReportDrift {
  return async (tx, { key, detail }) => {
    const { rows } = await sql`
      insert into ledger.finding (key, detail, found_at) values (${key}, ${detail}, ${clock.now()})
      on conflict on constraint finding_pkey do nothing
      returning key`.execute(tx);
    if (rows.length === 0) return;
    await announce(tx, { type: "drift", detail });
    afterCommit(tx, () => {
      metrics.drift.inc();
      log.error({ finding: key }, "ledger drifted");
    });
  };
}
