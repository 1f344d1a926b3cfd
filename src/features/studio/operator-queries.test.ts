import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { inTransaction } from "#kernel/db/index.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import type { VideoProvider } from "#providers/video/port.ts";
import { testDatabase } from "#test/support/database.ts";

import { makeAskBalances } from "./ask-balances.ts";
import { countJobs, listJobs } from "./job-list.ts";
import { readProviderRecords, storeBalance } from "./provider-record.ts";

const { db } = await testDatabase();
const now = new Date("2026-03-02T12:00:00Z");
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

interface Made {
  readonly state: string;
  readonly minutes: number;
  readonly provider?: string;
  readonly failure?: string;
}

async function make({ state, minutes, provider = "kie", failure }: Made): Promise<string> {
  const id = systemIds.next();
  const isOpen = ["ordered", "submitting", "running", "fetching", "delivering"].includes(state);
  await sql`
    insert into studio.job (id, user_id, chat_id, state, model, provider, duration_seconds, width, height, price,
      cost_usd_micros, prompt_tokens, failure, card_at, ordered_at, not_before, looked_at, finished_at, deadline)
    values (${id}, 1, 1, ${state}, 'm', ${provider}, 4, 1, 1, 1, 1, 3, ${failure ?? null}, ${now}, ${ago(minutes + 1)},
      ${now}, ${now}, ${isOpen ? null : ago(minutes)}, ${now})`.execute(db);
  return id;
}

const made: Record<string, string> = {};
for (const [name, job] of Object.entries({
  first: { state: "ordered", minutes: 9 },
  second: { state: "ordered", minutes: 3, provider: "demo" },
  running: { state: "running", minutes: 5 },
  done: { state: "delivered", minutes: 30 },
  refused: { state: "failed", minutes: 20, failure: "moderation" },
  out: { state: "failed", minutes: 10, failure: "outage" },
  late: { state: "expired", minutes: 40 },
  gone: { state: "cancelled", minutes: 15 },
  earlier: { state: "failed", minutes: 90, failure: "lost", provider: "a2e" },
  old: { state: "delivered", minutes: 30 * 60 },
} satisfies Record<string, Made>)) {
  made[name] = await make(job);
}

test("jobs are listed by how they stand: what waits in its order, what ended within a day", async () => {
  const names = async (list: Parameters<typeof listJobs>[1]["list"]): Promise<readonly (string | undefined)[]> =>
    (await listJobs(db, { list, now, skip: 0, limit: 20 })).map(({ id }) =>
      Object.keys(made).find((name) => made[name] === id),
    );
  assert.deepEqual(await names("waiting"), ["first", "second"]);
  assert.deepEqual(await names("running"), ["running"]);
  assert.deepEqual(await names("done"), ["done"]);
  assert.deepEqual(await names("failed"), ["out", "gone", "refused", "late", "earlier"]);
});

test("they are counted by list and provider", async () => {
  const counts = await countJobs(db, now);
  assert.deepEqual(
    counts.map(({ list, provider, count }) => `${list} ${provider} ${count}`),
    ["done kie 1", "failed a2e 1", "failed kie 4", "running kie 1", "waiting demo 1", "waiting kie 1"],
  );
});

test("a provider answers for what is its fault, within the hour, and its last trouble is remembered longer", async () => {
  const records = await readProviderRecords(db, now);
  const kie = records.get("kie");
  assert.deepEqual([kie?.ended, kie?.failed, kie?.lastFailure?.failure], [4, 2, "outage"]);
  assert.deepEqual(kie?.lastFailure?.at, ago(10));
  const a2e = records.get("a2e");
  assert.deepEqual([a2e?.ended, a2e?.failed, a2e?.lastFailure?.failure], [0, 0, "lost"]);
  assert.equal(records.get("demo"), undefined);
});

test("balances are asked at once, those who do not answer are remembered as silent", async () => {
  const provider = (id: string, balance?: VideoProvider["balance"]): VideoProvider =>
    ({ id, ...(balance && { balance }) }) as VideoProvider;
  const providers = [
    provider("kie", async () => await Promise.resolve({ amount: 12.5, unit: "credits" })),
    provider("a2e", async () => await Promise.reject(new Error("no"))),
    provider("demo"),
  ];
  const asked = makeAskBalances({
    db,
    clock: manualClock(now),
    log: silentLogger(),
    providers: new Map(providers.map((each) => [each.id, each])),
  });
  await asked(new AbortController().signal);
  const records = await readProviderRecords(db, now);
  assert.deepEqual(records.get("kie")?.balance, { amount: 12.5, unit: "credits", askedAt: now });
  assert.deepEqual(records.get("a2e")?.balance, { amount: undefined, unit: "", askedAt: now });
  assert.equal(records.get("demo"), undefined);
  await inTransaction(db, async (tx) => {
    await storeBalance(tx, "kie", { amount: 3, unit: "credits", askedAt: ago(0) });
  });
  assert.equal((await readProviderRecords(db, now)).get("kie")?.balance?.amount, 3);
});
