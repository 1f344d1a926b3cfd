import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";
import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import { AppError } from "#kernel/lib/errors.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { testDatabase } from "#test/support/database.ts";
import {
  availableTo,
  heldBy,
  learn,
  type LedgerModel,
  makeModel,
  type ModelPayment,
  noteRefund,
  pay,
  payBack,
  post,
  postedBy,
  reconcile,
  runQueue,
  settle,
} from "#test/support/ledger-model.ts";
import { fivePack, ledgerRig, monthlyPlan, type Paid, type PaidMonth, premiumPlan } from "#test/support/ledger-rig.ts";
import type { BankFault } from "#test/support/star-bank.ts";
import { expire, isRunning, noteState } from "#test/support/subscription-model.ts";

import type { HoldOutcome, HoldVerdict } from "./index.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write, bank } = rig;
const { stars } = ledger;

const userCount = 3;
const runs = 60;
const longest = 100;
let operations = 0;

/** The real counterparts of what the model knows by number. */
interface Real {
  readonly users: readonly User[];
  readonly paid: (Paid | PaidMonth)[];
  /** The months of each subscription. */
  readonly subscriptions: PaidMonth[][];
  readonly refundIds: Map<number, string>;
  /** Distinguishes the holds of one run from those of another. */
  readonly name: string;
}

type Command = fc.AsyncCommand<LedgerModel, Real>;

interface Step {
  readonly text: string;
  /** Whether it can be done now; always unless said otherwise. */
  readonly check?: (model: LedgerModel) => boolean;
  readonly run: (model: LedgerModel, real: Real) => Promise<void>;
}

/** After each step, everybody's balance is what the model says. */
function command({ text, check = () => true, run }: Step): Command {
  return {
    check,
    run: async (model, real) => {
      operations += 1;
      await run(model, real);
      for (const [user, { id }] of real.users.entries()) {
        const expected = {
          posted: postedBy(model, user),
          held: heldBy(model, user),
          available: availableTo(model, user),
        };
        assert.deepEqual(await ledger.balance(db, id), expected, `user ${user} after ${text}`);
      }
      for (const [index, [month]] of real.subscriptions.entries()) {
        const { state, expiresAt } = model.subscriptions[index]!;
        const { rows } = await sql<{ state: string; expires_at: Date }>`
          select state, expires_at from ledger.subscription where order_id = ${month?.orderId ?? ""}`.execute(db);
        const seen = rows.map((row) => [row.state, row.expires_at.getTime()]);
        assert.deepEqual(seen, state === undefined ? [] : [[state, expiresAt]], `plan ${index} after ${text}`);
      }
      for (const [index, id] of real.refundIds) {
        const { refund, isUnasked } = model.payments[index]!;
        if (!isUnasked) assert.equal((await stars.findRefund(db, id))?.state, refund, `refund ${index} after ${text}`);
      }
    },
    toString: () => text,
  };
}

const user = fc.nat(userCount - 1);
const amount = fc.bigInt({ min: 1n, max: 4000n });
/** Few, so that steps meet. */
const holdNumber = fc.nat(9);
const paymentNumber = fc.nat(9);
const mostSubscriptions = 3;
const outcome = fc.constantFrom<HoldOutcome>("captured", "released", "expired");

const adjustments = fc.record({ user, amount, kind: fc.constantFrom("grant", "take") }).map(({ user, amount, kind }) =>
  command({
    text: `${kind} ${amount} ${kind === "grant" ? "to" : "from"} ${user}`,
    run: async (model, real) => {
      const signed = kind === "grant" ? amount : -amount;
      const change = { userId: real.users[user]!.id, amount: signed, kind, reason: "", actor: "model" } as const;
      const reference = systemIds.next();
      const isPossible = kind === "grant" || availableTo(model, user) >= amount;
      for (let times = 0; times < 2; times += 1) {
        const result = await write(async (tx) => await ledger.adjust(tx, { ...change, reference }));
        assert.equal(result.ok, isPossible && times === 0);
      }
      if (isPossible) post(model, user, signed);
    },
  }),
);

const placing = fc.record({ user, amount, hold: holdNumber }).map(({ user, amount, hold }) =>
  command({
    text: `hold ${amount} of ${user} as ${hold}`,
    run: async (model, real) => {
      const place = async (): Promise<boolean> => {
        const expiresAt = new Date(rig.clock.now().getTime() + 60_000);
        const reference = `${real.name}:${hold}`;
        const whole = { userId: real.users[user]!.id, amount, reference, expiresAt };
        return await write(async (tx) => (await ledger.placeHold(tx, whole)).ok);
      };
      const before = model.holds.get(hold);
      if (before === undefined) {
        const isPossible = availableTo(model, user) >= amount;
        assert.equal(await place(), isPossible);
        if (isPossible) model.holds.set(hold, { user, amount, state: "open" });
      } else if (before.user === user && before.amount === amount) assert.equal(await place(), true);
      else await assert.rejects(place(), AppError);
    },
  }),
);

