import assert from "node:assert/strict";

import { sql } from "kysely";

import { type Accounts, createAccounts, type User } from "#kernel/accounts/index.ts";
import { afterCommit, type Db, inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Job, JobQueue } from "#kernel/jobs/index.ts";
import {
  createLedger,
  type JudgeHold,
  type Ledger,
  ledgerViolations,
  type MoneyEvent,
  type Entitlement,
  type Pack,
  periodSeconds,
  type Plan,
  starsSettings,
  type StarsSettings,
  type Subscription,
} from "#kernel/ledger/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { type ManualClock, manualClock } from "#kernel/lib/manual-clock.ts";
import { createMetrics, silentLogger } from "#kernel/observability/index.ts";

import { BankFailure, makeStarBank, type StarBank } from "./star-bank.ts";

export const fivePack: Pack = { id: "credits-5", credits: 5000n, stars: 500 };

export const monthlyPlan: Plan = { id: "monthly-12", credits: 12_000n, stars: 1000, entitlement: undefined };
export const premiumPlan: Plan = { id: "test.premium", credits: 0n, stars: 300, entitlement: "test.premium" };

/** A ledger on a real database, with a bank that behaves like Telegram's and a queue whose jobs the test runs. */
export interface LedgerRig {
  readonly ledger: Ledger;
  readonly accounts: Accounts;
  readonly bank: StarBank;
  readonly clock: ManualClock;
  /** What was announced and committed, as far as the process lived to see it. */
  readonly events: readonly MoneyEvent[];
  /** What was announced in transactions that the database has committed. */
  readonly announced: () => Promise<readonly MoneyEvent[]>;
  readonly drifts: () => readonly string[];
  /** `others`: fields of the other sections, by their names. */
  readonly settings: { current: StarsSettings; readonly others: Record<string, unknown> };
  /** Owners of holds, by reference. */
  readonly judges: Map<string, JudgeHold>;
  readonly newUser: () => Promise<User>;
  /** In a transaction of its own. */
  readonly write: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  readonly grant: (user: User, amount: bigint) => Promise<void>;
  /** Orders a pack and pays for it at the bank. The ledger has not heard of the payment yet. */
  readonly pay: (user: User, pack?: Pack) => Promise<Paid>;
  /** Also tells the ledger. */
  readonly buy: (user: User, pack?: Pack) => Promise<Paid>;
  /** What features have registered for plans to grant; from the start the one behind `premiumPlan`. */
  readonly entitlements: Map<string, Entitlement>;
  /** What the feature behind `premiumPlan` was told last, by person. */
  readonly premiumUntil: ReadonlyMap<number, Date | undefined>;
  /** Orders a plan and pays for its first month at the bank. The ledger has not heard of it yet. */
  readonly subscribe: (user: User, plan?: Plan) => Promise<PaidMonth>;
  /** A month of a subscription passes at the bank: another charge for the same order. The clock stands still. */
  readonly renew: (month: PaidMonth) => PaidMonth;
  /** Tells the ledger of a month as Telegram's update does. @returns whether it was news. */
  readonly tell: (month: PaidMonth) => Promise<boolean>;
  /** A new person with a subscription whose first month is paid. */
  readonly subscribed: (plan?: Plan) => Promise<{ readonly user: User; readonly month: PaidMonth }>;
  /** The person's one subscription; fails when there is none, or another one. */
  readonly onlySubscription: (user: User) => Promise<Subscription>;
  /** Has the person ask for a refund. @returns the refund's id. */
  readonly requestRefund: (user: User, chargeId: string) => Promise<string>;
  readonly approve: (refundId: string, allowNegative?: boolean) => Promise<void>;
  /** Runs one of the scheduled jobs. */
  readonly run: (name: string) => Promise<void>;
  /** Runs what waits in the queue, once each; a job that throws stays there. @returns what was thrown. */
  readonly runQueued: () => Promise<readonly unknown[]>;
  readonly queued: () => number;
  readonly loseQueue: () => void;
  /** Fails with what is wrong. */
  readonly assertSound: () => Promise<void>;
}

export interface Paid {
  readonly chargeId: string;
  readonly orderId: string;
  readonly telegramId: number;
  readonly stars: number;
}

/** A payment of a plan. */
export interface PaidMonth extends Paid {
  readonly paidUntil: Date;
  readonly isFirst: boolean;
}

let people = 0;

