import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";

import { dispatchJobs } from "./dispatch.ts";
import type { VideoJob } from "./job.ts";
import { checkProviders, listOutages } from "./provider-health.ts";
import { limitSettings } from "./settings.ts";
import { readUsage } from "./statistics.ts";
import { cardText, price, studioRig, testCatalogue } from "./testing/studio-rig.ts";

/** What becomes of orders when a provider is out: two providers, and models with and without a stand-in. */
const rig = await studioRig();
const { provider, spare, clock } = rig;
const { db } = rig.database;
const user = await rig.newUser({ credits: 1000n * price });
await rig.change(limitSettings, { perPerson: 20, overall: 20, queuedPerPerson: 100 });

/** `words` may be made by either, at `cost` by the spare one; `photo` by nobody else. */
async function offer(cost: bigint, changes: { readonly pinned?: string } = {}): Promise<void> {
  await rig.offer(
    testCatalogue.map((model) => {
      if (model.id === "words") return { ...model, standIns: ["spare"], ...changes };
      const durations = model.durations.map((length) => ({ ...length, costUsdMicros: cost }));
      return model.id === "spare" ? { ...model, listed: false, durations } : model;
    }),
  );
}
const dearSpare = 400_000n;
await offer(dearSpare);

afterEach(async () => {
  provider.starts.length = 0;
  spare.starts.length = 0;
  await rig.clear();
});

async function begun(by: User = user): Promise<VideoJob> {
  const { id } = await rig.ordered(by);
  await rig.line.run();
  return await rig.job(id);
}

/** Three calls that fail open the circuit. */
async function breakProvider(): Promise<void> {
  provider.starts.push("outage", "outage", "outage");
  for (let calls = 0; calls < 3; calls++) await begun();
  assert.deepEqual(
    (await listOutages(db)).map(({ provider: id, trouble }) => [id, trouble]),
    [["scripted", "outage"]],
  );
}

