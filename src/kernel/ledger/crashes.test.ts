import assert from "node:assert/strict";
import { test } from "node:test";

import type { User } from "#kernel/accounts/index.ts";
import { inTransaction } from "#kernel/db/index.ts";
import { Crash, crashingDb, type CrashPoint } from "#test/support/crashing-db.ts";
import { testDatabase } from "#test/support/database.ts";
import { ledgerRig } from "#test/support/ledger-rig.ts";
import type { BankFault } from "#test/support/star-bank.ts";

import { periodSeconds } from "./index.ts";

const { db } = await testDatabase();
const crashing = crashingDb(db);
const rig = ledgerRig(db, { through: crashing.db });
const { ledger, bank } = rig;
const { stars } = ledger;

const moments = ["before_commit", "after_commit"] as const;

/** Runs `work` with a crash at each commit in turn, until it comes through without meeting one; `resume` after each. */
async function atEveryCommit(
  work: (point: string) => Promise<() => Promise<void>>,
  resume: () => Promise<void>,
): Promise<number> {
  let met = 0;
  for (let transaction = 1; ; transaction += 1) {
    for (const when of moments) {
      const point: CrashPoint = { transaction, when };
      const check = await work(`${when} of transaction ${transaction}`);
      crashing.crashAt(point);
      await resume();
      const reached = crashing.transactions() >= transaction;
      crashing.crashAt(undefined);
      await resume();
      await check();
      if (!reached) return met;
      met += 1;
    }
  }
}

/** The queue tries again whatever failed or died, a few times. */
async function runQueue(): Promise<void> {
  for (let tries = 0; tries < 4 && rig.queued() > 0; tries += 1) await rig.runQueued();
}

async function approved(): Promise<{ user: User; chargeId: string; id: string }> {
  const user = await rig.newUser();
  const { chargeId } = await rig.buy(user);
  const id = await rig.requestRefund(user, chargeId);
  await rig.approve(id);
  return { user, chargeId, id };
}

async function endings(id: string): Promise<number> {
  const events = await rig.announced();
  return events.filter((event) => event.type === "refund_finished" && event.refund.id === id).length;
}

/** What Telegram does × where the process dies: the person never has both the Stars and the credits, nor neither. */
const courses: readonly (readonly [string, readonly BankFault[], "refunded" | "failed"])[] = [
  ["answers", [], "refunded"],
  ["answers unclearly, having done it", ["unclear_done"], "refunded"],
  ["answers unclearly, having done nothing", ["unclear"], "refunded"],
  ["cannot be reached at first", ["unavailable"], "refunded"],
  ["cannot be reached, then answers unclearly", ["unavailable", "unclear_done"], "refunded"],
  ["refuses", ["refused", "refused", "refused"], "failed"],
];

for (const [what, faults, end] of courses) {
  test(`a refund survives a crash at every commit when Telegram ${what}`, async () => {
    const met = await atEveryCommit(async (point) => {
      const { user, chargeId, id } = await approved();
      bank.failRefunds(...faults);
      return async () => {
        assert.equal((await stars.findRefund(db, id))?.state, end, point);
        assert.equal(bank.isRefunded(chargeId), end === "refunded", point);
        assert.equal((await ledger.balance(db, user.id)).posted, end === "refunded" ? 0n : 5000n, point);
        assert.equal(await endings(id), 1, point);
        assert.equal(rig.queued(), 0, point);
        await rig.assertSound();
      };
    }, runQueue);
    assert.ok(met >= 4, `only ${met} crashes were met`);
  });
}

test("a payment survives a crash before and after its commit: told again, it is credited once", async () => {
  for (const when of moments) {
    const user = await rig.newUser();
    const paid = await rig.pay(user);
    const credit = async (): Promise<unknown> =>
      await inTransaction(crashing.db, async (tx) => await stars.creditPayment(tx, { ...paid, currency: "XTR" }));
    crashing.crashAt({ transaction: 1, when });
    await assert.rejects(credit(), Crash);
    crashing.crashAt(undefined);
    await credit();
    await credit();
    assert.equal((await ledger.balance(db, user.id)).posted, 5000n, when);
  }
  await rig.assertSound();
});

test("the reconciler survives a crash at every commit: what it recovers is credited once", async () => {
  const reconcile = async (): Promise<void> => {
    await rig.run("ledger.reconcile-stars").catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  };
  const met = await atEveryCommit(async (point) => {
    const user = await rig.newUser();
    await rig.pay(user);
    const refunded = await rig.buy(user);
    bank.refundElsewhere(refunded.chargeId);
    bank.moveOther("out", 3);
    await rig.clock.advance(180_000);
    return async () => {
      assert.equal((await ledger.balance(db, user.id)).posted, 5000n, point);
      const events = await rig.announced();
      const ofUser = events.filter((event) => "userId" in event && event.userId === user.id);
      assert.deepEqual(
        ofUser.map(({ type }) => type),
        ["payment_recovered", "chargeback"],
        point,
      );
      await rig.assertSound();
    };
  }, reconcile);
  assert.ok(met >= 8, `only ${met} crashes were met`);
});

