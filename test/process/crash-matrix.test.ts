import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { type CommitPoint, type Fate, openCommitGate } from "#test/support/commit-gate.ts";
import { type Customer, customerOf } from "#test/support/customer.ts";
import { assertSound, deploy, settled } from "#test/support/deployment.ts";

import { addStartedPeople } from "../../src/sandbox/people/person-handle.ts";
import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";
import { type Case, said, type Seen, type Situation, updatePoint as update } from "./crash-case.ts";
import { planCases } from "./plan-crashes.ts";
import { promoCode, rewardCases } from "./reward-crashes.ts";

const prompt = (customer: Customer): unknown => customer.hands.say(`A lighthouse for ${customer.id}`);
const buysOne = async (customer: Customer): Promise<unknown> => await customer.buy();

async function asksForRefund(customer: Customer): Promise<void> {
  await customer.buy();
  const asked = customer.hands.say("/paysupport");
  await customer.hears("Which payment", asked);
  await customer.press(/^100 ⭐ ·/);
  await customer.hears("Why would you like", asked);
}

async function hasAskedForRefund(customer: Customer): Promise<void> {
  await asksForRefund(customer);
  customer.hands.say(`Reason ${customer.id}`);
  await customer.hears("with the operators");
}

async function approve({ id }: Customer, { deployment }: Situation): Promise<void> {
  const admin = customerOf(deployment.sandbox, sandboxAdminId);
  const card = await admin.hears(`Reason ${id}`);
  admin.hands.press(card, "Approve");
}

async function oneCredit(customer: Customer): Promise<void> {
  assert.equal(await customer.balance(), "1");
}

