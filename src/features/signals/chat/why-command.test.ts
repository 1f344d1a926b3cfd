import assert from "node:assert/strict";
import { test } from "node:test";

import { languages } from "#kernel/lib/language.ts";
import { loadTexts } from "#kernel/lib/texts.ts";
import { plainText } from "#kernel/telegram/index.ts";

import type { Rule, WhyReason } from "../why.ts";
import { whyText } from "./why-command.ts";

const texts = loadTexts([new URL("./texts/", import.meta.url)]);
const at = new Date("2026-11-21T06:20:00Z");
const queuedAt = new Date("2026-11-21T06:19:59.6Z");

const rules: readonly Rule[] = [
  { rule: "not_subscribed" },
  { rule: "none" },
  { rule: "subscribed_later", at },
  { rule: "unsubscribed", at },
  { rule: "subscription_ended", at },
  { rule: "signal_expired", at },
  { rule: "type", wanted: ["buy", "sell"], was: "alert" },
  { rule: "asset", wanted: ["BTC/USD"], was: "ETH/USD" },
  { rule: "timeframe", wanted: ["1H", "4H"], was: undefined },
  { rule: "model", wanted: ["Trend <v3>"], was: "scalper" },
  { rule: "confidence", wanted: 80, was: 72.5 },
  { rule: "asset_muted", asset: "BTC/USD" },
  { rule: "hours", from: 480, to: 1320, at, timeZone: "Asia/Seoul" },
];

const reasons: readonly WhyReason[] = [
  { verdict: "delivered", at, queuedAt, tier: "premium" },
  { verdict: "delivered", at, queuedAt: new Date(at.getTime() - 900_000), tier: "free", readAt: at },
  ...(["tier", "hours", "quiet_hours", "queue"] as const).map(
    (because) => ({ verdict: "waiting", queuedAt, until: at, because }) as const,
  ),
  ...(["suppressed", "expired", "failed", "unknown"] as const).map(
    (state) => ({ verdict: "not_delivered", state, at, reason: "muted" }) as const,
  ),
  ...rules.map((rule) => ({ verdict: "not_matched", rule, changedSince: undefined }) as const),
];

function said(why: WhyReason, language: "en" | "ko" = "en"): string {
  const of = { signalId: 7, chatId: 42 };
  return plainText(whyText({ ...of, ...why }, { t: texts(language), timeZone: "Asia/Seoul" }));
}

test("every reason is said in words, each in its own, in both languages", () => {
  for (const language of languages) {
    const all = reasons.map((reason) => said(reason, language));
    assert.equal(new Set(all).size, all.length);
    for (const text of all) assert.doesNotMatch(text, /undefined|NaN|\{|\}/);
  }
});

test("the values that decided are named, with times by the reader's clock", () => {
  assert.equal(
    said({ verdict: "delivered", at, queuedAt, tier: "premium" }),
    "✅ It passed your filter and was sent to you at Nov 21, 15:20 GMT+9, 0.4 s after it came in.",
  );
  assert.match(said(reasons[1] as WhyReason), /15 min after it came in: you are in the free tier\.\nYou first pressed/);
  assert.match(
    said({ verdict: "not_matched", rule: rules[6] as Rule, changedSince: at }),
    /takes buy or sell signals; this one says alert\./,
  );
  assert.match(
    said({ verdict: "not_matched", rule: rules[6] as Rule, changedSince: at }),
    /after it came, at Nov 21, 15:20/,
  );
  assert.match(said({ verdict: "not_matched", rule: rules[12] as Rule, changedSince: undefined }), /08:00 – 22:00/);
  assert.match(
    said({ verdict: "not_matched", rule: rules[10] as Rule, changedSince: undefined }),
    /80% or more; it had 72\.5%/,
  );
});
