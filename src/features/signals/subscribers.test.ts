import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { inTransaction } from "#kernel/db/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { until } from "#test/support/until.ts";

import { signalsPersonalData } from "./personal-data.ts";
import { decide, noteReading } from "./portfolio.ts";
import { addPriceAlert } from "./price-alerts.ts";
import { changeSubscription, readSubscription, setMuted, setPremium } from "./subscriber.ts";
import { makeRun } from "./testing/run-job.ts";
import { signalOf, signalsApp } from "./testing/signals-app.ts";

const app = await signalsApp();
const { db } = app.database;
const minuteMs = 60_000;

const heard = (id: number, asset: string): number =>
  app.sandbox
    .as(id)
    .messages()
    .filter(({ from, text = "" }) => from?.is_bot === true && text.includes(asset)).length;

let assets = 0;

/** Sends a signal about an asset of its own. */
async function send(fields: Readonly<Record<string, unknown>> = {}) {
  assets += 1;
  const asset = `T${assets}/USD`;
  const { status, body } = await app.call("POST", "/api/signals", signalOf({ asset, ...fields }));
  assert.equal(status, 201, JSON.stringify(body));
  return { asset, id: Number(body["id"]), reached: Number(body["reached"]) };
}

async function why(signalId: number, chatId: number): Promise<Record<string, unknown>> {
  return (await app.call("GET", `/api/signals/${signalId}/why?chat_id=${chatId}`)).body;
}

const put = async (chatId: number, change: object) => {
  const { status, body } = await app.call("PUT", `/api/signals/subscribers/${chatId}`, change);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};

/** Hours that began or begin so many minutes from now, an hour long. */
function hoursFrom(minutes: number): { readonly from: string; readonly to: string } {
  const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
  const begin = Date.now() + minutes * minuteMs;
  return { from: clock(begin), to: clock(begin + 60 * minuteMs) };
}

test("premium readers have it while free ones wait, and who becomes premium has the next at once", async () => {
  const [premium = 0] = await app.subscribers(1);
  const [free = 0] = await app.subscribers(1, { premium: false });
  const first = await send();
  await until("the premium one's", () => heard(premium, first.asset) === 1);
  const { verdict, because, until: when } = await why(first.id, free);
  assert.deepEqual([verdict, because], ["waiting", "tier"]);
  const delayMs = Date.parse(String(when)) - Date.now();
  assert.ok(delayMs > 10 * minuteMs && delayMs < 16 * minuteMs);
  await put(free, { premium_until: new Date(Date.now() + 86_400_000).toISOString() });
  const second = await send();
  await until("his, at once", () => heard(free, second.asset) === 1);
  assert.equal(heard(free, first.asset), 0);
});

test("outside the hours a signal is held, dropped or silent, as was chosen", async () => {
  const [held = 0, dropped = 0, silent = 0, inside = 0] = await app.subscribers(4);
  const later = hoursFrom(120);
  await put(held, { hours: later, hours_mode: "hold" });
  await put(dropped, { hours: later, hours_mode: "drop" });
  await put(silent, { hours: later, hours_mode: "silent" });
  await put(inside, { hours: hoursFrom(-30), hours_mode: "drop" });
  const { asset, id } = await send();
  await until("those who get it", () => heard(silent, asset) + heard(inside, asset) === 2);
  const waiting = await why(id, held);
  assert.deepEqual([waiting["verdict"], waiting["because"]], ["waiting", "hours"]);
  const rule = await why(id, dropped);
  assert.deepEqual(
    [rule["verdict"], rule["rule"], (rule["hours"] as { from: string }).from],
    ["not_matched", "hours", later.from],
  );
  const { rows } = await sql<{ chat_id: number; silent: boolean }>`
    select chat_id, silent from delivery.history where chat_id = any(${[silent, inside]}::bigint[]) order by id desc limit 2`.execute(
    db,
  );
  assert.deepEqual(Object.fromEntries(rows.map((row) => [row.chat_id, row.silent])), {
    [silent]: true,
    [inside]: false,
  });
  const short = await send({ expires_at: new Date(Date.now() + 30 * minuteMs).toISOString() });
  assert.equal((await why(short.id, held))["rule"], "signal_expired", "it would come too late");
});