/** One payment, one credit; or none of both, when Telegram did not wait for our answer. */
async function paidAtMostOnce(customer: Customer, { deployment }: Seen): Promise<void> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from ledger.payment where telegram_id = ${customer.id}`.execute(deployment.database.db);
  assert.equal(await customer.balance(), String(rows[0]?.count));
  assert.ok((rows[0]?.count ?? 0) <= 1);
  assert.equal(said(customer, "Payment received"), rows[0]?.count);
}

async function oneCreditAndReceipt(customer: Customer): Promise<void> {
  await oneCredit(customer);
  assert.equal(said(customer, "Payment received"), 1);
}

async function refundedOnce(customer: Customer, { deployment }: Seen): Promise<void> {
  const { rows } = await sql<{ state: string }>`
    select refund.state from ledger.refund where telegram_id = ${customer.id}`.execute(deployment.database.db);
  assert.deepEqual(rows, [{ state: "refunded" }]);
  assert.equal(await customer.balance(), "0");
  assert.equal(said(customer, "have been returned to you"), 1);
}

/** In the lane of replies: one that nobody can know of is sent again. */
async function oneVideo(customer: Customer, { deployment }: Seen): Promise<void> {
  assert.equal(await customer.balance(), "0");
  const { rows } = await sql<{ state: string; attempts: number }>`
    select job.state, history.attempts from studio.job left join delivery.history on history.id = job.delivery_id
    where job.chat_id = ${customer.id}`.execute(deployment.database.db);
  assert.deepEqual(
    rows.map(({ state }) => state),
    ["delivered"],
  );
  const videos = customer.heard().filter(({ video }) => video !== undefined).length;
  assert.ok(videos >= 1 && videos <= (rows[0]?.attempts ?? 0), `${videos} videos, ${rows[0]?.attempts} attempts`);
}

/** Arrived once, or twice and told so in its timeline, if nobody could know. */
async function arrivedAsTold(customer: Customer, words: string, { deployment, program, fate }: Seen): Promise<void> {
  const { rows } = await sql<{ id: number; state: string; repeats: boolean }>`
    select history.id, state, lane <= 2 as repeats from delivery.history join delivery.content on content.id = content_id
    where chat_id = ${customer.id} and body::text like ${`%${words}%`}`.execute(deployment.database.db);
  const [row] = rows;
  assert.ok(row !== undefined && rows.length === 1);
  const { id, state, repeats } = row;
  const { timeline } = (await deployment.api(program, `/api/deliveries/${id}`)) as {
    readonly timeline: readonly { readonly event: string }[];
  };
  const events = new Set(timeline.map(({ event }) => event));
  if (fate === "commits") assert.deepEqual([state, said(customer, words)], ["sent", 1]);
  else if (repeats) assert.deepEqual([state, said(customer, words), events.has("repeated")], ["sent", 2, true]);
  else assert.deepEqual([state, said(customer, words), events.has("unknown")], ["unknown", 1, true]);
}

const job = (state: string) => (id: number) => ({
  table: "studio.job",
  event: "update" as const,
  when: `new.chat_id = ${id} and new.state = '${state}' and old.state <> '${state}'`,
});
const refund = (state: string) => (id: number) => ({
  table: "ledger.refund",
  event: "update" as const,
  when: `new.telegram_id = ${id} and new.state = '${state}' and old.state <> '${state}'`,
});
const record = (id: number): CommitPoint => ({
  table: "delivery.history",
  event: "insert",
  when: `new.chat_id = ${id}`,
});

const paysInvoice: Pick<Case, "prepare" | "act"> = {
  prepare: async (customer) => await customer.invoice(),
  act: (customer) => {
    const bill = customer.heard().findLast((message) => message.invoice !== undefined);
    assert.ok(bill !== undefined);
    // A process that dies may leave Telegram without an answer: then nothing is paid.
    customer.hands.pay(bill).catch(() => undefined);
  },
};

/**
 * `kill -9` of the whole program in front of a commit and right behind it, for each commit on the way of an update, a
 * delivery, a payment, a plan, a refund, a code, a gift and a job. In front: the transaction stands at its commit when the process dies, and is
 * rolled back. Behind: it is committed, and nobody lived to hear of it.
 *
 * One kill for each group. In a group the cases come in an order in which none keeps another from its commit: what stops
 * all receiving, or all sending, is last.
 */
const groups: readonly (readonly Case[])[] = [
  [
    { name: "job: taken up by its provider", prepare: buysOne, act: prompt, point: job("running"), check: oneVideo },
    { name: "job: made", prepare: buysOne, act: prompt, point: job("fetching"), check: oneVideo },
    {
      name: "job: attempt noted",
      prepare: buysOne,
      act: prompt,
      point: (id) => ({
        table: "studio.job",
        event: "update",
        when: `new.chat_id = ${id} and new.submitted_at is not null and old.submitted_at is null`,
      }),
      check: oneVideo,
    },
    {
      name: "refund: posted",
      prepare: hasAskedForRefund,
      act: approve,
      point: refund("refunded"),
      check: refundedOnce,
    },
    {
      name: "refund: approved",
      prepare: hasAskedForRefund,
      act: approve,
      point: refund("approved"),
      check: refundedOnce,
    },
    {
      name: "refund: requested",
      prepare: asksForRefund,
      act: (customer) => customer.hands.say(`Reason ${customer.id}`),
      point: (id) => ({ table: "ledger.refund", event: "insert", when: `new.telegram_id = ${id}` }),
      check: async (customer, seen) => {
        await oneCredit(customer);
        assert.equal(said(customer, "with the operators"), 1);
        const { rows } = await sql`select from ledger.refund where telegram_id = ${customer.id}`.execute(
          seen.deployment.database.db,
        );
        assert.equal(rows.length, 1);
      },
    },
    {
      name: "payment: credited",
      ...paysInvoice,
      point: (id) => ({ table: "ledger.payment", event: "insert", when: `new.telegram_id = ${id}` }),
      check: oneCreditAndReceipt,
    },
    {
      name: "payment: receipt queued",
      ...paysInvoice,
      point: (id) => ({ table: "delivery.outbox", event: "insert", when: `new.chat_id = ${id} and new.lane = 0` }),
      check: oneCreditAndReceipt,
    },
    {
      name: "payment: pre-checkout answered",
      ...paysInvoice,
      point: update("update", "pre_checkout_query"),
      check: paidAtMostOnce,
    },
    {
      name: "update: handled",
      act: (customer) => customer.hands.say("/help"),
      point: update("update", "message"),
      check: (customer) => {
        assert.equal(said(customer, "What I can do"), 1);
      },
    },
    { name: "payment: receipt recorded", ...paysInvoice, point: record, check: oneCredit },
    { name: "job: given to its provider", prepare: buysOne, act: prompt, point: job("submitting"), check: oneVideo },
    {
      name: "job: ordered",
      prepare: buysOne,
      act: prompt,
      point: (id) => ({ table: "studio.job", event: "insert", when: `new.chat_id = ${id}` }),
      check: oneVideo,
    },
    {
      name: "update: stored",
      act: (customer) => customer.hands.say("/help"),
      point: update("insert", "message"),
      check: (customer) => {
        assert.equal(said(customer, "What I can do"), 1);
      },
    },
  ],
  [
    {
      name: "refund: asked",
      prepare: hasAskedForRefund,
      act: approve,
      point: refund("refunding"),
      check: refundedOnce,
    },
    { name: "job: fetched", prepare: buysOne, act: prompt, point: job("delivering"), check: oneVideo },
    {
      name: "sending: a notification recorded",
      act: async (customer, { deployment, program }) => {
        const body = { type: "announcement", title: `News ${customer.id}`, message: "…", chat_ids: [customer.id] };
        await deployment.api(program, "/api/notifications", body);
      },
      point: record,
      check: async (customer, seen) => {
        await arrivedAsTold(customer, `News ${customer.id}`, seen);
      },
    },
    {
      name: "sending: put on the wire",
      act: (customer) => customer.hands.say("/help"),
      point: (id) => ({ table: "delivery.flight", event: "insert", when: `chaos.goes_to(new.delivery_ids, ${id})` }),
      check: (customer) => {
        // No byte leaves before that commit. Whether the claim is there or not: it is sent once for certain.
        const times = said(customer, "What I can do");
        assert.equal(times, 1);
      },
    },
    {
      name: "payment: pre-checkout stored",
      ...paysInvoice,
      point: update("insert", "pre_checkout_query"),
      check: paidAtMostOnce,
    },
  ],
  [
    ...planCases,
    ...rewardCases,
    { name: "job: delivered", prepare: buysOne, act: prompt, point: job("delivered"), check: oneVideo },
    {
      name: "sending: a reply recorded",
      act: (customer) => customer.hands.say("/help"),
      point: record,
      check: async (customer, seen) => {
        await arrivedAsTold(customer, "What I can do", seen);
      },
    },
    {
      name: "payment: stored",
      ...paysInvoice,
      point: update("insert", "message"),
      check: oneCreditAndReceipt,
    },
  ],
];

/** The only model on offer: many are made, and more than once. */
const shortFilm = {
  id: "demo-text",
  label: "Demo",
  provider: "demo",
  providerModel: "text",
  image: "none",
  enabled: true,
  promptMaxLength: 1000,
  durations: [{ seconds: 2, price: 1000, costUsdMicros: 0 }],
  resolutions: [{ width: 480, height: 848, aspectRatio: "9:16" }],
};

interface Survivor {
  readonly seen: Seen;
  readonly customers: ReadonlyMap<Case, Customer>;
}

/** Lives through all the deaths of one kind and settles. */
async function surviveAll(fate: Fate): Promise<Survivor> {
  const deployment = await deploy({ environment: { FEATURES: "studio" } });
  const { sandbox, database } = deployment;
  const gate = await openCommitGate(database.url);
  cleanUp(gate.close);
  // Jobs of a dead process keep their places until it is noticed: there must be room for others.
  await sql`
    insert into setting.section (key, value)
    values ('studio.limits', '{"overall": 20}'), ('studio.models', ${{ models: [shortFilm] }})`.execute(database.db);
  await sql`
    insert into ledger.promo_code (code, credits, most_uses, new_people_only, created_by, created_at)
    values (${promoCode}, 1000, 10, false, 'test', now())`.execute(database.db);
  const cases = groups.flat();
  const ids = addStartedPeople(sandbox.world, cases.length);
  for (const id of ids) sandbox.world.people.get(id)!.stars = 10_000;
  const customers = new Map(cases.map((each, index) => [each, customerOf(sandbox, ids[index] ?? 0)]));
  const customer = (of: Case): Customer => customers.get(of) as Customer;
  sandbox.as(sandboxAdminId).start();
  let program = await deployment.start();
  await Promise.all(cases.map(async (each) => await each.prepare?.(customer(each))));
  for (const group of groups) {
    const points = await gate.arm(group.map((each) => each.point(customer(each).id)));
    for (const [index, each] of group.entries()) {
      await each.act(customer(each), { deployment, program });
      await points[index]?.reached();
    }
    await program.kill();
    await gate.release(fate);
    program = await deployment.start();
  }
  await settled(deployment, 120_000);
  return { seen: { deployment, program, fate }, customers };
}

const fates = ["rolls_back", "commits"] as const;
const survivors = await Promise.all(fates.map(async (fate) => await surviveAll(fate)));

for (const { seen, customers } of survivors) {
  const where = seen.fate === "commits" ? "behind" : "in front of";
  for (const [each, customer] of customers) {
    test(`killed ${where} the commit of ${each.name}`, async () => {
      await each.check(customer, seen);
    });
  }
  test(`killed ${where} any commit, the books are right and nothing is left over`, async () => {
    await settled(seen.deployment);
    await assertSound(seen.deployment);
  });
}
