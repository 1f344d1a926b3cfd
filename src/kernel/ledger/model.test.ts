import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

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
  packCredits,
  post,
  postedBy,
  reconcile,
  runQueue,
  settle,
} from "#test/support/ledger-model.ts";
import { ledgerRig, type Paid } from "#test/support/ledger-rig.ts";
import type { BankFault } from "#test/support/star-bank.ts";

import type { HoldOutcome, HoldVerdict } from "./index.ts";

const { db } = await testDatabase();
const rig = ledgerRig(db);
const { ledger, write, bank } = rig;
const { stars } = ledger;

const userCount = 3;
const runs = 60;
const longest = 80;
let operations = 0;

/** The real counterparts of what the model knows by number. */
interface Real {
  readonly users: readonly User[];
  readonly paid: Paid[];
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
const paymentNumber = fc.nat(5);
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
      const unseen = { isKnown: false, isRefundedAtBank: false, isInCompared: false, isOutCompared: false };
      model.payments.push({ user, ...unseen, refund: undefined, isUnasked: false });
    },
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
  learn(model, payment);
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
    const isCovered = allowNegative || availableTo(model, payment.user) >= packCredits;
    assert.equal(result.ok, payment.refund === "requested" && isCovered);
    if (!result.ok) return;
    payment.refund = "approved";
    post(model, payment.user, -packCredits);
    model.queue.push(index);
  }),
);

const refundingElsewhere = onPayment("refund elsewhere", async ({ payment, paid }) => {
  if (!payment.isRefundedAtBank) bank.refundElsewhere(paid.chargeId);
  payment.isRefundedAtBank = true;
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
const sweeping = verdict.map((verdict) =>
  command({
    text: `sweep, and the owner says ${verdict ?? "nothing"}`,
    run: async (model, real) => {
      await rig.clock.advance(601_000);
      rig.judges.clear();
      for (const [number, hold] of model.holds) {
        if (verdict !== undefined) rig.judges.set(`${real.name}:${number}`, async () => verdict);
        if (verdict === "capture") settle(model, hold, "captured");
        else if (verdict !== "keep") settle(model, hold, verdict === undefined ? "expired" : "released");
      }
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
      const real: Real = { users, paid: [], refundIds: new Map(), name: `model.${systemIds.next()}` };
      await fc.asyncModelRun(() => ({ model: makeModel(userCount), real }), commands);
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