test("each rule that keeps a signal away is named with what was asked and what was there", async () => {
  const [id = 0] = await app.subscribers(1);
  const cases: readonly [change: object, expected: Record<string, unknown>][] = [
    [{ types: ["sell"] }, { rule: "type", wanted: ["sell"], was: "buy" }],
    [
      { types: [], min_confidence: 90 },
      { rule: "confidence", wanted: 90, was: 85 },
    ],
    [
      { min_confidence: 0, assets: ["ETH/USD"] },
      { rule: "asset", wanted: ["ETH/USD"] },
    ],
    [
      { assets: [], timeframes: ["1h"] },
      { rule: "timeframe", wanted: ["1H"], was: "4H" },
    ],
    [
      { timeframes: [], models: ["Mean"] },
      { rule: "model", wanted: ["Mean"], was: "Trend v3" },
    ],
    [{ models: [], expires_at: new Date(Date.now() - minuteMs).toISOString() }, { rule: "subscription_ended" }],
    [{ expires_at: null, active: false }, { rule: "unsubscribed" }],
  ];
  for (const [change, expected] of cases) {
    await put(id, change);
    const told = await why((await send()).id, id);
    assert.equal(told["verdict"], "not_matched", JSON.stringify(change));
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(told[name], value, name);
  }
  const [stranger = 0] = app.sandbox.addStartedPeople(1);
  assert.equal((await why((await send()).id, stranger))["rule"], "not_subscribed");
  await put(id, { active: true });
  const late = await send({ source_model: "tREND V3" });
  await put(id, { models: ["trend v3"] });
  await until("it", () => heard(id, late.asset) === 1);
  const earlier = await send();
  const [newcomer = 0] = await app.subscribers(1);
  assert.equal((await why(earlier.id, newcomer))["rule"], "subscribed_later");
});

test("a muted asset stays away until it is unmuted", async () => {
  const [id = 0] = await app.subscribers(1);
  const mute = async (muted: boolean): Promise<boolean> =>
    await inTransaction(
      db,
      async (tx) => await setMuted(tx, { chatId: id, asset: "MUTED/USD", muted, now: new Date() }),
    );
  assert.equal(await mute(true), true);
  assert.equal(await mute(true), false, "once");
  const first = await send({ asset: "MUTED/USD" });
  assert.equal((await why(first.id, id))["rule"], "asset_muted");
  assert.equal(await mute(false), true);
  await send({ asset: "MUTED/USD" });
  await until("the second", () => heard(id, "MUTED/USD") === 1);
});

test("who unsubscribes or blocks the bot meanwhile gets nothing more of what waits, and who is shut out nothing new", async () => {
  const [leaves = 0, blocks = 0] = await app.subscribers(2, { premium: false });
  const { asset, id } = await send();
  await put(leaves, { active: false });
  await sql`
    update account.chat set suspended_reason = 'blocked', suspended_at = now() where id = ${blocks}`.execute(db);
  await sql`
    update delivery.outbox set not_before = now() - interval '1 second'
    where chat_id = any(${[leaves, blocks]}::bigint[])`.execute(db);
  await until("the end of all", async () => {
    const { rows } = await sql<{ left: number }>`
      select count(*) as left from delivery.outbox where chat_id = any(${[leaves, blocks]}::bigint[])`.execute(db);
    return rows[0]?.left === 0;
  });
  assert.equal(heard(leaves, asset) + heard(blocks, asset), 0);
  const { verdict, reason } = await why(id, leaves);
  assert.deepEqual([verdict, reason], ["not_delivered", "muted"]);
  await put(leaves, { active: true });
  await setPremiumOf(leaves);
  const next = await send();
  await until("the next, after coming back", () => heard(leaves, next.asset) === 1);

  const [shutOut = 0] = await app.subscribers(1);
  await sql`update account.person set blocked = true where telegram_id = ${shutOut}`.execute(db);
  const unheard = await send();
  assert.equal((await why(unheard.id, shutOut))["verdict"], "not_matched");
});

async function setPremiumOf(chatId: number): Promise<void> {
  const until = new Date(Date.now() + 86_400_000);
  await inTransaction(db, async (tx) => {
    await setPremium(tx, { chatId, until, now: new Date() });
  });
}

test("what a person changes in his account is what the next signal goes by", async () => {
  const [id = 0] = await app.subscribers(1);
  await sql`update account.person set language = 'ko', time_zone = 'Asia/Seoul' where telegram_id = ${id}`.execute(db);
  const { asset } = await send();
  const text = await until(
    "the message",
    () =>
      app.sandbox
        .as(id)
        .messages()
        .find(({ text: words = "" }) => words.includes(asset))?.text,
  );
  assert.match(text, /KST|GMT\+9|[가-힣]/);
});

