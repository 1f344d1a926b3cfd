import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";

import { personalDataOf } from "../../personal-data.ts";
import { savePreference } from "./preference.ts";
import { billingSettings } from "./settings.ts";
import { price, studioRig } from "./testing/studio-rig.ts";

const rig = await studioRig();
const { provider, line } = rig;
const { db } = rig.database;
const everybodys = personalDataOf(rig.kernel, new Map([["studio", rig.parts]]));

afterEach(async () => {
  provider.plan = { looks: 2 };
  await rig.clear();
});

async function forget(user: User): Promise<void> {
  await rig.write(async (tx) => {
    for (const part of everybodys.toReversed()) await part.forget(tx, user.id);
  });
}

/** Everything that studio keeps, as text. */
async function kept(): Promise<string> {
  const { rows } = await sql<{ row: string }>`
    select job::text as row from studio.job union all select preference::text from studio.preference`.execute(db);
  return rows.map(({ row }) => row).join("\n");
}

test("an export has the choices and the numbers of each video, and no prompt", async () => {
  const user = await rig.newUser({ credits: 10n * price });
  await rig.write(async (tx) => {
    await savePreference(tx, user.id, { modelId: "words" });
  });
  const { id } = await rig.ordered(user, { prompt: "my secret wish" });
  const exported = (await rig.parts.personalData?.export(db, user.id)) as { preference: unknown; jobs: object[] };
  const unset = { duration_seconds: null, width: null, height: null, improves_words: false };
  assert.deepEqual(exported.preference, { model: "words", ...unset });
  assert.equal(exported.jobs.length, 1);
  const [job] = exported.jobs;
  assert.ok(job !== undefined && "id" in job && job.id === id);
  assert.deepEqual(
    Object.keys(job).filter((key) => /prompt|image/.test(key)),
    ["prompt_tokens"],
  );
  const { prompt } = await rig.job(id);
  const text = JSON.stringify(exported);
  assert.ok(prompt !== undefined && !text.includes(prompt) && !text.includes("secret"));
});

test("a stranger's export is empty", async () => {
  const exported = await rig.parts.personalData?.export(db, 999_999);
  assert.deepEqual(exported, { preference: null, jobs: [], improvements: [] });
});

test("forgetting cancels what runs, gives the credits back, and leaves nothing that tells who it was", async () => {
  provider.plan = { looks: 10_000 };
  const user = await rig.newUser({ credits: 10n * price });
  const other = await rig.newUser({ credits: 10n * price });
  await rig.write(async (tx) => {
    await savePreference(tx, user.id, { modelId: "words" });
  });
  const running = await rig.ordered(user, { promptMessageId: 5, pressedMessageId: 6 });
  const others = await rig.ordered(other);
  await line.run();
  const waiting = await rig.ordered(user);
  await forget(user);
  await line.run();

  for (const { id } of [running, waiting]) assert.equal((await rig.job(id)).state, "cancelled");
  const work = [...provider.works.values()].find(({ request }) => request.clientReference === running.id);
  assert.deepEqual([work?.cancelled, work?.forgotten], [true, true]);
  assert.equal((await rig.balance(user)).held, 0n);
  const text = await kept();
  assert.ok(!text.includes(String(user.telegramId)), "a private chat's id is the person's");
  const { rows } = await sql<Record<string, unknown>>`
    select username, prompt, prompt_message_id, pressed_message_id, message_id, telegram_file_id
    from studio.job where user_id = ${user.id}`.execute(db);
  assert.equal(rows.length, 2, "the numbers stay");
  for (const row of rows)
    assert.deepEqual(
      Object.values(row).filter((value) => value !== null),
      [],
    );
  assert.equal((await rig.job(others.id)).state, "running", "another person's videos go on");
  assert.ok(text.includes(String(other.telegramId)));
});

test("a video that is on its way when its owner is forgotten ends with him", async () => {
  const user = await rig.newUser({ credits: 10n * price });
  const { id } = await rig.ordered(user);
  for (let second = 0; second < 3; second++) await rig.pass(1000);
  assert.equal((await rig.job(id)).state, "delivering");
  await forget(user);
  const job = await rig.job(id);
  assert.deepEqual([job.state, job.failure], ["failed", "delivery"]);
  assert.equal((await rig.balance(user)).held, 0n);
  await rig.settle(id, "sent");
  assert.equal((await rig.job(id)).state, "failed", "what its delivery may still say comes too late");
  await rig.assertSound();
});

test("being forgotten does not renew today's free videos, and the day's end does", async () => {
  await rig.change(billingSettings, { mode: "free", freePerDay: 2 });
  const person = { id: 8_800_001, firstName: "Again" };
  const comeBack = async (): Promise<User> =>
    await rig.write(async (tx) => {
      await rig.kernel.accounts.noteChat(tx, { id: person.id, type: "private", title: "" });
      return await rig.kernel.accounts.noteUser(tx, person);
    });
  const first = await comeBack();
  const { id } = await rig.ordered(first);
  for (let second = 0; second < 3; second++) await rig.pass(1000);
  await rig.settle(id, "sent");
  await forget(first);
  const second = await comeBack();
  const last = await rig.ordered(second);
  for (let each = 0; each < 3; each++) await rig.pass(1000);
  await rig.settle(last.id, "sent");
  await forget(second);
  const third = await comeBack();
  assert.deepEqual(await rig.order(third), { ok: false, reason: "quota_used", perDay: 2 });
  await rig.clock.advance(24 * 60 * 60_000);
  assert.equal((await rig.order(third)).ok, true);
});

test("work for somebody who was forgotten while it waited tells nobody anything", async () => {
  const user = await rig.newUser({ credits: 10n * price });
  const { id } = await rig.ordered(user);
  await forget(user);
  await line.run();
  await rig.sweep();
  const { rows } = await sql`select from delivery.outbox where chat_id in (0, ${user.telegramId})`.execute(db);
  assert.equal(rows.length, 0);
  assert.equal((await rig.job(id)).state, "cancelled");
});
