import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { sql } from "kysely";

import type { VideoJob } from "./job.ts";
import { limitSettings } from "./settings.ts";
import { cardText, price, studioRig, testCatalogue } from "./testing/studio-rig.ts";

const rig = await studioRig();
const { db } = rig.database;
const { clock, provider } = rig;
const { forecast } = rig.studio;
const user = await rig.newUser({ credits: 1000n * price });
await rig.change(limitSettings, { perPerson: 1, overall: 2, queuedPerPerson: 100 });
await rig.offer(testCatalogue.map((model) => ({ ...model, usualSeconds: 300 })));

beforeEach(async () => {
  await rig.clear();
  await sql`delete from studio.job`.execute(db);
  await clock.advance(30_000);
});

/** Videos that took so many seconds each, one after the other. */
async function delivered(
  seconds: readonly number[],
  of: Partial<Record<"model" | "stand_in", string>> = {},
): Promise<void> {
  const now = clock.now();
  for (const [i, took] of seconds.entries()) {
    const { id } = await rig.ordered(user, { modelId: "words" });
    const finishedAt = new Date(now.getTime() - (seconds.length - i) * 1000);
    await sql`
      update studio.job set
        state = 'delivered', prompt = null, model = ${of.model ?? "words"}, stand_in = ${of.stand_in ?? null},
        submitted_at = ${new Date(finishedAt.getTime() - took * 1000)}, finished_at = ${finishedAt}
      where id = ${id}`.execute(db);
  }
  rig.line.lose();
  await clock.advance(30_000);
}

const like = (changes: Partial<VideoJob> = {}): VideoJob =>
  ({ model: "words", state: "running", durationSeconds: 4, width: 128, height: 128, ...changes }) as VideoJob;

test("the catalogue speaks until five were measured, then half of them took less", async () => {
  await delivered([60, 60, 60, 60]);
  assert.equal(await forecast.minutes(db, like(), 0), 5);
  await delivered([600]);
  assert.equal(await forecast.minutes(db, like(), 0), 1);
});

test("another length or size speaks for the model when its own are few, and a stand-in for itself", async () => {
  await delivered([120, 120, 120, 120, 120]);
  assert.equal(await forecast.minutes(db, like({ durationSeconds: 8 }), 0), 2);
  assert.equal(await forecast.minutes(db, like({ model: "photo" }), 0), 5);
  await delivered([600, 600, 600, 600, 600], { stand_in: "spare" });
  assert.equal(await forecast.minutes(db, like({ standIn: "spare" }), 0), 10);
  assert.equal(await forecast.minutes(db, like(), 0), 2);
});

test("who waits is told of the line before him too; who runs, of what is left", async () => {
  await delivered([120, 120, 120, 120, 120]);
  assert.equal(await forecast.minutes(db, like({ state: "ordered" }), 1), 3);
  assert.equal(await forecast.minutes(db, like({ state: "ordered" }), 4), 6);
  const submittedAt = new Date(clock.now().getTime() - 100_000);
  assert.equal(await forecast.minutes(db, like({ submittedAt }), 0), 0);
  assert.equal(
    await forecast.minutes(db, like({ submittedAt: new Date(clock.now().getTime() - 121_000) }), 0),
    undefined,
  );
});

test("the card tells the time, and an estimate of how far it is when the provider does not", async () => {
  await delivered([120, 120, 120, 120, 120]);
  provider.plan = { looks: 10_000 };
  const { status } = provider;
  Object.assign(provider, { status: async () => await Promise.resolve({ state: "running" }) });
  const first = await rig.ordered(user);
  const second = await rig.ordered(user);
  await rig.line.run();
  await clock.advance(3000);
  await rig.sweep();
  assert.match(await cardText(rig, second.id), /Next in line · about 3 min/);
  for (let seconds = 0; seconds < 60; seconds += 5) await rig.pass(5000);
  const { progress } = await rig.job(first.id);
  assert.ok(progress > 30 && progress <= 45, String(progress));
  assert.match(await cardText(rig, first.id), /Being made: \d+% · about (1|2) min/);
  await rig.pass(60_000);
  await rig.pass(20_000);
  assert.match(await cardText(rig, first.id), /Being made: 8\d% · takes longer than usual/);
  Object.assign(provider, { status });
  provider.plan = { looks: 2 };
});

test("whoever asks inside a transaction needs no second connection, be all of them taken by others who ask", async () => {
  const { max } = rig.database.pool.options;
  const { promise: allTaken, resolve } = Promise.withResolvers<undefined>();
  let taken = 0;
  const ask = async (): Promise<number | undefined> =>
    await rig.write(async (tx) => {
      await sql`select`.execute(tx);
      taken += 1;
      if (taken === max) resolve(undefined);
      await allTaken;
      return await forecast.minutes(tx, like(), 0);
    });
  assert.deepEqual(
    await Promise.all(Array.from({ length: max }, ask)),
    Array.from({ length: max }, () => 5),
  );
});

test("the newest are found by their index", async () => {
  await sql`set enable_seqscan = off`.execute(db);
  const { rows } = await sql<{ "QUERY PLAN": string }>`
    explain select * from studio.job where state = 'delivered' order by finished_at desc limit 2000`.execute(db);
  assert.match(rows.map((row) => row["QUERY PLAN"]).join(" "), /job_delivered/);
});
