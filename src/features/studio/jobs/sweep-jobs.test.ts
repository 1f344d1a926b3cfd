import assert from "node:assert/strict";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, test } from "node:test";

import { sql } from "kysely";

import type { JobState } from "../job-state.ts";
import { holdReference, type VideoJob } from "../job.ts";
import { judgeHold } from "../judge-hold.ts";
import { cardText, price, studioRig } from "../testing/studio-rig.ts";

const rig = await studioRig();
const { provider, line } = rig;
const { db } = rig.database;
const user = await rig.newUser({ credits: 1000n * price });

afterEach(async () => {
  provider.plan = { looks: 2 };
  await rig.clear();
});

/** A job that has come so far, and whose background work is lost. */
async function lostIn(state: JobState): Promise<VideoJob> {
  const { id } = await rig.ordered(user);
  if (state === "submitting") await rig.advance(id, { type: "submit", callbackTokenHash: "x" });
  else if (state !== "ordered") await line.run();
  if (state === "fetching") await rig.advance(id, { type: "succeeded" });
  if (state === "delivering") for (let second = 0; second < 3; second++) await rig.pass(1000);
  assert.equal((await rig.job(id)).state, state);
  line.lose();
  return await rig.job(id);
}

for (const state of ["submitting", "running", "fetching"] as const) {
  test(`a job that is ${state} and forgotten is taken up again and arrives`, async () => {
    const { id } = await lostIn(state);
    await rig.sweep();
    if (state !== "submitting") assert.equal((await rig.job(id)).state, state, "not before it is forgotten");
    line.lose();
    await rig.clock.advance(91_000);
    await rig.sweep();
    for (let second = 0; second < 15; second++) await rig.pass(1000);
    assert.equal((await rig.job(id)).state, "delivering");
    await rig.settle(id, "sent");
    assert.equal((await rig.job(id)).state, "delivered");
  });
}

test("a job whose place nobody gave it gets one", async () => {
  const { id } = await lostIn("ordered");
  await rig.sweep();
  assert.equal((await rig.job(id)).state, "running");
  await rig.advance(id, { type: "cancelled" });
});

test("a video whose outcome nobody told is looked up: sent is paid for, gone is not", async () => {
  const [sent, gone, waiting] = [await lostIn("delivering"), await lostIn("delivering"), await lostIn("delivering")];
  await sql`
    with done as (delete from delivery.outbox where id = ${sent.deliveryId} returning *)
    insert into delivery.history (id, lane, chat_id, content_id, state, silent, plain, perhaps_repeat, attempts,
      created_at, held, message_id)
    select id, lane, chat_id, content_id, 'sent', silent, plain, perhaps_repeat, 1, created_at, false, 9 from done`.execute(
    db,
  );
  await sql`delete from delivery.outbox where id = ${gone.deliveryId}`.execute(db);
  const { held, posted } = await rig.balance(user);
  await rig.clock.advance(91_000);
  await rig.sweep();
  assert.equal((await rig.job(sent.id)).state, "delivered");
  const failed = await rig.job(gone.id);
  assert.deepEqual([failed.state, failed.failure], ["failed", "delivery"]);
  assert.equal((await rig.job(waiting.id)).state, "delivering");
  assert.deepEqual(await rig.balance(user), {
    posted: posted - price,
    held: held - 2n * price,
    available: posted - price - (held - 2n * price),
  });
});

test("what is not there by its deadline is given up and paid back, wherever it stands; what is on the wire is not", async () => {
  provider.plan = { looks: 10_000 };
  const early: VideoJob[] = [];
  for (const state of ["running", "fetching", "submitting", "ordered"] as const) early.push(await lostIn(state));
  await rig.clock.advance(31 * 60_000);
  await rig.sweep();
  for (const { id } of early) {
    assert.equal((await rig.job(id)).state, "expired");
    assert.match(await cardText(rig, id), /took too long.*Nothing was charged/);
  }
  provider.plan = { looks: 2 };
  const onTheWire = await lostIn("delivering");
  await rig.clock.advance(31 * 60_000);
  await rig.sweep();
  assert.equal((await rig.job(onTheWire.id)).state, "delivering");
});

test("one job that cannot be helped keeps no other waiting", async () => {
  const [broken, other] = [await lostIn("running"), await lostIn("running")];
  await rig.clock.advance(31 * 60_000);
  await sql`update studio.job set ordered_at = ordered_at - interval '1 hour' where id = ${broken.id}`.execute(db);
  await sql`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$`.execute(db);
  await sql`
    create trigger refuse before update on studio.job for each row
    when (old.id = ${sql.lit(broken.id)}) execute function refuse()`.execute(db);
  await rig.sweep();
  await sql`drop trigger refuse on studio.job`.execute(db);
  assert.equal((await rig.job(broken.id)).state, "running");
  assert.equal((await rig.job(other.id)).state, "expired");
  await rig.sweep();
  assert.equal((await rig.job(broken.id)).state, "expired");
});

test("files that a dead process left are removed after an hour, those of a living one are not", async () => {
  const directory = join(rig.dataDir, "studio-work");
  for (const name of ["work-old", "work-new"]) {
    await mkdir(join(directory, name), { recursive: true });
    await writeFile(join(directory, name, "video.mp4"), "bytes");
  }
  const old = new Date(rig.clock.now().getTime() - 61 * 60_000);
  await utimes(join(directory, "work-old"), old, old);
  await utimes(join(directory, "work-new"), rig.clock.now(), rig.clock.now());
  await rig.sweep();
  assert.deepEqual(await readdir(directory), ["work-new"]);
});

test("callbacks are remembered for two days", async () => {
  const remember = async (id: string, hoursAgo: number): Promise<void> => {
    const at = new Date(rig.clock.now().getTime() - hoursAgo * 3_600_000);
    await sql`insert into studio.callback (provider, id, received_at) values ('p', ${id}, ${at})`.execute(db);
  };
  await remember("old", 49);
  await remember("new", 47);
  await rig.sweep();
  const { rows } = await sql<{ id: string }>`select id from studio.callback`.execute(db);
  assert.deepEqual(rows, [{ id: "new" }]);
});

test("the ledger's sweep hears the truth about each hold", async () => {
  const verdict = async (id: string): Promise<string> =>
    await rig.write(async (tx) => await judgeHold(tx, holdReference(id)));
  const job = await lostIn("delivering");
  assert.equal(await verdict(job.id), "keep");
  await rig.settle(job.id, "sent");
  assert.equal(await verdict(job.id), "capture");
  const failed = await lostIn("delivering");
  await rig.settle(failed.id, "unknown");
  assert.equal(await verdict(failed.id), "release");
  assert.equal(await verdict("00000000-0000-7000-8000-000000000000"), "release", "a job that never committed");
});

test("the books are right after all that", rig.assertSound);