test("the sweep survives a crash at every commit", async () => {
  const sweep = async (): Promise<void> => {
    await rig.run("ledger.sweep-unfinished");
  };
  let number = 0;
  const met = await atEveryCommit(async (point) => {
    const user = await rig.newUser();
    await rig.grant(user, 2000n);
    const expiresAt = new Date(rig.clock.now().getTime() + 1000);
    number += 1;
    for (const verdict of ["capture", "release"] as const) {
      const reference = `test.job:${verdict}-${number}`;
      rig.judges.set(reference, async () => verdict);
      await rig.write(
        async (tx) => await ledger.placeHold(tx, { userId: user.id, amount: 1000n, reference, expiresAt }),
      );
    }
    await rig.clock.advance(2000);
    return async () => {
      assert.deepEqual(await ledger.balance(db, user.id), { posted: 1000n, held: 0n, available: 1000n }, point);
      await rig.assertSound();
    };
  }, sweep);
  assert.ok(met >= 4, `only ${met} crashes were met`);
});

for (const [what, faults] of [
  ["answers", []],
  ["answers unclearly, having done it", ["unclear_done"]],
  ["answers unclearly, having done nothing", ["unclear"]],
  ["cannot be reached at first", ["unavailable"]],
] as const satisfies readonly (readonly [string, readonly BankFault[]])[]) {
  test(`a cancellation survives a crash at every commit when Telegram ${what}: done, and told once`, async () => {
    const met = await atEveryCommit(async (point) => {
      const user = await rig.newUser();
      const { orderId, chargeId, ...month } = await rig.subscribe(user);
      await rig.tell({ ...month, orderId, chargeId });
      const wish = { userId: user.id, orderId, wish: "cancel" as const };
      assert.ok((await rig.write(async (tx) => await ledger.subscriptions.ask(tx, wish))).ok);
      bank.failEdits(...faults);
      return async () => {
        const [subscription] = await ledger.subscriptions.list(db, user.id);
        assert.deepEqual([subscription?.state, subscription?.wanted], ["canceled", undefined], point);
        assert.ok(bank.barred.has(chargeId), point);
        assert.deepEqual(await toldOf(user), ["canceled"], point);
        assert.equal(rig.queued(), 0, point);
      };
    }, runQueue);
    assert.ok(met >= 2, `only ${met} crashes were met`);
  });
}

test("months that only the reconciler finds, and what a store takes back, survive a crash at every commit", async () => {
  const reconcile = async (): Promise<void> => {
    await rig.run("ledger.reconcile-stars").catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  };
  const met = await atEveryCommit(async (point) => {
    const [user, other] = [await rig.newUser(), await rig.newUser()];
    rig.renew(await rig.subscribe(user));
    const lost = await rig.subscribe(other);
    await rig.tell(lost);
    bank.refundElsewhere(lost.chargeId);
    await rig.clock.advance(180_000);
    return async () => {
      assert.equal((await ledger.balance(db, user.id)).posted, 24_000n, point);
      assert.equal((await ledger.balance(db, other.id)).posted, 0n, point);
      assert.equal((await ledger.subscriptions.list(db, user.id)).length, 1, point);
      assert.deepEqual(await ledger.subscriptions.list(db, other.id), [], point);
      assert.deepEqual(await toldOf(other), ["revoked"], point);
      await rig.assertSound();
    };
  }, reconcile);
  assert.ok(met >= 6, `only ${met} crashes were met`);
});

test("the end of a subscription survives a crash at every commit: told once", async () => {
  const sweep = async (): Promise<void> => {
    await rig.run("ledger.sweep-unfinished").catch((error: unknown) => {
      if (!(error instanceof Crash)) throw error;
    });
  };
  const met = await atEveryCommit(async (point) => {
    const user = await rig.newUser();
    await rig.tell(await rig.subscribe(user));
    await rig.clock.advance((periodSeconds + 3600) * 1000);
    return async () => {
      assert.deepEqual(await ledger.subscriptions.list(db, user.id), [], point);
      assert.deepEqual(await toldOf(user), ["expired"], point);
      await rig.assertSound();
    };
  }, sweep);
  assert.ok(met >= 2, `only ${met} crashes were met`);
});

async function toldOf(user: User): Promise<readonly string[]> {
  const events = await rig.announced();
  return events.flatMap((event) =>
    event.type === "subscription_changed" && event.subscription.userId === user.id ? [event.change] : [],
  );
}
