import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import { until } from "#test/support/until.ts";

import { closeImprovement } from "./chat/better-words.ts";
import {
  askImprovement,
  findImprovement,
  improvedLately,
  type Improvement,
  improvementCard,
  recordImprovement,
} from "./improvement.ts";
import { jobTopic } from "./notifications.ts";
import { readUsage } from "./statistics.ts";
import { price, studioRig } from "./testing/studio-rig.ts";

const rig = await studioRig();
const { kernel, clock } = rig;
const { db } = rig.database;
const deps = { ...kernel, clock };
rig.assembly.delivery.start();

async function asked(user: User, words = "a boat Okapi4471"): Promise<string> {
  const wish = { user, chatId: user.telegramId, model: "words", hasImage: false, words };
  return await rig.write(async (tx) => await askImprovement(deps, tx, wish));
}

async function answered(id: string, words = "a better boat Quokka9182"): Promise<void> {
  const outcome = { ok: true, words, usage: { prompt: 1000, output: 2000 } } as const;
  await rig.write(async (tx) => {
    await recordImprovement(deps, tx, { id, outcome });
  });
}

async function stored(id: string): Promise<Improvement | undefined> {
  return await findImprovement(deps, db, id);
}

async function found(mark: string): Promise<readonly string[]> {
  const places: string[] = [];
  for (const table of ["studio.improvement", "delivery.content", "delivery.outbox", "delivery.history"]) {
    const { rows } = await sql`select from ${sql.table(table)} as t where t::text like ${`%${mark}%`}`.execute(db);
    if (rows.length > 0) places.push(table);
  }
  return places;
}

test("words are sealed while they wait, and what they cost stays when they are gone", async () => {
  const user = await rig.newUser();
  const id = await asked(user);
  assert.deepEqual(await found("Okapi4471"), []);
  await answered(id);
  assert.deepEqual(await found("Quokka9182"), []);
  const ready = await stored(id);
  assert.deepEqual([ready?.state, ready?.words, ready?.improved], ["ready", undefined, "a better boat Quokka9182"]);
  const { rows } = await sql`
    select prompt_tokens, output_tokens, cost_usd_micros from studio.improvement where id = ${id}`.execute(db);
  assert.deepEqual(rows, [{ prompt_tokens: 1000, output_tokens: 2000, cost_usd_micros: 5300 }]);
});

test("they count into the budget, the cost and the margin", async () => {
  const before = { from: new Date(clock.now().getTime() - 60_000), to: new Date(clock.now().getTime() + 60_000) };
  const costs = async (): Promise<readonly number[]> => {
    const { costUsdMicros, byDay } = await readUsage(db, { ...before, timeZone: "UTC" });
    return [costUsdMicros, byDay.reduce((sum, day) => sum + day.costUsdMicros, 0)];
  };
  const [whole = 0, days = 0] = await costs();
  await answered(await asked(await rig.newUser()));
  assert.deepEqual(await costs(), [whole + 5300, days + 5300]);
});

test("what comes after the decision is counted, not kept", async () => {
  const user = await rig.newUser();
  const id = await asked(user);
  await rig.write(async (tx) => {
    const html = kernel.texts("en")("studio-generate-started");
    await closeImprovement(kernel, tx, { id, chatId: user.telegramId, html });
  });
  await answered(id);
  const over = await stored(id);
  assert.deepEqual(
    [over?.state, over?.words, over?.improved, over?.outputTokens],
    ["over", undefined, undefined, 2000],
  );
});

test("the card forgets what it said, sent or not", async () => {
  const user = await rig.newUser();
  const id = await asked(user);
  await answered(id);
  const put = async (): Promise<void> => {
    await rig.write(async (tx) => {
      const content = {
        kind: "text",
        html: kernel.texts("en")("studio-improve-ready", { words: "Quokka9182" }),
      } as const;
      await kernel.delivery.putCard(tx, {
        key: improvementCard(id),
        chatId: user.telegramId,
        topic: jobTopic,
        content,
      });
    });
  };
  const close = async (): Promise<void> => {
    await rig.write(async (tx) => {
      const html = kernel.texts("en")("studio-generate-stopped");
      await closeImprovement(kernel, tx, { id, chatId: user.telegramId, html });
    });
  };
  await put();
  await until("it to be in the chat", () => rig.sandbox.journal.sends.some(({ text }) => text?.includes("Quokka9182")));
  await close();
  assert.deepEqual(await found("Quokka9182"), []);
  await put();
  await close();
  assert.deepEqual(await found("Quokka9182"), []);
});

test("what nobody has decided about goes after an hour", async () => {
  const [old, young] = [await asked(await rig.newUser()), await asked(await rig.newUser())];
  await answered(old);
  await sql`update studio.improvement set asked_at = asked_at - interval '61 minutes' where id = ${old}`.execute(db);
  const schedule = rig.parts.schedules?.find(({ name }) => name === "studio.sweep-words");
  assert.ok(schedule !== undefined);
  await rig.line.runNow(schedule.job);
  assert.equal((await stored(old))?.state, "over");
  assert.equal((await stored(young))?.state, "asked");
});

test("whoever is forgotten is forgotten here", async () => {
  const user = await rig.newUser({ credits: price });
  const id = await asked(user);
  await answered(id);
  assert.equal(await improvedLately(db, user.id, clock.now()), 1);
  await rig.write(async (tx) => await rig.parts.personalData?.forget(tx, user.id));
  const after = await stored(id);
  assert.deepEqual([after?.userId, after?.chatId, after?.improved], [0, 0, undefined]);
});
