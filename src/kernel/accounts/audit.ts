import { sql } from "kysely";

import type { Accounts, AuditRecord } from "./account.ts";

export type Audit = Pick<Accounts, "audit" | "auditLog">;

export function makeAudit(): Audit {
  return {
    audit: async (tx, { actor, action, subject, before, after, origin }) => {
      await sql`
        insert into account.audit (actor, action, subject, before, after, origin)
        values (${actor}, ${action}, ${subject}, ${json(before)}, ${json(after)}, ${origin})`.execute(tx);
    },
    auditLog: async (db, { actor = null, subject = null, beforeId = null, limit }) => {
      const { rows } = await sql<AuditRecord>`
        select id, at, actor, action, subject, before, after, origin from account.audit
        where (${actor}::text is null or actor = ${actor})
          and (${subject}::text is null or subject = ${subject})
          and (${beforeId}::bigint is null or id < ${beforeId})
        order by id desc limit ${limit}`.execute(db);
      return rows;
    },
  };
}

/** Amounts are bigint, which JSON does not know: they are written as text. */
function json(value: unknown): string | null {
  if (value === undefined) return null;
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
}