/** @param through what the ledger itself writes through, when that is to fail at some point. */
export function ledgerRig(db: Db, { through = db }: { readonly through?: Db } = {}): LedgerRig {
  const clock = manualClock(new Date());
  const bank = makeStarBank(clock);
  const events: MoneyEvent[] = [];
  const attempted: { readonly event: MoneyEvent; readonly transaction: string }[] = [];
  const queue = new Map<string, { readonly job: Job; readonly payload: unknown }>();
  const judges = new Map<string, JudgeHold>();
  const premiumUntil = new Map<number, Date | undefined>();
  const premium: Entitlement = {
    name: premiumPlan.id,
    title: "test-premium",
    stars: async () => premiumPlan.stars,
    changed: async (_tx, { userId, until }) => {
      premiumUntil.set(userId, until);
    },
  };
  const entitlements = new Map([[premium.name, premium]]);
  const settings = { current: starsSettings.schema.parse({}), others: {} };
  const accounts = createAccounts({
    cipher: createCipher(Buffer.alloc(32)),
    clock,
    ids: systemIds,
    adminChatIds: [],
    monitoringChatIds: [],
    environmentKey: undefined,
  });
  const jobs: JobQueue = {
    enqueue: async (tx, job, payload, { dedupeKey } = {}) => {
      afterCommit(tx, () => {
        const key = dedupeKey ?? systemIds.next();
        if (!queue.has(key)) queue.set(key, { job, payload });
      });
    },
  };
  const { ledger, schedules } = createLedger({
    db: through,
    clock,
    ids: systemIds,
    log: silentLogger(),
    metrics: createMetrics({ process: false }),
    jobs,
    settings: { read: async (section) => section.schema.parse({ ...settings.current, ...settings.others }) },
    accounts,
    gateway: bank,
    failureOf: (error) => (error instanceof BankFailure ? error.failure : "unclear"),
    announce: async (tx, event) => {
      const { rows } = await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(tx);
      attempted.push({ event, transaction: rows[0]?.id ?? "" });
      afterCommit(tx, () => events.push(event));
    },
    judgeFor: (reference) => judges.get(reference),
    entitlements: () => [...entitlements.values()],
  });
  const write = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => await inTransaction(db, work);
  const context = { id: "1", attempt: 1, log: silentLogger(), signal: new AbortController().signal };
  const pay: LedgerRig["pay"] = async (user, pack = fivePack) => {
    const order = await write(async (tx) => await ledger.stars.openOrder(tx, { userId: user.id, pack }));
    const { telegramId } = user;
    const chargeId = bank.pay({ telegramId, stars: order.stars, payload: order.id });
    return { chargeId, orderId: order.id, telegramId, stars: order.stars };
  };
  const month = (paid: Omit<PaidMonth, "chargeId">): PaidMonth => {
    const { telegramId, stars, orderId: payload } = paid;
    return { ...paid, chargeId: bank.pay({ telegramId, stars, payload }) };
  };
  const later = (from: Date): Date => new Date(from.getTime() + periodSeconds * 1000);
  const newUser: LedgerRig["newUser"] = async () => {
    people += 1;
    const person = { id: 7_000_000 + people, firstName: `Person ${people}` };
    return await write(async (tx) => await accounts.noteUser(tx, person));
  };
  const subscribe: LedgerRig["subscribe"] = async (user, plan = monthlyPlan) => {
    const { id: orderId, stars } = await write(
      async (tx) => await ledger.subscriptions.openOrder(tx, { userId: user.id, plan }),
    );
    return month({ orderId, telegramId: user.telegramId, stars, paidUntil: later(clock.now()), isFirst: true });
  };
  const tell: LedgerRig["tell"] = async (paid) => {
    const outcome = await write(async (tx) => await ledger.stars.creditPayment(tx, { ...paid, currency: "XTR" }));
    assert.ok(outcome.ok);
    return !outcome.repeated;
  };
  return {
    ledger,
    accounts,
    bank,
    entitlements,
    premiumUntil,
    subscribe,
    renew: (before) => month({ ...before, paidUntil: later(before.paidUntil), isFirst: false }),
    tell,
    subscribed: async (plan) => {
      const user = await newUser();
      const first = await subscribe(user, plan);
      await tell(first);
      return { user, month: first };
    },
    onlySubscription: async (user) => {
      const [subscription, ...others] = await ledger.subscriptions.list(db, user.id);
      assert.ok(subscription !== undefined && others.length === 0);
      return subscription;
    },
    clock,
    events,
    announced: async () => {
      const { rows } = await sql<{ id: string }>`
        select id from unnest(${attempted.map(({ transaction }) => transaction)}::text[]) as each (id)
        where pg_xact_status(id::xid8) = 'committed'`.execute(db);
      const committed = new Set(rows.map(({ id }) => id));
      return attempted.filter(({ transaction }) => committed.has(transaction)).map(({ event }) => event);
    },
    drifts: () => events.flatMap((event) => (event.type === "drift" ? [event.detail] : [])),
    settings,
    judges,
    newUser,
    write,
    grant: async (user, amount) => {
      const change = { userId: user.id, amount, kind: "grant", reason: "test", actor: "test" } as const;
      const result = await write(async (tx) => await ledger.adjust(tx, { ...change, reference: systemIds.next() }));
      assert.ok(result.ok);
    },
    pay,
    buy: async (user, pack) => {
      const paid = await pay(user, pack);
      const outcome = await write(async (tx) => await ledger.stars.creditPayment(tx, { ...paid, currency: "XTR" }));
      assert.ok(outcome.ok);
      return paid;
    },
    requestRefund: async (user, chargeId) => {
      const request = { userId: user.id, chargeId, reason: "changed my mind" };
      const result = await write(async (tx) => await ledger.stars.requestRefund(tx, request));
      assert.ok(result.ok);
      return result.refund.id;
    },
    approve: async (refundId, allowNegative = false) => {
      const by = { actor: "user:1", allowNegative };
      const result = await write(async (tx) => await ledger.stars.approveRefund(tx, refundId, by));
      assert.ok(result.ok);
    },
    run: async (name) => {
      const schedule = schedules.find((each) => each.name === name);
      assert.ok(schedule !== undefined, `there is no schedule ${name}`);
      await schedule.job.run({}, context);
    },
    runQueued: async () => {
      const failures: unknown[] = [];
      for (const [key, { job, payload }] of queue) {
        try {
          await job.run(payload, context);
          queue.delete(key);
        } catch (error) {
          failures.push(error);
        }
      }
      return failures;
    },
    queued: () => queue.size,
    loseQueue: () => {
      queue.clear();
    },
    assertSound: async () => {
      assert.deepEqual(await ledgerViolations(db), []);
    },
  };
}
