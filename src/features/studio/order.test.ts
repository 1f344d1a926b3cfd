import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { sandboxAdminId } from "../../sandbox/world/first-world.ts";
import { holdReference } from "./job.ts";
import { type OrderOutcome, orderVideo, wasOrdered } from "./order.ts";
import { billingSettings, limitSettings } from "./settings.ts";
import { price, studioRig, wishOf } from "./testing/studio-rig.ts";

const rig = await studioRig();
const { db } = rig.database;

function reasonOf(outcome: OrderOutcome): string {
  return outcome.ok ? "ordered" : outcome.reason;
}

async function count(table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from ${sql.table(table)}`.execute(db);
  return rows[0]?.count ?? 0;
}

test("an order is the job, the hold, the card and the way on; the prompt is sealed", async () => {
  const user = await rig.newUser({ credits: 5n * price });
  const job = await rig.ordered(user, { prompt: "종이배 on a quiet sea" });
  assert.equal(job.state, "ordered");
  assert.equal(job.price, price);
  assert.deepEqual(await rig.balance(user), { posted: 5n * price, held: price, available: 4n * price });
  assert.deepEqual(rig.line.waiting(), ["studio.dispatch-jobs"]);
  assert.ok(!JSON.stringify(job, (_key, value: unknown) => String(value)).includes("quiet"));
  const { rows } = await sql<{ row: string; tokens: number; username: string }>`
    select job::text as row, prompt_tokens as tokens, username from studio.job where id = ${job.id}`.execute(db);
  assert.ok(!rows[0]?.row.includes("quiet"));
  assert.equal(rows[0]?.tokens, 3 + 4);
  assert.equal(rows[0]?.username, "ann");
  rig.line.lose();
});

test("200 orders at once on credits for 50: exactly 50 are accepted, and no hold is left when all have ended", async () => {
  await rig.change(limitSettings, { queuedPerPerson: 1000 });
  const user = await rig.newUser({ credits: 50n * price });
  const outcomes = await Promise.all(Array.from({ length: 200 }, async () => await rig.order(user)));
  const accepted = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.job] : []));
  assert.equal(accepted.length, 50);
  assert.deepEqual([...new Set(outcomes.map(reasonOf))].toSorted(), ["insufficient_credits", "ordered"]);
  assert.deepEqual(await rig.balance(user), { posted: 50n * price, held: 50n * price, available: 0n });
  const ends = ["cancelled", "expired"] as const;
  for (const [index, { id }] of accepted.entries()) await rig.advance(id, { type: ends[index % 2] ?? "cancelled" });
  assert.deepEqual(await rig.balance(user), { posted: 50n * price, held: 0n, available: 50n * price });
  await rig.assertSound();
  await rig.change(limitSettings, limitSettings.schema.parse({}));
  rig.line.lose();
});

test("what is refused leaves nothing behind and says why", async () => {
  await rig.change(limitSettings, { blockedWords: ["bomb"], queuedPerPerson: 1 });
  const user = await rig.newUser({ credits: price });
  const before = [await count("studio.job"), await count("ledger.hold"), await count("delivery.outbox")];
  const refusals = {
    unknown_model: { modelId: "made-up" },
    prompt_too_short: { prompt: " a  " },
    prompt_empty: { prompt: "" },
    prompt_too_long: { prompt: "x".repeat(201) },
    image_required: { modelId: "photo" },
    image_not_taken: { imageFileId: "picture" },
    duration_not_offered: { durationSeconds: 5 },
    resolution_not_offered: { resolution: { width: 128, height: 256 } },
    blocked_word: { prompt: "a BOMB explodes" },
    insufficient_credits: { durationSeconds: 8 },
  } as const;
  for (const [reason, wish] of Object.entries(refusals)) {
    assert.equal(reasonOf(await rig.order(user, wish)), reason);
  }
  assert.deepEqual([await count("studio.job"), await count("ledger.hold"), await count("delivery.outbox")], before);
  assert.deepEqual(rig.line.waiting(), []);
  assert.equal(reasonOf(await rig.order(user)), "ordered");
  assert.equal(reasonOf(await rig.order(user)), "too_many_queued");
  await rig.change(limitSettings, limitSettings.schema.parse({}));
  rig.line.lose();
});

test("a picture may speak for itself, and a short caption is enough beside it", async () => {
  const user = await rig.newUser({ credits: 2n * price });
  await rig.ordered(user, { modelId: "photo", imageFileId: "picture", prompt: "" });
  await rig.ordered(user, { modelId: "photo", imageFileId: "picture", prompt: "go" });
  rig.line.lose();
});

test("the price follows length and size, and a refusal for credits says both amounts", async () => {
  const user = await rig.newUser({ credits: 2n * price });
  const outcome = await rig.order(user, { durationSeconds: 8, resolution: { width: 256, height: 144 } });
  assert.deepEqual(outcome, { ok: false, reason: "insufficient_credits", price: 3n * price, available: 2n * price });
});

test("free mode holds nothing and gives each person so many videos on a day of his own", async () => {
  await rig.change(billingSettings, { mode: "free", freePerDay: 2 });
  const user = await rig.newUser();
  const inSeoul = { ...user, timeZone: "Asia/Seoul" };
  const first = await rig.ordered(user);
  assert.equal(first.price, 0n);
  await rig.ordered(user);
  assert.deepEqual(await rig.order(user), { ok: false, reason: "quota_used", perDay: 2 });
  await rig.ordered(await rig.newUser());
  const { rows } = await sql`select from ledger.hold where reference = ${holdReference(first.id)}`.execute(db);
  assert.equal(rows.length, 0);

  await rig.advance(first.id, { type: "failed", failure: "outage" });
  const second = await rig.ordered(user);
  assert.equal(reasonOf(await rig.order(user)), "quota_used", "what failed does not count, what runs does");

  // 23:30 in Seoul is half past two in the afternoon in UTC: the next hour is another day there, not here.
  const midnightInSeoul = new Date(rig.clock.now());
  midnightInSeoul.setUTCHours(14, 30, 0, 0);
  await sql`update studio.job set ordered_at = ${midnightInSeoul} where user_id = ${user.id}`.execute(db);
  await rig.clock.advance(midnightInSeoul.getTime() + 24 * 3_600_000 - rig.clock.now().getTime());
  await sql`
    update studio.job set ordered_at = ${rig.clock.now()} where user_id = ${user.id} and id <> ${first.id}`.execute(db);
  assert.equal(reasonOf(await rig.order(inSeoul)), "quota_used");
  await rig.clock.advance(40 * 60_000);
  assert.equal(reasonOf(await rig.order(user)), "quota_used");
  assert.equal(reasonOf(await rig.order(inSeoul)), "ordered");
  assert.ok(second.price === 0n);
  await rig.change(billingSettings, { mode: "credits" });
  rig.line.lose();
});

test("ten free orders at once keep to the quota", async () => {
  await rig.change(billingSettings, { mode: "free", freePerDay: 3 });
  const user = await rig.newUser();
  const outcomes = await Promise.all(Array.from({ length: 10 }, async () => await rig.order(user)));
  assert.equal(outcomes.filter(({ ok }) => ok).length, 3);
  await rig.change(billingSettings, { mode: "credits" });
  rig.line.lose();
});

test("when the day's budget is used up, sales pause, the admins hear it once, and tomorrow they go on", async () => {
  await sql`update studio.job set ordered_at = ordered_at - interval '3 days'`.execute(db);
  await rig.change(billingSettings, { dailyBudgetUsd: 0.5 });
  const alerts = async (): Promise<readonly string[]> => {
    const { rows } = await sql<{ body: string }>`
      select content.body::text as body
      from delivery.outbox as o join delivery.content on content.id = o.content_id
      where content.topic = 'studio.alert' and o.chat_id = ${sandboxAdminId}`.execute(db);
    return rows.map(({ body }) => body);
  };
  const user = await rig.newUser({ credits: 100n * price });
  const [first, second] = [await rig.ordered(user), await rig.ordered(user)];
  assert.equal(reasonOf(await rig.order(user)), "sales_paused");
  assert.equal(reasonOf(await rig.order(await rig.newUser({ credits: price }))), "sales_paused");
  assert.equal((await alerts()).length, 1);
  assert.match((await alerts())[0] ?? "", /\$0\.50.*used up/);

  await rig.advance(first.id, { type: "cancelled" });
  assert.equal(reasonOf(await rig.order(user)), "ordered", "what was never submitted costs nothing");
  await rig.advance(second.id, { type: "cancelled" });
  await rig.clock.advance(24 * 3_600_000);
  assert.equal(reasonOf(await rig.order(user)), "ordered");
  assert.equal(reasonOf(await rig.order(user)), "ordered");
  assert.equal(reasonOf(await rig.order(user)), "sales_paused");
  assert.equal((await alerts()).length, 2, "another day is another alert");
  await rig.change(billingSettings, { dailyBudgetUsd: 0 });
  rig.line.lose();
});

test("what a provider has refused costs nothing, so that nobody can use up the day's budget with it", async () => {
  await rig.clear();
  await sql`update studio.job set ordered_at = ordered_at - interval '3 days'`.execute(db);
  await rig.change(billingSettings, { dailyBudgetUsd: 0.5 });
  const user = await rig.newUser({ credits: 100n * price });
  for (let refused = 0; refused < 3; refused++) {
    rig.provider.starts.push({ refused: "moderation" });
    const { id } = await rig.ordered(user);
    await rig.line.run();
    assert.equal((await rig.job(id)).failure, "moderation");
  }
  // May have been taken, by one that cannot be asked.
  const [unclear, stopped] = [await rig.ordered(user), await rig.ordered(user)];
  for (const { id } of [unclear, stopped]) {
    await rig.advance(id, { type: "submit", callbackTokenHash: "x" });
    await sql`update studio.job set submitted_at = now() where id = ${id}`.execute(db);
  }
  await rig.advance(unclear.id, { type: "failed", failure: "unclear" });
  await rig.advance(stopped.id, { type: "cancelled" });
  assert.equal(reasonOf(await rig.order(user)), "sales_paused");
  await rig.change(billingSettings, { dailyBudgetUsd: 0 });
  rig.line.lose();
});

test("what a button has ordered is found by it, in its own chat and as far back as asked", async () => {
  const user = await rig.newUser({ credits: price });
  await rig.ordered(user, { pressedMessageId: 40 });
  const chatId = user.telegramId;
  const later = new Date(rig.clock.now().getTime() + 1);
  assert.equal(await wasOrdered(db, { chatId, pressedMessageId: 40 }), true);
  assert.equal(await wasOrdered(db, { chatId, pressedMessageId: 40, since: rig.clock.now() }), true);
  assert.equal(await wasOrdered(db, { chatId, pressedMessageId: 40, since: later }), false);
  assert.equal(await wasOrdered(db, { chatId, pressedMessageId: 41 }), false);
  assert.equal(await wasOrdered(db, { chatId: chatId + 1, pressedMessageId: 40 }), false);
  rig.line.lose();
});

test("an order that does not commit leaves nothing", async () => {
  const user = await rig.newUser({ credits: price });
  await assert.rejects(
    rig.write(async (tx) => {
      assert.ok((await orderVideo(rig.studio, tx, wishOf(user))).ok);
      throw new Error("the process died");
    }),
  );
  assert.deepEqual(await rig.balance(user), { posted: price, held: 0n, available: price });
  assert.deepEqual(rig.line.waiting(), []);
});
