import { type RawBuilder, sql } from "kysely";

import type { Db, Tx } from "../db/index.ts";
import type { Subscription, SubscriptionState, SubscriptionWish } from "./subscription.ts";

interface SubscriptionRow {
  readonly order_id: string;
  readonly user_id: number;
  readonly telegram_id: number | null;
  readonly plan_id: string;
  readonly entitlement: string | null;
  readonly charge_id: string;
  readonly state: SubscriptionState;
  readonly expires_at: Date;
  readonly barred: boolean;
  readonly wanted: SubscriptionWish | null;
  readonly stars: number;
  readonly credits: number;
}

const columns = sql`
  subscription.order_id, subscription.user_id, subscription.telegram_id, subscription.plan_id, subscription.entitlement,
  subscription.charge_id, subscription.state, subscription.expires_at, subscription.barred, subscription.wanted,
  star_order.stars, star_order.credits`;

/** In which it still gives what was paid for. */
export const runningStates: readonly SubscriptionState[] = ["active", "canceled", "failed"];

/** With its row locked: whatever changes a subscription does so under this lock. */
export async function lockSubscription(tx: Tx, orderId: string): Promise<Subscription | undefined> {
  return (await select(tx, sql`subscription.order_id = ${orderId} for no key update of subscription`))[0];
}

export async function findSubscription(db: Db, orderId: string): Promise<Subscription | undefined> {
  return (await select(db, sql`subscription.order_id = ${orderId}`))[0];
}

/** Those that have not ended, oldest first. */
export async function listRunning(db: Db, userId: number): Promise<readonly Subscription[]> {
  return await select(
    db,
    sql`subscription.user_id = ${userId} and subscription.state = any(${runningStates}::text[])
      order by subscription.began_at, subscription.order_id`,
  );
}

async function select(db: Db, condition: RawBuilder<unknown>): Promise<readonly Subscription[]> {
  const { rows } = await sql<SubscriptionRow>`
    select ${columns} from ledger.subscription join ledger.star_order on star_order.id = subscription.order_id
    where ${condition}`.execute(db);
  return rows.map(toSubscription);
}

export interface SubscriptionUpdate {
  readonly at: Date;
  readonly state?: SubscriptionState;
  readonly barred?: boolean;
  /** Null takes the wish away. */
  readonly wanted?: SubscriptionWish | null;
}

/** The caller has locked it. What is absent stays. @returns it as it is now. */
export async function updateSubscription(
  tx: Tx,
  before: Subscription,
  { at, state = before.state, barred = before.barred, wanted = before.wanted ?? null }: SubscriptionUpdate,
): Promise<Subscription> {
  await sql`
    update ledger.subscription set state = ${state}, barred = ${barred}, wanted = ${wanted}, changed_at = ${at}
    where order_id = ${before.orderId}`.execute(tx);
  return { ...before, state, barred, wanted: wanted ?? undefined };
}

function toSubscription(row: SubscriptionRow): Subscription {
  return {
    orderId: row.order_id,
    userId: row.user_id,
    telegramId: row.telegram_id ?? 0,
    plan: {
      id: row.plan_id,
      stars: row.stars,
      credits: BigInt(row.credits),
      entitlement: row.entitlement ?? undefined,
    },
    chargeId: row.charge_id,
    state: row.state,
    expiresAt: row.expires_at,
    barred: row.barred,
    wanted: row.wanted ?? undefined,
  };
}