async function alerts(words: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from (
      select content_id from delivery.outbox union all select content_id from delivery.history
    ) as sent join delivery.content on content.id = sent.content_id
    where content.topic = 'studio.alert' and content.body::text like ${`%${words}%`}`.execute(db);
  return rows[0]?.count ?? 0;
}

test("the cheaper of two providers makes it, for the same price, and the job says who and why", async () => {
  const dear = await begun();
  assert.deepEqual([dear.provider, dear.standIn, dear.offerReason], ["scripted", undefined, "cheapest"]);
  await offer(1n);
  const cheap = await begun();
  assert.deepEqual([cheap.provider, cheap.standIn, cheap.offerReason], ["spare", "spare", "cheapest"]);
  assert.deepEqual([cheap.model, cheap.price, cheap.costUsdMicros], ["words", price, 1]);
  await offer(1n, { pinned: "words" });
  const pinned = await begun();
  assert.deepEqual([pinned.provider, pinned.offerReason, pinned.costUsdMicros], ["scripted", "pinned", 250_000]);
  await offer(dearSpare);
});

test("what a model has cost is what those cost who really made its videos", async () => {
  await clock.advance(1000);
  const from = clock.now();
  await begun();
  provider.starts.push("outage");
  assert.equal((await begun()).provider, "spare");
  const to = new Date(from.getTime() + 60_000);
  const { byModel } = await readUsage(db, { from, to, timeZone: "UTC" });
  assert.deepEqual(
    byModel.map(({ name, jobs, costUsdMicros }) => [name, jobs, costUsdMicros]),
    [["words", 2, 250_000 + Number(dearSpare)]],
  );
});

test("one outage moves the job; three keep new orders away from the start, and the admins hear of it once", async () => {
  const before = await alerts("is out");
  provider.starts.push("outage", "outage", "outage");
  for (let calls = 0; calls < 3; calls++) {
    const moved = await begun();
    assert.deepEqual([moved.state, moved.provider, moved.setbacks], ["running", "spare", 1]);
  }
  const asked = provider.works.size;
  const straight = await begun();
  assert.deepEqual([straight.provider, straight.setbacks, straight.offerReason], ["spare", 0, "failover"]);
  assert.equal(provider.works.size, asked);
  assert.equal(await alerts("is out"), before + 1);
});

test("one job at a time tries a provider that was out; when it answers, the others come back and the admins hear it", async () => {
  await breakProvider();
  const told = await alerts("works again");
  await clock.advance(30_000);
  const jobs = [await rig.ordered(user), await rig.ordered(user), await rig.ordered(user)];
  await rig.write(async (tx) => await dispatchJobs(rig.studio, tx));
  const sent = await Promise.all(jobs.map(async ({ id }) => await rig.job(id)));
  assert.deepEqual(
    sent.map(({ offerReason }) => offerReason),
    ["trial", "failover", "failover"],
  );
  await rig.line.run();
  assert.deepEqual(await listOutages(db), []);
  assert.equal(await alerts("works again"), told + 1);
  assert.equal((await begun()).provider, "scripted");
});

test("a trial that fails keeps the others away for twice as long, and is no news", async () => {
  await breakProvider();
  const told = await alerts("is out");
  await clock.advance(30_000);
  provider.starts.push("outage");
  const tried = await begun();
  assert.deepEqual([tried.state, tried.provider], ["running", "spare"], "the job itself went on elsewhere");
  await clock.advance(59_000);
  assert.equal((await begun()).offerReason, "failover");
  await clock.advance(1000);
  assert.equal((await begun()).offerReason, "trial");
  assert.equal(await alerts("is out"), told);
});

test("an answer that got lost counts as an outage too, and never moves the job", async () => {
  for (let calls = 0; calls < 3; calls++) {
    provider.starts.push("unclear");
    assert.equal((await begun()).provider, "scripted");
  }
  assert.equal((await listOutages(db))[0]?.trouble, "outage");
});

test("without another offer jobs wait, say so, let others by, and go on when it is back", async () => {
  await breakProvider();
  const photo = async (): Promise<string> => {
    const file = { kind: "document", fileName: "a.png", mimeType: "image/png", bytes: png } as const;
    const { id } = await rig.ordered(user, { modelId: "photo", imageFileId: rig.sandbox.world.files.add(file).id });
    return id;
  };
  await rig.change(limitSettings, { perPerson: 4 });
  const waiting = [await photo(), await photo()];
  const [id = ""] = waiting;
  await rig.line.run();
  await clock.advance(3000);
  assert.equal((await begun()).provider, "spare", "what can be made elsewhere is not held up");
  const blocked = await rig.job(id);
  assert.deepEqual([blocked.state, blocked.isBlocked], ["ordered", true]);
  assert.match(await cardText(rig, id), /out of order right now.*than 30 minutes/);
  await rig.pass(30_000);
  await rig.pass(3000);
  for (const each of waiting) assert.equal((await rig.job(each)).state, "running");
  await rig.change(limitSettings, { perPerson: 20 });
});

test("who is blocked takes no place, even when there is only one", async () => {
  await rig.change(limitSettings, { overall: 1 });
  const other = await rig.newUser({ credits: 10n * price });
  const now = clock.now();
  await sql`
    insert into studio.circuit (provider, state, trouble, openings, out_since, until)
    values ('scripted', 'open', 'outage', 1, ${now}, ${new Date(now.getTime() + 60_000)})`.execute(db);
  const { id } = await rig.ordered(other, { modelId: "photo", imageFileId: "a-picture" });
  const job = await begun();
  assert.equal((await rig.job(id)).isBlocked, true);
  assert.deepEqual([job.state, job.provider], ["running", "spare"]);
  await rig.change(limitSettings, { overall: 20 });
});

test("who waits for too long gets his credits back", async () => {
  provider.starts.push({ refused: "no_credit" });
  await begun();
  const poor = await rig.newUser({ credits: price });
  await offer(dearSpare);
  await rig.offer(testCatalogue);
  const { id } = await rig.ordered(poor);
  await rig.line.run();
  assert.equal((await rig.job(id)).isBlocked, true);
  assert.equal((await rig.balance(poor)).available, 0n);
  provider.starts.push({ refused: "no_credit" }, { refused: "no_credit" });
  for (let minutes = 0; minutes <= 30; minutes++) {
    await rig.pass(60_000);
    await rig.sweep();
  }
  assert.ok(["expired", "failed"].includes((await rig.job(id)).state));
  assert.equal((await rig.balance(poor)).available, price);
  await offer(dearSpare);
});

test("an account that is empty there moves the job to the other provider, or fails it where there is none", async () => {
  provider.starts.push({ refused: "no_credit" });
  const moved = await begun();
  assert.deepEqual([moved.state, moved.provider], ["running", "spare"]);
  assert.equal((await listOutages(db))[0]?.trouble, "no_credit");
  await sql`delete from studio.circuit`.execute(db);
  provider.starts.push({ refused: "unauthorized" });
  spare.starts.push({ refused: "no_credit" });
  const failed = await begun();
  assert.deepEqual([failed.state, failed.failure], ["failed", "no_credit"]);
});

test("health fails only when nobody is left to make videos", async () => {
  const ids = new Map([
    ["scripted", {}],
    ["spare", {}],
    ["demo", { playsFaults: true } as const],
  ]);
  assert.deepEqual(await checkProviders(db, ids), { ok: true, detail: "all providers of videos answer" });
  await breakProvider();
  const one = await checkProviders(db, ids);
  assert.ok(one.ok && one.detail.includes("scripted (does not answer"));
  spare.starts.push({ refused: "unauthorized" });
  await begun();
  assert.equal((await checkProviders(db, ids)).ok, false);
});

test("a provider whose faults are played is kept from nobody", async () => {
  Object.assign(provider, { playsFaults: true });
  provider.starts.push({ refused: "no_credit" }, "outage", "outage", "outage");
  for (let calls = 0; calls < 4; calls++) await begun();
  assert.deepEqual(await listOutages(db), []);
  Object.assign(provider, { playsFaults: undefined });
});

test("two replicas that report at once lose no call, and open it once", async () => {
  const before = await alerts("is out");
  const call = { provider: { id: "twin" }, outcome: "outage" } as const;
  await Promise.all(
    Array.from({ length: 3 }, async (_, i) => {
      await rig.write(async (tx) => {
        await rig.studio.reportCall(tx, { ...call, job: `j${i}` });
      });
    }),
  );
  assert.deepEqual(
    (await listOutages(db)).map(({ provider: id }) => id),
    ["twin"],
  );
  assert.equal(await alerts("is out"), before + 1);
});

test("the books are right after all that", rig.assertSound);

/** One grey pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
  "base64",
);
