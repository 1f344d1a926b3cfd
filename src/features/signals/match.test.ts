import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";
import { sql } from "kysely";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import { testDatabase } from "#test/support/database.ts";

import { firstRule } from "./explain-signal.ts";
import { type Matchable, matching, type MatchRules, recipients, versions } from "./match.ts";
import { signalTypes } from "./signal.ts";
import { readSubscription } from "./subscriber.ts";
import { referenceMatch, type ReferenceSubscriber } from "./testing/reference-match.ts";

const { db } = await testDatabase();

const assets = ["BTC/USD", "ETH/USD", "SOL/USD"] as const;
const timeframes = ["15m", "1H", "4H"] as const;
const models = ["Trend v3", "trend V3", "Mean"] as const;
/** With daylight saving time north and south, with half an hour, by half an hour, and without. */
const zones = [
  "Asia/Seoul",
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "UTC",
] as const;

/** Mostly nothing: each condition has to be decided by itself often enough. */
const some = <T>(values: readonly T[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<T[]>([]) },
    { weight: 1, arbitrary: fc.subarray([...values], { maxLength: 2 }) },
  );
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Around the days on which clocks change, and on others; whole minutes hit the edges of hours. */
const instants = fc
  .record({
    day: fc.constantFrom(
      "2026-03-29",
      "2026-03-08",
      "2026-10-25",
      "2026-11-01",
      "2026-04-05",
      "2026-10-04",
      "2026-07-15",
    ),
    // Often on the edges where hours begin and end.
    minute: fc.oneof(
      fc.integer({ min: -24, max: 72 }).map((n) => n * 30),
      fc.integer({ min: -720, max: 2160 }),
    ),
    second: fc.constantFrom(0, 0, 59),
  })
  .map(({ day, minute, second }) => new Date(Date.parse(day) + minute * 60_000 + second * 1000));

const clockMinutes = fc.oneof(
  fc.integer({ min: 0, max: 1439 }),
  fc.integer({ min: 0, max: 47 }).map((n) => n * 30),
);

const subscribers: fc.Arbitrary<
  ReferenceSubscriber & { readonly inDays: number; readonly premiumDays: number | undefined }
> = fc.record({
  active: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
  blocked: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  inDays: fc.integer({ min: -1, max: 5 }),
  premiumDays: maybe(fc.integer({ min: -1, max: 3 })),
  expiresAt: fc.constant(undefined),
  premiumUntil: fc.constant(undefined),
  types: some(signalTypes),
  minConfidence: fc.constantFrom(0, 0, 0, 50, 79.99, 80, 100),
  assets: some(assets),
  timeframes: some(timeframes),
  models: some(models),
  mutedAssets: some(assets),
  hours: maybe(fc.record({ from: clockMinutes, to: clockMinutes }).filter(({ from, to }) => from !== to)),
  hoursMode: fc.constantFrom("hold", "silent", "drop"),
  zone: fc.constantFrom(...zones),
});

const signals: fc.Arbitrary<Matchable & { readonly endsInMinutes: number | undefined }> = fc.record({
  type: fc.constantFrom(...signalTypes),
  asset: fc.constantFrom(...assets),
  timeframe: maybe(fc.constantFrom(...timeframes)),
  confidence: fc.constantFrom(0, 50, 79.99, 80, 95.5, 100),
  sourceModel: maybe(fc.constantFrom(...models)),
  endsInMinutes: maybe(fc.integer({ min: 1, max: 900 })),
});

const rulesArbitrary = fc.record({
  now: instants,
  freeDelayMinutes: fc.constantFrom(0, 15, 90),
  everybodyPremium: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
});

const shifted = (now: Date, days: number | undefined): Date | undefined =>
  days === undefined ? undefined : new Date(now.getTime() + days * 86_400_000);

test("who gets a signal, when and how is what the plain reference says", async () => {
  await fc.assert(
    fc.asyncProperty(
      rulesArbitrary,
      fc.array(subscribers, { minLength: 10, maxLength: 40 }),
      fc.array(signals, { minLength: 1, maxLength: 6 }),
      async (rules, given, sent) => {
        const people = given.map((each) => ({
          ...each,
          expiresAt: each.inDays > 3 ? undefined : shifted(rules.now, each.inDays),
          premiumUntil: shifted(rules.now, each.premiumDays),
        }));
        await undone(async (tx) => {
          await insert(tx, people);
          for (const { endsInMinutes, ...signal } of sent) {
            const expiresAt =
              endsInMinutes === undefined ? undefined : new Date(rules.now.getTime() + endsInMinutes * 60_000);
            await compare(tx, { ...signal, expiresAt }, { rules, people });
          }
        });
      },
    ),
    { numRuns: 60 },
  );
});

