import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { runApp } from "#test/support/app.ts";
import { openPerson, type SandboxPerson } from "#test/support/person.ts";
import { until } from "#test/support/until.ts";

import { sandboxAdminId, sandboxGroupId } from "../../src/sandbox/world/first-world.ts";

const { app, sandbox, database, api } = await runApp();
const { db } = database;
const alex = await openPerson(sandbox.url, 700_000_003);
const admin = await openPerson(sandbox.url, sandboxAdminId);
for (const person of [alex, admin]) await person.start();
await alex.sees("Hi, Alex");

test("the settings are one message, edited in place", async () => {
  await alex.say("/settings");
  const screen = await alex.sees("Time zone: UTC");
  const count = alex.messages().length;
  await alex.press("Time zone");
  await alex.press("Berlin");
  await alex.sees("Time zone: Europe/Berlin");
  await alex.press("Quiet hours");
  await alex.press("22:00 – 07:00");
  await alex.sees("Quiet hours: 22:00 – 07:00 (Europe/Berlin");
  // One step later at night, one earlier in the morning: any half hour can be reached.
  await alex.press("+ 30 min");
  await alex.sees("Quiet hours: 22:30 – 07:00");
  await alex.press("Back");
  await alex.sees("Quiet hours: 22:30 – 07:00");
  await alex.press("Language");
  await alex.press("한국어");
  const edited = await alex.sees("시간대: Europe/Berlin");
  assert.equal(edited.message_id, screen.message_id);
  assert.equal(alex.messages().length, count);
  await alex.press("언어");
  await alex.press("English");
  await alex.sees("Language: English");
});

test("a time zone can be typed, and a wrong one is explained", async () => {
  await alex.press("Time zone");
  await alex.press("Another one");
  await alex.sees("Type the name of your time zone");
  await alex.say("Middle/Earth");
  await alex.sees("I do not know the time zone “Middle/Earth”");
  await alex.say("asia/seoul");
  await alex.sees("Time zone: Asia/Seoul, where it is");
});

test("quiet hours can be typed to the minute, and what is no time is explained", async () => {
  const asked = await alex.say("/settings");
  await alex.sees("Quiet hours: 22:30 – 07:00", { since: asked });
  await alex.press("Quiet hours");
  await alex.press("Type the times");
  await alex.sees("Type two times", { since: asked });
  await alex.say("at night");
  await alex.sees("I do not understand “at night”", { since: asked });
  await alex.say("23:10-06:45");
  await alex.sees("Quiet hours: 23:10 – 06:45 (Asia/Seoul, now", { since: asked });
  const { rows } = await sql`
    select from_time::text, to_time::text, time_zone from delivery.quiet_hours where chat_id = ${alex.id}`.execute(db);
  assert.deepEqual(rows, [{ from_time: "23:10:00", to_time: "06:45:00", time_zone: "Asia/Seoul" }]);
  // What follows must not depend on the hour at which it is run.
  await sql`delete from delivery.quiet_hours where chat_id = ${alex.id}`.execute(db);
});

test("a group's settings are its admins': whoever else asks or presses is told so politely", async () => {
  const chatId = sandboxGroupId;
  const bot = `@${app.botUsername}`;
  const stranger = await alex.say(`/settings${bot}`, chatId);
  await alex.sees("Only the admins of this group", { chatId, since: stranger });
  const asked = await admin.say(`/settings${bot}`, chatId);
  const screen = await admin.sees("Settings of this group", { chatId, since: asked });
  const refused = await alex.press("Quiet hours", chatId);
  assert.deepEqual([refused.showAlert, /Only an admin of this group/.test(refused.text ?? "")], [true, true]);
  await admin.press("Quiet hours", chatId);
  await admin.press("23:00 – 08:00", chatId);
  await admin.press("Time zone", chatId);
  await admin.press("Tokyo", chatId);
  const edited = await admin.sees("Quiet hours: 23:00 – 08:00 (Asia/Tokyo", { chatId, since: asked });
  assert.equal(edited.message_id, screen.message_id);
  await admin.press("Type the times", chatId);
  const question = await admin.sees("Answer this message", { chatId, since: asked });
  await admin.act("messages", { chatId, text: "22:15-07:05", replyToMessageId: question.message_id });
  await admin.sees("Quiet hours: 22:15 – 07:05 (Asia/Tokyo", { chatId, since: edited });
  await admin.press("Back", chatId);
  await admin.press("Notifications", chatId);
  await admin.press("✅ Announcements", chatId);
  await admin.sees("⬜️ Announcements", { chatId, since: asked });
  const { rows } = await sql`
    select preference.enabled, hours.from_time::text, hours.time_zone, person.time_zone as own
    from delivery.preference join delivery.quiet_hours as hours using (chat_id)
    cross join account.person
    where chat_id = ${chatId} and topic = 'announcement' and person.telegram_id = ${admin.id}`.execute(db);
  assert.deepEqual(rows, [{ enabled: false, from_time: "22:15:00", time_zone: "Asia/Tokyo", own: "UTC" }]);
});

