import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { until } from "#test/support/until.ts";

import { isEnded } from "../job-state.ts";
import type { VideoJob } from "../job.ts";
import type { FetchStep, StartStep } from "../testing/scripted-provider.ts";
import { price, studioRig } from "../testing/studio-rig.ts";

/**
 * Studio's process dies at every point at which something has just been, or has just not been, written down. After each
 * death the work goes on in one of two ways: the queue runs the same job again, or everything queued is lost and the
 * sweep has to find what is left. Whatever happens, one video arrives and is paid for once.
 */
const rig = await studioRig();
const { provider, crashes, line, sandbox } = rig;
const { db } = rig.database;
rig.assembly.delivery.start();

type Aftermath = "the job is run again" | "the queue is lost";
const aftermaths: readonly Aftermath[] = ["the job is run again", "the queue is lost"];

/** Lets everything happen until the job has ended, dying and coming back as often as it takes. */
async function live(id: string, aftermath: Aftermath): Promise<VideoJob> {
  for (let round = 0; round < 12; round++) {
    for (let second = 0; second < 4; second++) {
      const deaths = await rig.pass(1000);
      if (deaths.length === 0) continue;
      crashes.crashAt(undefined);
      if (aftermath === "the queue is lost") line.lose();
    }
    const job = await rig.job(id);
    if (job.state === "delivering" || isEnded(job.state)) break;
    await rig.clock.advance(91_000);
    await rig.sweep();
  }
  const ended = await until("the job to end", async () => {
    const job = await rig.job(id);
    return isEnded(job.state) && job;
  });
  crashes.crashAt(undefined);
  await rig.pass(0);
  return ended;
}

function videosIn(chatId: number): number {
  return sandbox.journal.sends.filter((sent) => sent.chatId === chatId && sent.method === "sendVideo").length;
}

/** One video, one payment, one start; nothing of it left. */
async function assertDelivered(job: VideoJob, user: Parameters<typeof rig.balance>[0]): Promise<void> {
  assert.equal(job.state, "delivered");
  assert.equal(videosIn(user.telegramId), 1);
  assert.deepEqual(await rig.balance(user), { posted: 9n * price, held: 0n, available: 9n * price });
  const works = [...provider.works.values()].filter(({ request }) => request.clientReference === job.id);
  assert.equal(works.length, 1, "it was started once");
  // The sender ends the job: its commit may be seen a moment before what follows it is in the queue.
  await until("the provider to be told to forget it", async () => {
    await rig.pass(0);
    return works[0]?.forgotten === true;
  });
  await rig.assertSound();
}

/** How many a life without a death takes. */
const transactions = await (async () => {
  const user = await rig.newUser({ credits: 10n * price });
  const { id } = await rig.ordered(user);
  crashes.crashAt({ transaction: 1000, when: "before_commit" });
  for (let second = 0; second < 4; second++) await rig.pass(1000);
  const count = crashes.transactions();
  await assertDelivered(await live(id, "the job is run again"), user);
  return count;
})();

test("a life has enough transactions for this to mean something", () => {
  assert.ok(transactions >= 6, `${transactions}`);
});

for (let transaction = 1; transaction <= transactions; transaction++) {
  for (const when of ["before_commit", "after_commit"] as const) {
    for (const aftermath of aftermaths) {
      test(`death ${when.replace("_", " ")} of transaction ${transaction}; ${aftermath}`, async () => {
        const user = await rig.newUser({ credits: 10n * price });
        const { id } = await rig.ordered(user);
        crashes.crashAt({ transaction, when });
        await assertDelivered(await live(id, aftermath), user);
      });
    }
  }
}

const deathsAtTheProvider: readonly (readonly [string, StartStep | undefined, FetchStep | undefined])[] = [
  ["when the attempt is written down but the provider not yet called", "dies_before", undefined],
  ["when the provider has taken it but we have not heard", "dies_after", undefined],
  ["with half a file", undefined, "dies"],
];
for (const [where, start, fetched] of deathsAtTheProvider) {
  for (const aftermath of aftermaths) {
    test(`death ${where}; ${aftermath}`, async () => {
      const user = await rig.newUser({ credits: 10n * price });
      const { id } = await rig.ordered(user);
      if (start !== undefined) provider.starts.push(start);
      if (fetched !== undefined) provider.fetches.push(fetched);
      await assertDelivered(await live(id, aftermath), user);
    });
  }
}