async function compare(
  tx: Tx,
  signal: Matchable,
  { rules, people }: { readonly rules: MatchRules; readonly people: readonly ReferenceSubscriber[] },
): Promise<void> {
  const { rows } = await sql<{ chat_id: number; hushed: boolean; not_before: Date | null }>`
    select chat_id, hushed, not_before from (${matching(signal, rules)}) as matched`.execute(tx);
  const expected = people.flatMap((who, index) => {
    const match = referenceMatch(signal, who, rules);
    return match === undefined
      ? []
      : [{ chatId: index + 1, hushed: match.hushed, notBefore: match.notBefore?.toISOString() }];
  });
  const actual = rows
    .map((row) => ({ chatId: row.chat_id, hushed: row.hushed, notBefore: row.not_before?.toISOString() }))
    .toSorted((a, b) => a.chatId - b.chatId);
  assert.deepEqual(actual, expected);
  await compareReasons(tx, signal, { rules, people, matched: new Set(actual.map(({ chatId }) => chatId)) });
}

/** Who does not get it is told a rule, who gets it none. */
async function compareReasons(
  tx: Tx,
  signal: Matchable,
  of: {
    readonly rules: MatchRules;
    readonly people: readonly ReferenceSubscriber[];
    readonly matched: ReadonlySet<number>;
  },
): Promise<void> {
  const { now, everybodyPremium, freeDelayMinutes } = of.rules;
  for (const [index, { zone, blocked, premiumUntil }] of of.people.slice(0, 10).entries()) {
    if (blocked) continue;
    const subscription = await readSubscription(tx, index + 1);
    const isPremium = everybodyPremium || (premiumUntil !== undefined && premiumUntil > now);
    const dueAt = new Date(now.getTime() + (isPremium ? 0 : freeDelayMinutes * 60_000));
    const { rule } = firstRule(
      { ...signal, createdAt: now } as never,
      { ...subscription, subscribedAt: undefined },
      { zone, dueAt },
    );
    assert.equal(
      rule === "none" || rule === "signal_expired",
      of.matched.has(index + 1) || rule === "signal_expired",
      rule,
    );
  }
}

async function insert(tx: Tx, people: readonly ReferenceSubscriber[]): Promise<void> {
  const rows = people.map((who, index) => ({
    ...who,
    id: index + 1,
    from: who.hours === undefined ? null : clockOf(who.hours.from),
    to: who.hours === undefined ? null : clockOf(who.hours.to),
  }));
  const given = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (id bigint, active boolean,
      blocked boolean, "expiresAt" timestamptz, "premiumUntil" timestamptz, types text[], "minConfidence" numeric,
      assets text[], timeframes text[], models text[], "mutedAssets" text[], "from" time, "to" time, "hoursMode" text,
      zone text)`;
  await sql`
    insert into account.person (id, telegram_id, first_name, time_zone, blocked)
    select id, id, 'Ann', 'UTC', blocked from ${given}`.execute(tx);
  await sql`
    insert into account.chat (id, type, title, person_id) select id, 'private', 'Ann', id from ${given}`.execute(tx);
  await sql`
    insert into signals.subscription (chat_id, user_id, active, expires_at, premium_until, types, min_confidence, assets,
      timeframes, models, muted_assets, hours_from, hours_to, hours_mode, changed_at)
    select id, id, active, "expiresAt", "premiumUntil", types, "minConfidence", assets, timeframes, models, "mutedAssets",
      "from", "to", "hoursMode", now() from ${given}`.execute(tx);
  // Afterwards, as people do: their subscriptions follow.
  await sql`
    update account.person as known set time_zone = given.zone from ${given} where known.id = given.id`.execute(tx);
}

function clockOf(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

class Undo extends Error {}

/** In a transaction that is rolled back. */
async function undone(work: (tx: Tx) => Promise<void>): Promise<void> {
  await assert.rejects(
    inTransaction(db, async (tx) => {
      await work(tx);
      throw new Undo();
    }),
    Undo,
  );
}

test("everybody's version is among those that are prepared, once", async () => {
  await undone(async (tx) => {
    await fc
      .sample(fc.array(subscribers, { minLength: 200, maxLength: 200 }), { numRuns: 1, seed: 7 })
      .reduce(async (before, people) => {
        await before;
        await insert(
          tx,
          people.map((who) => ({
            ...who,
            types: [],
            assets: [],
            timeframes: [],
            models: [],
            mutedAssets: [],
            minConfidence: 0,
          })),
        );
      }, Promise.resolve());
    const known = await versions.execute(tx);
    const signal: Matchable = { type: "buy", asset: "BTC/USD", confidence: 90 };
    const rules = { now: new Date("2026-03-29T01:30:00Z"), freeDelayMinutes: 15, everybodyPremium: false };
    const matched = matching(signal, rules);
    const { rows } = await sql<{ matched: number; reached: number; chats: number }>`
      select (select count(*) from (${matched}) as matched) as matched, count(*) as reached,
        count(distinct chat_id) as chats
      from (${recipients(matched, known.rows)}) as reached`.execute(tx);
    assert.ok((rows[0]?.matched ?? 0) > 50);
    assert.equal(rows[0]?.reached, rows[0]?.matched);
    assert.equal(rows[0]?.chats, rows[0]?.matched);
  });
});
