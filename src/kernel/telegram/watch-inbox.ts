import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { WorkSeen } from "../observability/index.ts";
import { answeredAtOnce } from "./update-facts.ts";

/** Counting stops here: it only has to tell few from many. */
const counted = 1000;

/**
 * Looks at what waits to be handled. As long as the first in line changes, updates are handled, here or by another
 * replica; when it stays the same for longer than a handler may take, they are not.
 */
export function makeLookAtInbox({ db, botId }: { readonly db: Db; readonly botId: number }): () => Promise<WorkSeen> {
  return async () => {
    const waiting = sql`bot_id = ${botId} and state = 'waiting' and kind <> all(${answeredAtOnce})`;
    const { rows } = await sql<{ seq: number | null; seconds: number; count: number }>`
      select
        min(seq) as seq,
        coalesce(extract(epoch from now() - min(received_at)), 0)::float8 as seconds,
        count(*) as count
      from (select seq, received_at from telegram.update where ${waiting} order by seq limit ${counted}) as first`.execute(
      db,
    );
    const { seq = null, seconds = 0, count = 0 } = rows[0] ?? {};
    if (seq === null) return { waits: false, detail: "no update waits" };
    const many = count === counted ? `${counted} updates or more wait` : `${count} updates wait`;
    return { waits: true, mark: seq, detail: `${many}, the oldest for ${Math.max(Math.round(seconds), 0)} s` };
  };
}