test("the order's own work is lost before anything has begun", async () => {
  const user = await rig.newUser({ credits: 10n * price });
  const { id } = await rig.ordered(user);
  line.lose();
  await assertDelivered(await live(id, "the queue is lost"), user);
});

test("the video is sent, but its settlement cannot be recorded: the sweep finds out", async () => {
  const user = await rig.newUser({ credits: 10n * price });
  const { id } = await rig.ordered(user);
  await sql`
    create function studio.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`.execute(
    db,
  );
  await sql`
    create trigger refuse before update on studio.job for each row
    when (new.state = 'delivered') execute function studio.refuse()`.execute(db);
  for (let second = 0; second < 4; second++) await rig.pass(1000);
  await until("the video to be in the chat", () => videosIn(user.telegramId) === 1);
  await until("the failed settlement to be kept", async () => {
    const { rows } = await sql`select from delivery.settlement`.execute(db);
    return rows.length > 0;
  });
  assert.equal((await rig.job(id)).state, "delivering");
  await sql`drop trigger refuse on studio.job`.execute(db);
  await rig.clock.advance(91_000);
  await rig.sweep();
  await assertDelivered(await live(id, "the job is run again"), user);
});

test("Telegram's answer to the video is lost: it may come twice, but is paid for once", async () => {
  const user = await rig.newUser({ credits: 10n * price });
  const { id } = await rig.ordered(user);
  sandbox.faults.add({ kind: "drop_answer", methods: ["sendVideo"], times: 1 });
  const job = await live(id, "the job is run again");
  assert.equal(job.state, "delivered");
  assert.equal(videosIn(user.telegramId), 2);
  assert.deepEqual(await rig.balance(user), { posted: 9n * price, held: 0n, available: 9n * price });
  await rig.assertSound();
});

test("a chat that cannot be reached pays nothing", async () => {
  const user = await rig.newUser({ credits: 10n * price });
  sandbox.as(user.telegramId).block();
  const { id } = await rig.ordered(user);
  const job = await live(id, "the job is run again");
  assert.deepEqual([job.state, job.failure], ["failed", "delivery"]);
  assert.deepEqual(await rig.balance(user), { posted: 10n * price, held: 0n, available: 10n * price });
});

test("a death at any transaction of a cancelled job leaves no hold and no work at the provider", async () => {
  for (const transaction of [1, 2, 3]) {
    const user = await rig.newUser({ credits: 10n * price });
    const { id } = await rig.ordered(user);
    provider.plan = { looks: 10_000 };
    crashes.crashAt({ transaction, when: "after_commit" });
    await rig.pass(1000);
    line.lose();
    await rig.advance(id, { type: "cancelled" });
    await rig.pass(1000);
    provider.plan = { looks: 2 };
    assert.equal((await rig.job(id)).state, "cancelled");
    assert.deepEqual(await rig.balance(user), { posted: 10n * price, held: 0n, available: 10n * price });
    const works = [...provider.works.values()].filter(({ request }) => request.clientReference === id);
    for (const work of works) assert.deepEqual([work.cancelled, work.forgotten], [true, true]);
  }
});

test("without a look-up, an unclear start is given up and paid back, never repeated", async () => {
  const lookUp = provider.findByClientReference;
  Object.assign(provider, { findByClientReference: undefined });
  const user = await rig.newUser({ credits: 10n * price });
  const { id } = await rig.ordered(user);
  provider.starts.push("dies_after");
  const job = await live(id, "the job is run again");
  Object.assign(provider, { findByClientReference: lookUp });
  assert.deepEqual([job.state, job.failure], ["failed", "unclear"]);
  assert.deepEqual(await rig.balance(user), { posted: 10n * price, held: 0n, available: 10n * price });
});

test("no call to Telegram was wrong", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
