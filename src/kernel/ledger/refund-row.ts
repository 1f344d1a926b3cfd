import { type RawBuilder, sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import type { RefundRequest, RefundState } from "./ledger.ts";

/** A refund as it is stored. */
export interface StoredRefund extends Omit<RefundRequest, "userId" | "telegramId"> {
  /** Undefined for a payment in suspense whose payer we do not know. */
  readonly userId: number | undefined;
  /** Undefined once the person was forgotten. */
  readonly telegramId: number | undefined;
  readonly origin: "request" | "telegram" | "store";
}

interface RefundRow {
  readonly id: string;
  readonly charge_id: string;
  readonly user_id: number | null;
  readonly telegram_id: number | null;
  readonly stars: number;
  readonly credits: number;
  readonly reason: string;
  readonly state: RefundState;
  readonly origin: "request" | "telegram" | "store";
  readonly created_at: Date;
}

const columns = sql`id, charge_id, user_id, telegram_id, stars, credits, reason, state, origin, created_at`;

export async function findRefund(db: Db, id: string): Promise<StoredRefund | undefined> {
  return await selectOne(db, sql`id = ${id}`);
}

/** The one refund of a payment that is open or done; refused and failed ones do not count. */
export async function findLiveRefund(db: Db, chargeId: string): Promise<StoredRefund | undefined> {
  return await selectOne(db, sql`charge_id = ${chargeId} and state not in ('refused', 'failed')`);
}

/** Those that nobody has decided on, oldest first. */
export async function listRequested(db: Db): Promise<readonly StoredRefund[]> {
  const { rows } = await sql<RefundRow>`
    select ${columns} from ledger.refund where state = 'requested' order by created_at, id`.execute(db);
  return rows.map(toRefund);
}

async function selectOne(db: Db, condition: RawBuilder<unknown>): Promise<StoredRefund | undefined> {
  const { rows } = await sql<RefundRow>`select ${columns} from ledger.refund where ${condition}`.execute(db);
  return rows[0] && toRefund(rows[0]);
}

export async function insertRefund(
  tx: Tx,
  refund: StoredRefund,
  { decidedBy }: { readonly decidedBy?: string } = {},
): Promise<void> {
  await sql`
    insert into ledger.refund
      (id, charge_id, user_id, telegram_id, stars, credits, reason, state, origin, decided_by, created_at, changed_at)
    values (
      ${refund.id}, ${refund.chargeId}, ${refund.userId ?? null}, ${refund.telegramId ?? null}, ${refund.stars},
      ${refund.credits}, ${refund.reason}, ${refund.state}, ${refund.origin}, ${decidedBy ?? null},
      ${refund.createdAt}, ${refund.createdAt}
    )`.execute(tx);
}

export interface RefundChange {
  readonly from: readonly RefundState[];
  readonly to: RefundState;
  readonly at: Date;
  readonly decidedBy?: string;
}

/**
 * Moves a refund on if it is in one of the states `from`. When it ends for good, its copy of the payer's id becomes the
 * payment's, which is empty if the person was forgotten meanwhile.
 * @returns the refund after the change, undefined when it was elsewhere.
 */
export async function changeRefund(
  tx: Tx,
  id: string,
  { from, to, at, decidedBy }: RefundChange,
): Promise<StoredRefund | undefined> {
  const { rows } = await sql<RefundRow>`
    update ledger.refund set
      state = ${to},
      changed_at = ${at},
      decided_by = coalesce(${decidedBy ?? null}, decided_by),
      attempts = attempts + case when ${to} = 'refunding' then 1 else 0 end,
      telegram_id = case when ${to} in ('refunded', 'refused', 'failed')
        then (select payment.telegram_id from ledger.payment where payment.charge_id = refund.charge_id)
        else telegram_id
      end
    where id = ${id} and state = any(${from}::text[])
    returning ${columns}`.execute(tx);
  return rows[0] && toRefund(rows[0]);
}

function toRefund(row: RefundRow): StoredRefund {
  return {
    id: row.id,
    chargeId: row.charge_id,
    userId: row.user_id ?? undefined,
    telegramId: row.telegram_id ?? undefined,
    stars: row.stars,
    credits: BigInt(row.credits),
    reason: row.reason,
    state: row.state,
    origin: row.origin,
    createdAt: row.created_at,
  };
}

/** As others see it. */
export function toRequest({
  id,
  chargeId,
  stars,
  credits,
  reason,
  state,
  createdAt,
  ...who
}: StoredRefund): RefundRequest {
  const { userId = 0, telegramId = 0 } = who;
  return { id, userId, telegramId, chargeId, stars, credits, reason, state, createdAt };
}