const settling = fc.record({ hold: holdNumber, outcome }).map(({ hold, outcome }) =>
  command({
    text: `settle ${hold} as ${outcome}`,
    run: async (model, real) => {
      const known = model.holds.get(hold);
      if (known !== undefined) settle(model, known, outcome);
      const result = await write(async (tx) => await ledger.settleHold(tx, `${real.name}:${hold}`, outcome));
      assert.equal(result, known?.state);
    },
  }),
);

const paying = user.map((user) =>
  command({
    text: `${user} pays`,
    run: async (model, real) => {
      real.paid.push(await rig.pay(real.users[user]!));
      pay(model, { user, credits: fivePack.credits, month: undefined });
    },
  }),
);

const plan = fc.constantFrom(monthlyPlan, premiumPlan);
const subscribing = fc.record({ user, plan }).map(({ user, plan }) =>
  command({
    text: `${user} subscribes to ${plan.id}`,
    check: (model) => model.subscriptions.length < mostSubscriptions,
    run: async (model, real) => {
      const month = await rig.subscribe(real.users[user]!, plan);
      real.subscriptions.push([]);
      model.subscriptions.push({ user, state: undefined, expiresAt: 0, barred: false, wanted: undefined });
      payMonth(model, real, { subscription: model.subscriptions.length - 1, month, user, credits: plan.credits });
    },
  }),
);

function payMonth(
  model: LedgerModel,
  real: Real,
  of: { readonly subscription: number; readonly month: PaidMonth; readonly user: number; readonly credits: bigint },
): void {
  const { subscription, month, user, credits } = of;
  real.subscriptions[subscription]!.push(month);
  real.paid.push(month);
  const paidUntil = month.paidUntil.getTime();
  pay(model, { user, credits, month: { subscription, paidAt: model.now(), paidUntil, isTold: false } });
}

/** A step about a subscription that exists. */
function onSubscription(
  text: string,
  run: (at: { index: number; months: readonly PaidMonth[]; model: LedgerModel; real: Real }) => Promise<void>,
): fc.Arbitrary<Command> {
  return fc.nat(mostSubscriptions - 1).map((index) =>
    command({
      text: `${text} ${index}`,
      check: (model) => index < model.subscriptions.length,
      run: async (model, real) => {
        await run({ index, months: real.subscriptions[index]!, model, real });
      },
    }),
  );
}

const renewing = onSubscription("renew", async ({ index, months, model, real }) => {
  const before = model.payments.find(({ month }) => month?.subscription === index)!;
  const month = rig.renew(months.at(-1)!);
  payMonth(model, real, { subscription: index, month, user: before.user, credits: before.credits });
});

const wishing = fc.constantFrom("cancel", "allow").chain((wish) =>
  onSubscription(`wish to ${wish}`, async ({ index, months, model, real }) => {
    const known = model.subscriptions[index]!;
    const request = { userId: real.users[known.user]!.id, orderId: months[0]!.orderId, wish } as const;
    const result = await write(async (tx) => await ledger.subscriptions.ask(tx, request));
    const isOpen = isRunning(known) && known.wanted === undefined;
    assert.equal(result.ok, isOpen && (wish === "cancel" ? known.state === "active" : known.barred));
    if (result.ok) known.wanted = request.wish;
  }),
);

const stating = fc.constantFrom("canceled", "active", "failed").chain((state) =>
  onSubscription(`hear ${state} of`, async ({ index, months, model }) => {
    const { orderId, telegramId } = months[0]!;
    await write(async (tx) => {
      await ledger.subscriptions.note(tx, { orderId, telegramId, state });
    });
    noteState(model.subscriptions[index]!, state);
  }),
);

/** A step about a payment that exists. */
function onPayment(
  text: string,
  run: (at: { index: number; payment: ModelPayment; paid: Paid; model: LedgerModel; real: Real }) => Promise<void>,
): fc.Arbitrary<Command> {
  return paymentNumber.map((index) =>
    command({
      text: `${text} ${index}`,
      check: (model) => index < model.payments.length,
      run: async (model, real) => {
        await run({ index, payment: model.payments[index]!, paid: real.paid[index]!, model, real });
      },
    }),
  );
}

const telling = onPayment("tell of payment", async ({ payment, paid, model }) => {
  const result = await write(async (tx) => await stars.creditPayment(tx, { ...paid, currency: "XTR" }));
  assert.ok(result.ok);
  assert.equal(result.repeated, payment.isKnown);
  learn(model, payment, "update");
});

