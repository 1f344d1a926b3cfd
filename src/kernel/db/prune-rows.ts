import { type RawBuilder, sql } from "kysely";

import type { Db } from "./database.ts";

export interface Pruning {
  /** Schema and name. */
  readonly table: `${string}.${string}`;
  /** Which rows go; a condition on the table, by an index. */
  readonly where: RawBuilder<unknown>;
  /** Rows deleted in one statement. */
  readonly batch?: number;
  /** Ends between two statements. */
  readonly signal?: AbortSignal | undefined;
}

const usualBatch = 5000;

/**
 * Deletes what has been kept long enough, in many short transactions: no lock and no snapshot is held for long, so
 * neither writers nor the vacuum have to wait, however much has gathered.
 * @returns how many rows went.
 */
export async function pruneRows(db: Db, { table, where, batch = usualBatch, signal }: Pruning): Promise<number> {
  const name = sql.table(table);
  let pruned = 0;
  for (;;) {
    const { numAffectedRows = 0n } = await sql`
      delete from ${name} where ctid = any(array(select ctid from ${name} where ${where} limit ${batch}))`.execute(db);
    pruned += Number(numAffectedRows);
    if (Number(numAffectedRows) < batch || signal?.aborted === true) return pruned;
  }
}
