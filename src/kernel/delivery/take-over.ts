import { sql } from "kysely";

import { type Db, inTransaction } from "../db/index.ts";
import type { Logger } from "../observability/index.ts";
import type { Claimed } from "./claimed.ts";
import { judgeDoubt } from "./judge-failure.ts";
import type { Pacer } from "./pacer.ts";
import type { Landing, Recorded } from "./recorder.ts";
import { readInFlight } from "./sql/claim.ts";

export interface TakeOverDeps {
  readonly db: Db;
  readonly log: Logger;
  readonly random: () => number;
  readonly repeatsAfterDoubt: (lane: number) => boolean;
  readonly recordSpecial: (landings: readonly Landing[]) => Promise<readonly Recorded[]>;
}

const reason = "the sender stopped before the answer was written down";
const perTransaction = 64;

/**
 * Makes this the sender of the new epoch: from here on no older one can claim or record anything. What those have left on
 * the wire may have arrived, so each lane's rule decides. May be interrupted and done again at any point.
 */
export async function takeOver(deps: TakeOverDeps, epoch: number): Promise<void> {
  const { db, log } = deps;
  const lost = await inTransaction(db, async (tx) => {
    // Waits for claims under way, which hold this row.
    await sql`update delivery.sender set epoch = ${epoch} where epoch < ${epoch}`.execute(tx);
    return await readInFlight(tx, epoch);
  });
  for (let from = 0; from < lost.length; from += perTransaction) {
    const landings = lost.slice(from, from + perTransaction).map((claimed) => landingOf(deps, claimed, epoch));
    await deps.recordSpecial(landings);
  }
  await sql`delete from delivery.flight where epoch < ${epoch}`.execute(db);
  if (lost.length > 0)
    log.warn(
      { epoch, deliveries: lost.length },
      "the sender before had deliveries on the wire: judged by their lanes' rules",
    );
}

function landingOf(deps: TakeOverDeps, claimed: Claimed, epoch: number): Landing {
  const options = { repeatsAfterDoubt: deps.repeatsAfterDoubt(claimed.lane), random: deps.random() };
  return { claimed, epoch, outcome: judgeDoubt(claimed, reason, options) };
}

/** Group limits look a minute back; what is older counts for nothing. */
const lookBack = sql`interval '61 seconds'`;

/** Tells a new pacer what has gone out lately and what Telegram has asked for, whoever was the sender then. */
export async function seedPacer(db: Db, pacer: Pacer): Promise<void> {
  const sent = await sql<{ chat_id: number; lane: number; edit: boolean; ago_ms: number }>`
    select chat_id, lane, edit_message_id is not null as edit,
      extract(epoch from now() - finished_at)::float8 * 1000 as ago_ms
    from delivery.history
    where finished_at > now() - ${lookBack} and claimed_at is not null
      and (chat_id < 0 or finished_at > now() - interval '3 seconds')
    order by finished_at`.execute(db);
  for (const row of sent.rows) {
    pacer.seed({ chatId: row.chat_id, lane: row.lane, edit: row.edit, messages: 1 }, row.ago_ms);
  }
  const floods = await sql<{ chat_id: number; for_ms: number }>`
    select chat_id, extract(epoch from blocked_until - now())::float8 * 1000 as for_ms
    from delivery.flood where blocked_until > now()`.execute(db);
  for (const flood of floods.rows) pacer.block(flood.chat_id === 0 ? undefined : flood.chat_id, flood.for_ms);
}

/** Keeps a pause that Telegram has asked for, for whoever sends next. */
export async function rememberFlood(db: Db, chatId: number | undefined, forMs: number): Promise<void> {
  await sql`
    insert into delivery.flood as known (chat_id, blocked_until)
    values (${chatId ?? 0}, now() + ${forMs} * interval '1 ms')
    on conflict (chat_id) do update set blocked_until = greatest(known.blocked_until, excluded.blocked_until)
  `.execute(db);
}
