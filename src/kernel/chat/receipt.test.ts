import assert from "node:assert/strict";
import { test } from "node:test";

import type { PaymentOutcome, Subscription } from "../ledger/index.ts";
import { loadTexts } from "../lib/texts.ts";
import { receiptText } from "./receipt.ts";

const texts = loadTexts([new URL("./texts/", import.meta.url)]);
const user = { timeZone: "UTC" };
const deps = { entitlements: [] };

/** The receipt of a plan of 12 credits whose subscription is in this state. */
function receiptOf(state: Subscription["state"], language: "en" | "ko"): string {
  const plan = { id: "monthly-12", stars: 1000, credits: 12_000n, entitlement: undefined };
  const subscription: Subscription = {
    orderId: "order",
    userId: 1,
    telegramId: 2,
    plan,
    chargeId: "first",
    state,
    expiresAt: new Date("2026-12-24T12:00:00Z"),
    barred: false,
    wanted: undefined,
  };
  const balance = { posted: 12_000n, held: 0n, available: 12_000n };
  const outcome: PaymentOutcome = { ok: true, repeated: false, userId: 1, credits: 12_000n, balance, subscription };
  return String(receiptText(deps, { t: texts(language), user }, { outcome, stars: 1000, charge: "c", isFirst: false }));
}

test("a receipt says that a plan renews only of one that does", () => {
  assert.match(receiptOf("active", "en"), /Renews on Dec 24, 2026\. \/status cancels\./);
  assert.match(receiptOf("canceled", "en"), /Cancelled: yours until Dec 24, 2026, nothing more is charged\./);
  assert.match(receiptOf("canceled", "ko"), /해지됨: 2026\. 12\. 24\.까지/);
  assert.doesNotMatch(receiptOf("canceled", "en") + receiptOf("revoked", "en"), /Renews/);
  assert.match(receiptOf("revoked", "ko"), /영수증/);
});
