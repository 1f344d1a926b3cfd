import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { sql } from "kysely";

import { clearFaults, injectFault, openPerson } from "#test/support/person.ts";
import { telegramRig } from "#test/support/telegram-rig.ts";
import { until } from "#test/support/until.ts";

import type { MessageRoute, PreCheckoutRoute, ServiceRoute } from "./route.ts";
import type { Telegram } from "./telegram.ts";

const rig = await telegramRig();
const { db } = rig.database;
const payer = await openPerson(rig.sandbox.url, 700_000_002);
await payer.act("stars", { amount: 100_000 });
await payer.start();
const [started] = await rig.api.call("getUpdates", {});
await rig.api.call("getUpdates", { offset: (started?.update_id ?? 0) + 1 });

/** An old invoice can be paid again and again. */
const invoice = await rig.api.call("sendInvoice", {
  chat_id: payer.id,
  title: "Credits",
  description: "Ten",
  payload: "order-1",
  currency: "XTR",
  prices: [{ label: "Credits", amount: 10 }],
  provider_token: "",
  start_parameter: "buy",
});

const running: Telegram[] = [];
function start(parts: {
  readonly check: PreCheckoutRoute["check"];
  readonly services?: readonly ServiceRoute[];
  readonly messages?: readonly MessageRoute[];
}): Telegram {
  const { check, ...rest } = parts;
  const telegram = rig.replica({ routes: [{ owner: "test", preCheckout: { check }, ...rest }], concurrency: 1 });
  telegram.start();
  running.push(telegram);
  return telegram;
}
afterEach(async () => {
  await clearFaults(rig.sandbox.url);
  await Promise.all(running.splice(0).map(async (telegram) => await telegram.stop()));
  await sql`truncate telegram.update, test_sent`.execute(db);
});

const paid: ServiceRoute = {
  kind: "successful_payment",
  run: async ({ reply, t }) => await reply(t("telegram-blocked")),
};
const finished = async (): Promise<unknown> =>
  await until("all finished", async () => (await rig.updates()).every(({ state }) => state !== "waiting"));

test("a payment is let through, and its message goes to the service route", async () => {
  start({ check: async (query) => (query.invoice_payload === "order-1" ? undefined : "no"), services: [paid] });
  const result = await payer.pay(invoice);
  assert.equal(result.ok, true);
  // The message of the payment is another update, which comes after the answer.
  await until("the payment's message", async () => (await rig.updates()).length === 2);
  await finished();
  assert.deepEqual(
    (await rig.updates()).map(({ kind, state }) => [kind, state]),
    [
      ["pre_checkout_query", "handled"],
      ["message", "handled"],
    ],
  );
  assert.equal((await rig.sent(payer.id)).length, 1);
});

test("a refusal is what the person sees", async () => {
  start({ check: async () => "The price has changed." });
  assert.deepEqual(await payer.pay(invoice), {
    ok: false,
    reason: "refused",
    message: "The price has changed.",
  });
});

test("a check that throws refuses, in the person's language: money is not taken on a doubt", async () => {
  start({
    check: async () => {
      throw new Error("no database");
    },
  });
  const result = await payer.pay(invoice);
  assert.equal(result.ok, false);
  assert.match(result.ok ? "" : result.message, /지금은 결제를 받을 수 없습니다/);
});

test("a payment is answered at once while every handler is busy", async () => {
  const { promise: allowed, resolve: allow } = Promise.withResolvers<void>();
  let isBusy = false;
  const stuck: MessageRoute = {
    name: "stuck",
    priority: 0,
    run: async () => {
      isBusy = true;
      await allowed;
      return "handled";
    },
  };
  start({ check: async () => undefined, services: [paid], messages: [stuck] });
  await payer.say("keeps the only handler busy");
  await until("busy", () => isBusy);
  const began = performance.now();
  assert.equal((await payer.pay(invoice)).ok, true);
  assert.ok(performance.now() - began < 1000);
  allow();
  await finished();
});

test("an answer that fails is given again, within Telegram's ten seconds", async () => {
  await injectFault(rig.sandbox.url, { kind: "server_error", methods: ["answerPreCheckoutQuery"], times: 2 });
  start({ check: async () => undefined, services: [paid] });
  assert.equal((await payer.pay(invoice)).ok, true);
});

test("a payment nobody takes is kept and not lost", async () => {
  start({ check: async () => undefined });
  assert.equal((await payer.pay(invoice)).ok, true);
  await until("put aside", async () => (await rig.updates()).some(({ state }) => state === "failed"));
  assert.match((await rig.updates()).find(({ state }) => state === "failed")?.error ?? "", /nobody takes payments/);
});

test("a query that Telegram posts twice at once is judged once", async () => {
  const judged: string[] = [];
  const check: PreCheckoutRoute["check"] = async ({ id }) => {
    judged.push(id);
    return undefined;
  };
  const webhook = { url: "https://x.test", secret: "s" };
  const telegram = rig.replica({ routes: [{ owner: "test", preCheckout: { check } }], webhook });
  const from = { id: payer.id, is_bot: false, first_name: "Mina" };
  const query = (updateId: number, id: string): object => ({
    update_id: updateId,
    pre_checkout_query: { id, from, currency: "XTR", total_amount: 10, invoice_payload: "order-1" },
  });
  // While the first update is being stored the other two gather.
  const posted = [query(1, "once"), query(2, "twice"), query(2, "twice")];
  await Promise.all(posted.map(async (update) => await telegram.receive(update, "s")));
  await finished();
  assert.deepEqual(judged, ["once", "twice"]);
});

test("a query that a dead process stored is answered by the next one, and given up when Telegram has", async () => {
  const dead = rig.replica({ routes: [], webhook: { url: "https://x.test", secret: "s" } });
  // The one that dies has no answer to give: Telegram does not hear it.
  await injectFault(rig.sandbox.url, { kind: "hang", methods: ["answerPreCheckoutQuery"], times: 1 });
  const from = { id: payer.id, is_bot: false, first_name: "Mina" };
  const query = (id: string) => ({
    pre_checkout_query: { id, from, currency: "XTR", total_amount: 10, invoice_payload: "order-1" },
  });
  const answered: string[] = [];
  await dead.receive({ update_id: 1, ...query("young") }, "s");
  await until("asked", () => rig.sandbox.faults.list().length === 0);
  await sql`update telegram.update set received_at = now() - interval '4 seconds'`.execute(db);
  await sql`
    insert into telegram.update (bot_id, update_id, chat_id, kind, body, received_at)
    select bot_id, 2, chat_id, kind, body, now() - interval '11 seconds' from telegram.update where update_id = 1`.execute(
    db,
  );
  start({
    check: async ({ id }) => {
      answered.push(id);
      return undefined;
    },
  });
  // The emulator does not know the query and says so; what counts is that it was asked.
  await finished();
  assert.deepEqual(answered, ["young"]);
  assert.deepEqual(
    (await rig.updates()).map(({ update_id, state, error }) => [update_id, state, (error ?? "").slice(0, 14)]),
    [
      [1, "failed", "Bad Request: q"],
      [2, "failed", "nobody answere"],
    ],
  );
});