const requesting = onPayment("ask to refund", async ({ index, payment, paid, real }) => {
  const { id: userId } = real.users[payment.user]!;
  const request = { userId, chargeId: paid.chargeId, reason: "" };
  const result = await write(async (tx) => await stars.requestRefund(tx, request));
  const isFree = payment.refund === undefined || payment.refund === "refused" || payment.refund === "failed";
  assert.equal(result.ok, payment.isKnown && isFree);
  if (!result.ok) return;
  real.refundIds.set(index, result.refund.id);
  payment.refund = "requested";
});

const refusing = onPayment("refuse to refund", async ({ index, payment, real }) => {
  const id = real.refundIds.get(index) ?? "none";
  const result = await write(async (tx) => await stars.refuseRefund(tx, id, "model"));
  assert.equal(result.ok, payment.refund === "requested");
  if (result.ok) payment.refund = "refused";
});

const approving = fc.boolean().chain((allowNegative) =>
  onPayment(`approve${allowNegative ? ", below zero too," : ""} to refund`, async ({ index, payment, model, real }) => {
    const id = real.refundIds.get(index) ?? "none";
    const result = await write(async (tx) => await stars.approveRefund(tx, id, { actor: "model", allowNegative }));
    const isCovered = allowNegative || availableTo(model, payment.user) >= payment.credits || payment.credits === 0n;
    assert.equal(result.ok, payment.refund === "requested" && isCovered);
    if (!result.ok) return;
    payment.refund = "approved";
    post(model, payment.user, -payment.credits);
    model.queue.push(index);
  }),
);

const refundingElsewhere = onPayment("refund elsewhere", async ({ payment, paid, model }) => {
  if (!payment.isRefundedAtBank) bank.refundElsewhere(paid.chargeId);
  payBack(model, payment);
});

const noting = onPayment("tell of the refund of", async ({ payment, paid, model }) => {
  if (!payment.isRefundedAtBank) return;
  const isPosted = noteRefund(model, payment);
  const result = await write(async (tx) => await stars.noteRefund(tx, paid));
  assert.equal(result, isPosted ? "posted" : "known");
});

const fault = fc.constantFrom<BankFault | undefined>(undefined, "refused", "unavailable", "unclear", "unclear_done");
const queueRunning = fault.map((fault) =>
  command({
    text: `carry out refunds${fault === undefined ? "" : `, the first one ${fault}`}`,
    run: async (model) => {
      bank.failRefunds(...(fault === undefined ? [] : [fault]));
      runQueue(model, fault);
      assert.equal((await rig.runQueued()).length, model.queue.length);
    },
  }),
);

const reconciling = fc.constant(
  command({
    text: "reconcile",
    run: async (model) => {
      await rig.clock.advance(120_000);
      await rig.run("ledger.reconcile-stars");
      reconcile(model);
    },
  }),
);

const verdict = fc.constantFrom<HoldVerdict | undefined>("capture", "release", "keep", undefined);
const days = fc.constantFrom(0, 0, 29, 31);
const sweeping = fc.record({ verdict, days }).map(({ verdict, days }) =>
  command({
    text: `sweep after ${days} days, and the owner says ${verdict ?? "nothing"}`,
    run: async (model, real) => {
      await rig.clock.advance(601_000 + days * 86_400_000);
      rig.judges.clear();
      for (const [number, hold] of model.holds) {
        if (verdict !== undefined) rig.judges.set(`${real.name}:${number}`, async () => verdict);
        if (verdict === "capture") settle(model, hold, "captured");
        else if (verdict !== "keep") settle(model, hold, verdict === undefined ? "expired" : "released");
      }
      expire(model);
      await rig.run("ledger.sweep-unfinished");
    },
  }),
);

const steps = fc.commands(
  [
    adjustments,
    placing,
    placing,
    settling,
    paying,
    subscribing,
    renewing,
    wishing,
    stating,
    telling,
    telling,
    requesting,
    refusing,
    approving,
    refundingElsewhere,
    noting,
    queueRunning,
    reconciling,
    sweeping,
  ],
  { maxCommands: longest, size: "max" },
);

test("any sequence of operations does what the model says, and leaves the books right", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (commands) => {
      const users: User[] = [];
      for (let count = 0; count < userCount; count += 1) users.push(await rig.newUser());
      const real: Real = {
        users,
        paid: [],
        subscriptions: [],
        refundIds: new Map(),
        name: `model.${systemIds.next()}`,
      };
      await fc.asyncModelRun(() => ({ model: makeModel(userCount, () => rig.clock.now().getTime()), real }), commands);
      await rig.assertSound();
      // What is unfinished would come up in the next sequence.
      bank.failRefunds();
      await rig.runQueued();
      await rig.runQueued();
      await rig.clock.advance(601_000);
      rig.judges.clear();
      await rig.run("ledger.sweep-unfinished");
    }),
    { numRuns: runs, endOnFailure: false },
  );
  assert.ok(operations >= 1000, `only ${operations} operations were tried`);
});
