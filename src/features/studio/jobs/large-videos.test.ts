import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import { until } from "#test/support/until.ts";

import { isEnded } from "../job-state.ts";
import type { VideoJob } from "../job.ts";
import { resultSettings } from "../settings.ts";
import { cardText, price, studioRig, type StudioRig } from "../testing/studio-rig.ts";

const megabyte = 1024 * 1024;
/** More than Telegram takes from a bot, and less than the sandbox's own limit. */
const large = 50 * megabyte + 1000;

const rig = await studioRig();
rig.assembly.delivery.start();

afterEach(async () => {
  rig.provider.plan = { looks: 1 };
  await rig.change(resultSettings, { longestMegabytes: 2000, linkedMegabytes: 20_000 });
});

async function made(by: User, of: StudioRig = rig): Promise<VideoJob> {
  const { id } = await of.ordered(by);
  for (let second = 0; second < 4; second++) await of.pass(1000);
  const job = await until("the job to end", async () => {
    const now = await of.job(id);
    return isEnded(now.state) && now;
  });
  await of.pass(0);
  return job;
}

/** The call that made the bot's last message to somebody. */
function lastCall({ sandbox }: StudioRig, user: User): string | undefined {
  return sandbox.journal.sends.findLast(({ chatId }) => chatId === user.telegramId)?.method;
}

async function kept(): Promise<number> {
  return (await readdir(join(rig.dataDir, "media"))).length;
}

async function alerts(of: StudioRig, words: RegExp): Promise<number> {
  const { rows } = await sql<{ text: string }>`
    select body::text as text from delivery.content where topic = 'studio.alert'`.execute(of.database.db);
  return rows.filter(({ text }) => words.test(text)).length;
}

/** The signed part of the link in the message of a job. */
async function linkOf({ deliveryId }: VideoJob): Promise<string> {
  const { rows } = await sql<{ text: string }>`
    select content.body::text as text from delivery.history join delivery.content on content.id = history.content_id
    where history.id = ${deliveryId}`.execute(rig.database.db);
  return /https:\/\/studio\.example\/media\/([\w.-]+)/.exec(rows[0]?.text ?? "")?.[1] ?? assert.fail("no link");
}

async function behind(signed: string): Promise<number | undefined> {
  const id = rig.kernel.media.verifySigned(signed);
  const stream = id === undefined ? undefined : await rig.kernel.media.open(id);
  return stream && (await buffer(stream)).length;
}

test("a video that is too large for Telegram is paid for when its link arrives, and waits behind it until that is over", async () => {
  const user = await rig.newUser({ credits: 10n * price });
  rig.provider.plan = { looks: 1, bytes: large };
  const job = await made(user);
  assert.equal(job.state, "delivered");
  assert.equal(lastCall(rig, user), "sendPhoto", "a picture of it, with the link");
  assert.deepEqual(await rig.balance(user), { posted: 9n * price, held: 0n, available: 9n * price });
  const signed = await linkOf(job);
  assert.equal(await behind(signed), large);
  assert.equal(await kept(), 1, "the picture of it has gone");
  const { rows } = await sql<{
    expires_at: Date;
  }>`select expires_at from media.file where id = ${job.resultMediaId}`.execute(rig.database.db);
  assert.deepEqual(rows[0]?.expires_at, job.linkUntil, "its bytes go by themselves");

  await rig.clock.advance(23 * 3_600_000);
  await rig.sweep();
  assert.equal((await rig.job(job.id)).resultMediaId, job.resultMediaId);
  await rig.clock.advance(3_600_000);
  await rig.sweep();
  const after = await rig.job(job.id);
  assert.deepEqual([after.resultMediaId, after.linkUntil], [undefined, undefined], "nothing points to it any more");
  await rig.write(async (tx) => {
    await rig.kernel.media.erase(tx, job.resultMediaId ?? "");
  });
  await until("the disk to be empty", async () => (await kept()) === 0);
});

test("whoever is forgotten takes the video behind his link along", async () => {
  const user = await rig.newUser({ credits: 10n * price });
  rig.provider.plan = { looks: 1, bytes: large };
  const signed = await linkOf(await made(user));
  assert.equal(await behind(signed), large);
  await rig.write(async (tx) => await rig.parts.personalData?.forget(tx, user.id));
  assert.equal(await behind(signed), undefined);
  await until("the disk to be empty", async () => (await kept()) === 0);
});

test("a link that cannot be delivered costs nothing and leads nowhere", async () => {
  const user = await rig.newUser({ credits: 10n * price });
  rig.sandbox.as(user.telegramId).block();
  rig.provider.plan = { looks: 1, bytes: large };
  const job = await made(user);
  assert.deepEqual([job.state, job.failure, job.linkUntil], ["failed", "delivery", undefined]);
  assert.deepEqual(await rig.balance(user), { posted: 10n * price, held: 0n, available: 10n * price });
  await until("the disk to be empty", async () => (await kept()) === 0);
});

test("more than the limit, or than the links may take together, is paid back, and the admins hear of it once a day", async () => {
  const user = await rig.newUser({ credits: 10n * price });
  rig.provider.plan = { looks: 1, bytes: large };
  await rig.change(resultSettings, { longestMegabytes: 50 });
  for (let time = 0; time < 2; time++) {
    const job = await made(user);
    assert.deepEqual([job.state, job.failure], ["failed", "too_large"]);
    assert.match(await cardText(rig, job.id), /larger than I can hand over.*Nothing was charged/);
  }
  assert.equal(await alerts(rig, /longestMegabytes/), 1);
  await rig.change(resultSettings, { longestMegabytes: 2000, linkedMegabytes: 100 });
  assert.equal((await made(user)).state, "delivered");
  const second = await made(user);
  assert.deepEqual([second.state, second.failure], ["failed", "too_large"]);
  assert.equal(await alerts(rig, /linkedMegabytes/), 1);
  assert.deepEqual(await rig.balance(user), { posted: 9n * price, held: 0n, available: 9n * price });
  await rig.assertSound();
});

test("without PUBLIC_URL nobody could fetch it: it is paid back and the admins hear why", async () => {
  const hidden = await studioRig({ environment: { PUBLIC_URL: "" } });
  hidden.assembly.delivery.start();
  const user = await hidden.newUser({ credits: 10n * price });
  hidden.provider.plan = { looks: 1, bytes: large };
  const job = await made(user, hidden);
  assert.deepEqual([job.state, job.failure], ["failed", "too_large"]);
  assert.equal(await alerts(hidden, /PUBLIC_URL/), 1);
  assert.deepEqual(await hidden.balance(user), { posted: 10n * price, held: 0n, available: 10n * price });
});

test("a Bot API server of our own takes it by upload", async () => {
  const local = await studioRig({
    environment: { PUBLIC_URL: "", TELEGRAM_API_LOCAL: "yes", TELEGRAM_API_ROOT: "http://127.0.0.1:8081" },
  });
  local.assembly.delivery.start();
  const user = await local.newUser({ credits: 10n * price });
  local.provider.plan = { looks: 1, bytes: large };
  assert.equal((await made(user, local)).state, "delivered");
  assert.equal(lastCall(local, user), "sendVideo");
});

test("no call to Telegram was wrong", () => {
  assert.deepEqual(rig.sandbox.journal.invalidCalls, []);
});
