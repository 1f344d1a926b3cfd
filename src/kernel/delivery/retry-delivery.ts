import { sql } from "kysely";

import type { Tx } from "../db/index.ts";
import type { RetryResult } from "./delivery.ts";
import { addEntry } from "./sql/finish.ts";
import type { Wakeup } from "./wakeup.ts";

/** Puts a delivery back that has failed or may not have arrived. Whoever was told its outcome is not told again. */
export function makeRetry(wakeup: Wakeup): (tx: Tx, id: number) => Promise<RetryResult> {
  return async (tx, id) => {
    const { rows } = await sql<{ state: string; content: boolean; superseded: boolean }>`
      select h.state,
        exists (select from delivery.content where id = h.content_id) as content,
        exists (select from delivery.outbox where card_id = h.card_id) as superseded
      from delivery.history as h where h.id = ${id} for update`.execute(tx);
    const [row] = rows;
    if (row === undefined) return { ok: false, reason: "not_found" };
    if (row.state !== "failed" && row.state !== "unknown") return { ok: false, reason: "not_retryable" };
    if (!row.content || row.superseded) return { ok: false, reason: "superseded" };
    // A claim of which other deliveries are still on the wire may name it yet: it has nothing to do with this attempt.
    await sql`
      update delivery.flight set delivery_ids = array_remove(delivery_ids, ${id}::bigint)
      where ${id} = any(delivery_ids)`.execute(tx);
    await sql`
      with again as (delete from delivery.history where id = ${id} returning *)
      insert into delivery.outbox (id, lane, chat_id, content_id, silent, plain, perhaps_repeat, sent_ids, created_at,
        thread_id, reply_to, card_id, edit_message_id)
      select id, lane, chat_id, content_id, silent, plain, perhaps_repeat or state = 'unknown', sent_ids, created_at,
        thread_id, reply_to, card_id, edit_message_id
      from again`.execute(tx);
    await addEntry(tx, id, "requeued", `was ${row.state}; an operator had it sent again`);
    await wakeup.old(tx);
    return { ok: true };
  };
}
