import { sql } from "kysely";
import type { Pool } from "pg";

import type { Metrics } from "../observability/index.ts";
import type { Db } from "./database.ts";

export interface MeasuredDatabase {
  readonly metrics: Metrics;
  readonly db: Db;
  readonly pool: Pool;
  /** This process, as leases know it. */
  readonly owner: string;
}

/** Shows, at each scrape, the pool, the size on disk, and who holds which lease. */
export function measureDatabase({ metrics, db, pool, owner }: MeasuredDatabase): void {
  metrics.gauge({
    name: "telecast_db_connections",
    help: "Connections of the program's pool: open, idle; and requests that wait for one",
    labels: ["state"],
    collect: (gauge) => {
      gauge.set({ state: "open" }, pool.totalCount);
      gauge.set({ state: "idle" }, pool.idleCount);
      gauge.set({ state: "wanted" }, pool.waitingCount);
    },
  });
  metrics.gauge({
    name: "telecast_db_size_bytes",
    help: "Size of the whole database on disk",
    collect: async (gauge) => {
      const { rows } = await sql<{ bytes: number }>`
        select pg_database_size(current_database()) as bytes`.execute(db);
      gauge.set(rows[0]?.bytes ?? 0);
    },
  });
  const epochs = metrics.gauge({
    name: "telecast_db_lease_epoch",
    help: "Epoch of each lease: it grows with each new holder",
    labels: ["lease"],
  });
  metrics.gauge({
    name: "telecast_db_lease_held",
    help: "1 when this process holds the lease, 0 when another one does or nobody",
    labels: ["lease"],
    collect: async (gauge) => {
      // Few: one for sending, one for each bot that is polled.
      const { rows } = await sql<{ name: string; epoch: number; is_ours: boolean }>`
        select name, epoch, owner = ${owner} and expires_at > now() as is_ours from kernel.lease`.execute(db);
      for (const { name, epoch, is_ours: isOurs } of rows) {
        gauge.set({ lease: name }, isOurs ? 1 : 0);
        epochs.set({ lease: name }, epoch);
      }
    },
  });
}