test("a group keeps its subscription when it becomes a supergroup, and reads in its own language", async () => {
  await sql`insert into account.chat (id, type, title) values (-77, 'group', 'Traders')`.execute(db);
  await put(-77, { active: true, language: "ko", time_zone: "Asia/Seoul" });
  await sql`update account.chat set id = -1001, type = 'supergroup' where id = -77`.execute(db);
  const { rows } = await sql<{ place: string; reads: string; zone: string; active: boolean }>`
    select place, reads, zone, active from signals.subscription where chat_id = -1001`.execute(db);
  assert.deepEqual(rows, [{ place: "shared", reads: "ko", zone: "Asia/Seoul", active: true }]);
  await put(-1001, { active: false });
});

test("a person can have all that is kept of him, and have it erased", async () => {
  const [id = 0] = await app.subscribers(1);
  const userId = (await readSubscription(db, id)).userId ?? 0;
  const { id: signalId } = await send();
  await inTransaction(db, async (tx) => {
    await noteReading(tx, { signalId, chatId: id, now: new Date() });
    await decide(tx, { userId, signalId, decision: "took", now: new Date() });
    const alert = { chatId: id, userId, asset: "X", direction: "above", price: "1", now: new Date(), most: 1 } as const;
    await addPriceAlert(tx, alert);
  });
  const kept = (await signalsPersonalData.export(db, userId)) as Record<string, readonly unknown[]>;
  assert.deepEqual(
    Object.values(kept).map((rows) => rows.length),
    [1, 1, 1, 1],
  );
  await inTransaction(db, async (tx) => {
    await signalsPersonalData.forget(tx, userId);
  });
  const left = (await signalsPersonalData.export(db, userId)) as Record<string, readonly unknown[]>;
  assert.deepEqual(
    Object.values(left).map((rows) => rows.length),
    [0, 0, 0, 0],
  );
});

test("a report comes at the person's own hour, once, and the next is planned", async () => {
  const [id = 0] = await app.subscribers(1);
  const userId = (await readSubscription(db, id)).userId;
  await inTransaction(db, async (tx) => {
    await changeSubscription({ clock: systemClock }, tx, {
      chatId: id,
      userId,
      change: { reportPeriod: "daily", reportAt: 540 },
    });
  });
  const planned = (await readSubscription(db, id)).nextReportAt;
  assert.ok(planned !== undefined && planned > new Date());
  assert.equal(planned.toISOString().slice(11, 16), "09:00");
  await sql`update account.person set time_zone = 'Asia/Seoul' where telegram_id = ${id}`.execute(db);
  const moved = (await readSubscription(db, id)).nextReportAt;
  assert.equal(moved?.toISOString().slice(11, 16), "00:00", "nine in Seoul");

  await sql`update signals.subscription set next_report_at = now() - interval '1 minute' where chat_id = ${id}`.execute(
    db,
  );
  const before = app.sandbox.as(id).messages().length;
  const run = makeRun(app, "signals.send-reports");
  await run();
  await run();
  await until("the report", () => app.sandbox.as(id).messages().length > before);
  assert.equal(app.sandbox.as(id).messages().length, before + 1);
  const next = (await readSubscription(db, id)).nextReportAt;
  assert.ok(next !== undefined && next > new Date());
});

test("the next report is tomorrow, on Monday or on the first, by the clock of the zone, also when clocks change", async () => {
  const next = async (period: string, zone: string, after: string): Promise<string | undefined> => {
    const { rows } = await sql<{ at: Date | null }>`
      select signals.next_report(${period}, '09:00', ${zone}, ${after}::timestamptz) as at`.execute(db);
    return rows[0]?.at?.toISOString();
  };
  assert.equal(await next("daily", "Asia/Seoul", "2026-11-20T23:59:00Z"), "2026-11-21T00:00:00.000Z");
  assert.equal(await next("daily", "Asia/Seoul", "2026-11-21T00:00:00Z"), "2026-11-22T00:00:00.000Z");
  assert.equal(await next("weekly", "UTC", "2026-11-23T09:00:00Z"), "2026-11-30T09:00:00.000Z");
  assert.equal(await next("weekly", "UTC", "2026-11-22T12:00:00Z"), "2026-11-23T09:00:00.000Z");
  assert.equal(await next("monthly", "America/New_York", "2026-11-01T12:00:00Z"), "2026-11-01T14:00:00.000Z");
  assert.equal(await next("daily", "Europe/Berlin", "2026-03-28T12:00:00Z"), "2026-03-29T07:00:00.000Z");
  assert.equal(await next("none", "UTC", "2026-11-01T12:00:00Z"), undefined);
});