test("a muted topic is suppressed, and its delivery says why", async () => {
  await alex.say("/settings");
  await alex.press("Notifications");
  await alex.press("✅");
  await alex.sees("⬜️");
  const answer = await api("/api/notifications", {
    method: "POST",
    body: JSON.stringify({ type: "announcement", title: "Muted", message: "Nobody hears this", chat_ids: [alex.id] }),
  });
  const { deliveries } = (await answer.json()) as { deliveries: { id: number }[] };
  const record = await until("the delivery to end", async () => {
    const read = (await (await api(`/api/deliveries/${deliveries[0]?.id}`)).json()) as {
      state: string;
      timeline: { detail: string }[];
    };
    return read.state === "suppressed" ? read : undefined;
  });
  assert.match(record.timeline.map(({ detail }) => detail).join(" "), /mute|off/i);
  await alex.press("⬜️");
});

test("who blocks the bot is suspended, and back with the next start", async () => {
  await alex.act("block");
  await until("the suspension", async () => {
    const { rows } = await sql<{ reason: string | null }>`
      select suspended_reason as reason from account.chat where id = ${alex.id}`.execute(db);
    return rows[0]?.reason;
  });
  await alex.act("unblock");
  await alex.start();
  const { rows } = await until("the chat to be open again", async () => {
    const read = await sql<{ reason: string | null }>`
      select suspended_reason as reason from account.chat where id = ${alex.id}`.execute(db);
    return read.rows[0]?.reason === null ? read : undefined;
  });
  assert.equal(rows[0]?.reason, null);
});

test("a long notification arrives whole, in pieces that Telegram takes", async () => {
  const words = Array.from({ length: 2500 }, (_, index) => `<word${index}>`).join(" ");
  await api("/api/notifications", {
    method: "POST",
    body: JSON.stringify({ type: "announcement", title: "A & <B>", message: words, chat_ids: [alex.id] }),
  });
  await alex.sees("<word2499>", { timeoutMs: 30_000 });
  const parts = alex.messages().filter(({ text = "" }) => text.includes("<word"));
  assert.ok(parts.length > 4);
  assert.ok(parts.every(({ text = "" }) => text.length <= 4096));
  assert.equal(
    parts
      .map(({ text = "" }) => text)
      .join(" ")
      .match(/<word\d+>/g)?.length,
    2500,
  );
});

test("who sends a flood of commands is told once, and somebody else is not held up", async () => {
  const floods = Array.from({ length: 30 }, async () => await alex.say("/terms"));
  const asked = await admin.say("/help");
  await admin.sees("What I can do", { since: asked });
  await Promise.all(floods);
  await until("the flood to be handled", async () => {
    const { rows } = await sql<{ count: number }>`select count(*) from telegram.update where state = 'waiting'`.execute(
      db,
    );
    return rows[0]?.count === 0;
  });
  // Twenty answers go before it, one a second: what is queued tells it sooner than the chat.
  const { rows } = await sql<{ count: number }>`
    select count(*) from delivery.content where body::text like '%a lot at once%'`.execute(db);
  assert.equal(rows[0]?.count, 1);
});

test("everything that is kept about a person is exported, and forgotten when he wants", async () => {
  const person = await openPerson(sandbox.url, 700_000_002);
  await person.start();
  await exportAndForget(person);
});

async function exportAndForget(person: SandboxPerson): Promise<void> {
  await person.sees("안녕하세요");
  await person.say("/export");
  const { document } = await person.waits("the export", (message) => message.document !== undefined);
  const exported = JSON.parse((await person.file(document?.file_id ?? "")).toString()) as Record<string, unknown>;
  for (const owner of ["account", "ledger", "telegram", "delivery", "studio"]) assert.ok(owner in exported, owner);
  assert.match(JSON.stringify(exported["account"]), /Mina/);
  await person.say("/forget");
  await person.press("모두 지우기");
  await person.sees("모든 정보가 지워졌습니다");
  const dump = await everything();
  assert.doesNotMatch(dump, /mina_park/);
  await person.start();
  await person.sees("안녕하세요");
}

/** Every row of every table as text. */
async function everything(): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`.execute(db);
  const parts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.raw(name)} as t`.execute(db);
    parts.push(name, ...rows.map(({ row }) => row));
  }
  return parts.join("\n");
}

test("every call was valid", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
