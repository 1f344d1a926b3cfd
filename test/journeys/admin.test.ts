import assert from "node:assert/strict";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";
import { sql } from "kysely";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { runApp } from "#test/support/app.ts";
import { buttonsOf, openPerson, type SandboxPerson, visibleText } from "#test/support/person.ts";
import { kieKey, kieServer } from "#test/support/providers/kie-server.ts";
import { until } from "#test/support/until.ts";

import { sandboxAdminId, sandboxGroupId } from "../../src/sandbox/world/first-world.ts";

/** The panel of the admins, pressed by those it is for and by those it is not for. */
const server = await kieServer({ clock: systemClock, webhookKey: "unused" });
const { sandbox, database } = await runApp({ KIE_AI_API_KEY: kieKey, KIE_API_ROOT: server.url });
const { db } = database;
const dana = await openPerson(sandbox.url, sandboxAdminId);
const alex = await openPerson(sandbox.url, 700_000_003);
const sven = await openPerson(sandbox.url, 700_000_004);
const mina = await openPerson(sandbox.url, 700_000_002);

async function panelOf(admin: SandboxPerson): Promise<Message> {
  const asked = await admin.say("/admin");
  return await admin.sees(/^🛠 (Admin|관리)/, { since: asked });
}

/** The newest state of the panel. */
async function shows(admin: SandboxPerson, panel: Message, pattern: RegExp): Promise<Message> {
  return await admin.waits(
    `${String(pattern)} on the panel`,
    (each) => each.message_id === panel.message_id && pattern.test(visibleText(each)),
  );
}

function dataOf(message: Message, label: string | RegExp): string {
  const fits = (text: string): boolean => (typeof label === "string" ? text.includes(label) : label.test(text));
  const button = buttonsOf(message).find(({ text }) => fits(text));
  assert.ok(button !== undefined && "callback_data" in button, `no button ${String(label)}: ${visibleText(message)}`);
  return button.callback_data;
}

/** Presses a button of this very message, whatever stands below it. */
async function press(
  admin: SandboxPerson,
  message: Message,
  label: string | RegExp,
): ReturnType<SandboxPerson["forge"]> {
  return await admin.forge(message, dataOf(message, label));
}

/** The panel as it stands at the page of a person. */
async function pageOf(admin: SandboxPerson, who: string, name: string): Promise<Message> {
  const asked = await admin.say(`/admin ${who}`);
  return await admin.sees(new RegExp(`^👤 ${name}`), { since: asked });
}

async function audited(action: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from account.audit where action = ${action}`.execute(db);
  return rows[0]?.count ?? 0;
}

// More than a person does in a minute.
await sql`
  with changed as (
    insert into setting.section (key, value)
    values ('telegram.chat', '{"commandsPerMinute": 1000, "pressesPerMinute": 1000}')
  )
  select pg_notify('telecast_settings', '')`.execute(db);

for (const person of [dana, alex, sven, mina]) {
  await person.start();
  await person.sees("/help");
}

test("the panel opens for an admin, and tells how things stand", async () => {
  const panel = await panelOf(dana);
  assert.match(panel.text ?? "", /👥 4 users, 4 new in 24 h/);
  assert.match(panel.text ?? "", /↩️ No refund requests/);
  assert.match(panel.text ?? "", /🎬 0 running/);
  assert.match(panel.text ?? "", /🔌 2 providers, all well/);
  assert.match(panel.text ?? "", /📈 0 signals today/);
  const asked = await alex.say("/admin");
  const refused = await alex.waits("a refusal", ({ message_id }) => message_id > asked.message_id);
  assert.doesNotMatch(visibleText(refused), /users/);
});

test("in a group that is not the admins', nothing of it is shown", async () => {
  const asked = await dana.say("/admin", sandboxGroupId);
  const answer = await dana.sees("not for everybody here", { chatId: sandboxGroupId, since: asked });
  assert.deepEqual(buttonsOf(answer), []);
});

test("who replays an admin's buttons gets nothing, however the data came to him", async () => {
  const panel = await panelOf(dana);
  const menu = await alex.sees("/help");
  const before = alex.messages().length;
  for (const { text } of buttonsOf(panel)) {
    const answer = await alex.forge(menu, dataOf(panel, text));
    assert.equal(answer.showAlert, true, text);
  }
  assert.equal(alex.messages().length, before);
  assert.doesNotMatch(visibleText(alex.messages().at(-1) as Message), /users|Balances/);
});

test("somebody is found by the beginning of his name, by his id, and not at all", async () => {
  const asked = await dana.say("/admin");
  const panel = await dana.sees(/^🛠/, { since: asked });
  await press(dana, panel, "Users");
  const list = await shows(dana, panel, /4 in all/);
  await press(dana, list, "Find somebody");
  const question = await dana.sees("Who? Send a @name", { since: asked });
  await dana.say("nobody <b>&");
  await dana.sees("I know nobody by “nobody <b>&”", { since: question });
  await dana.say("alexr");
  await dana.sees(/^👤 Alex · @alexrivera/, { since: question });
  await pageOf(dana, String(sven.id), "Sven");
});

test("credits are given once, however often the confirmation is pressed, and the person is told why", async () => {
  const page = await pageOf(dana, "@alexrivera", "Alex");
  await press(dana, page, "Give or take");
  const question = await dana.sees("How many credits for Alex", { since: page });
  await dana.say("five");
  await dana.sees("Expected an amount and a reason", { since: question });
  await dana.say("+5 for <b>the</b> trouble & more");
  const proposal = await dana.sees(/Give Alex 5 credits\?\n0 → 5/, { since: question });
  const data = dataOf(proposal, "Give 5");
  const answers = await Promise.all([
    dana.forge(proposal, data),
    dana.forge(proposal, data),
    dana.forge(proposal, data),
  ]);
  assert.equal(answers.filter(({ showAlert }) => showAlert).length, 2);
  await alex.sees("You were given 5 credits: for <b>the</b> trouble & more");
  await dana.sees(/^👤 Alex[^]*5 credits available/, { since: question });
  assert.equal(await audited("ledger.credits_granted"), 1);
  const done = await dana.forge(proposal, data);
  assert.equal(done.text, "This is done already, or over. Nothing was changed.");
});

test("more is not taken than there is, and the history says what was", async () => {
  const page = await pageOf(dana, "@alexrivera", "Alex");
  await press(dana, page, "Give or take");
  const question = await dana.sees("How many credits for Alex", { since: page });
  await dana.say("-6 too much");
  await dana.sees("only 5 credits are available", { since: question });
  await dana.say("-1 counted twice");
  const proposal = await dana.sees(/Take 1 credit from Alex\?\n5 → 4/, { since: question });
  await press(dana, proposal, "Take 1");
  await alex.sees("Taken from your account: 1 credit. Reason: counted twice");
  const after = await shows(dana, proposal, /4 credits available/);
  await press(dana, after, "History");
  await shows(dana, proposal, /−1 · Taken by the operators: counted twice[^]*\+5 · From the operators/);
});

test("somebody is shut out and let in again with a reason, which stands in the log", async () => {
  const page = await pageOf(dana, "@alexrivera", "Alex");
  await press(dana, page, "Shut out");
  const question = await dana.sees("Why is Alex to be shut out?", { since: page });
  await dana.say("spam");
  const shut = await dana.sees(/^👤 Alex[^]*Shut out/, { since: question });
  const asked = await alex.say("/buy");
  await alex.sees("has closed this bot for you", { since: asked });
  await press(dana, shut, "Let in again");
  const again = await dana.sees("let in again?", { since: shut });
  await dana.say("a mistake");
  await dana.sees(/^👤 Alex/, { since: again });
  const retried = await alex.say("/buy");
  await alex.sees("Choose a pack", { since: retried });
  const panel = await panelOf(dana);
  await press(dana, panel, "Log");
  await shows(dana, panel, /account\.unblocked[^]*Alex · reason: a mistake, blocked: true → false/);
});

test("an admin who is none any more can neither press nor type, and another's panel is not his", async () => {
  const page = await pageOf(dana, String(sven.id), "Sven");
  await press(dana, page, "Role");
  await press(dana, await shows(dana, page, /What may Sven do/), /Admin$/);
  await press(dana, await shows(dana, page, /is to be an admin/), "Yes: Admin");
  const promoted = await shows(dana, page, /Role: Admin/);

  const panel = await panelOf(sven);
  const foreign = await sven.forge(panel, dataOf(promoted, "Give or take"));
  assert.match(foreign.text ?? "", /expired/);
  assert.match((await sven.forge(panel, dataOf(promoted, "History"))).text ?? "", /somebody else's/);
  await press(sven, panel, "Users");
  const list = await shows(sven, panel, /in all/);
  await press(sven, list, "Find somebody");
  const question = await sven.sees("Who? Send a @name");

  await press(dana, promoted, "Role");
  await press(dana, await shows(dana, page, /What may Sven do/), /User$/);
  await press(dana, await shows(dana, page, /lose every right/), "Yes: User");
  await shows(dana, page, /Role: User/);

  const refused = await press(sven, list, "Alex");
  assert.equal(refused.showAlert, true);
  const typed = await sven.say("@alexrivera");
  await sven.sees("you may not use it", { since: typed });
  assert.ok(sven.messages().every((each) => each.message_id <= question.message_id || !/👤/.test(visibleText(each))));
  assert.equal(await audited("account.role_changed"), 2);
});

test("nobody changes his own role or shuts himself out", async () => {
  const page = await pageOf(dana, "@dana_ops", "Dana");
  assert.match((await press(dana, page, "Shut out")).text ?? "", /Not to yourself/);
  await press(dana, page, "Role");
  await press(dana, await shows(dana, page, /What may Dana do/), /User$/);
  await shows(dana, page, /Not to yourself/);
});

test("a job shows its way and never its words, and an admin ends it for everybody's good", async () => {
  await alex.say("/setmodel demo-text");
  await alex.sees("Model: Demo");
  const ordered = await alex.say("A secret lighthouse in the fog #slow");
  await alex.sees("Being made", { since: ordered });
  const panel = await panelOf(dana);
  await press(dana, panel, "Jobs");
  const list = await shows(dana, panel, /1 running · 0 waiting/);
  await press(dana, list, "Alex");
  const job = await shows(dana, panel, /Provider: demo/);
  assert.match(await press(dana, job, "Look now").then(({ text = "" }) => text), /Looking/);
  await press(dana, job, "🚫 Cancel");
  const sure = await shows(dana, panel, /Cancel this video\?/);
  await press(dana, sure, "Yes, cancel it");
  await shows(dana, panel, /🚫 Cancelled/);
  await alex.sees("Cancelled.", { since: ordered });
  const twice = await dana.forge(panel, dataOf(sure, "Yes, cancel it"));
  assert.match(twice.text ?? "", /Too late/);
  assert.equal(await audited("studio.job_cancelled"), 1);
  assert.ok(dana.messages().every((each) => !/lighthouse/.test(JSON.stringify(each))));
});

test("a model is switched off and priced anew, confirmed, with its history", async () => {
  const panel = await panelOf(dana);
  await press(dana, panel, "Models");
  const list = await shows(dana, panel, /on offer/);
  await press(dana, list, "Veo 3 Fast");
  const model = await shows(dana, panel, /veo-3-fast/);
  await press(dana, model, "✏️");
  const question = await dana.sees("of Veo 3 Fast cost", { since: panel });
  await dana.say("cheap");
  await dana.sees("Expected a number of credits", { since: question });
  await dana.say("1.25");
  const proposal = await dana.sees(/veo-3-fast, 8 s: 0\.5 → 1\.25/, { since: question });
  await press(dana, proposal, "Change it");
  await shows(dana, proposal, /8 s: 1\.25 · costs/);
  const asked = await alex.say("/setmodel veo-3-fast");
  await alex.sees("Price: 1.25 credits", { since: asked });

  await press(dana, await shows(dana, proposal, /✏️ 8 s: 1\.25/), "Set margin");
  const margin = await dana.sees("How many per cent", { since: proposal });
  await dana.say("50%");
  const half = await dana.sees("Change Veo 3 Fast?", { since: margin });
  await press(dana, half, "Change it");
  const priced = await shows(dana, half, /8 s: 0\.47 · costs \$0\.30 · margin 50\.9%/);
  await press(dana, priced, "Switch off");
  await press(dana, await shows(dana, half, /off the list\?/), "Switch off");
  await shows(dana, half, /⚪️ Off/);
  const without = await alex.say("/setmodel");
  const offer = await alex.sees("Demo: text", { since: without });
  assert.doesNotMatch(visibleText(offer), /Veo 3 Fast/);

  await press(dana, panel, "Models");
  await press(dana, await shows(dana, panel, /on offer/), "Changes");
  await shows(dana, panel, /Dana[^]*veo-3-fast: switched off[^]*veo-3-fast, 8 s: 0\.5 → 1\.25/);
  assert.equal(await audited("studio.model_changed"), 3);
});

test("a provider's balance is asked outside, and put on the page that still shows it", async () => {
  const panel = await panelOf(dana);
  await press(dana, panel, "Providers");
  await shows(dana, panel, /kie[^]*💳 [\d,.]+ credits \(asked /);
  const away = await panelOf(dana);
  await press(dana, away, "Providers");
  const page = await shows(dana, away, /asked/);
  await Promise.all([press(dana, page, "Ask for balances"), press(dana, page, "Panel")]);
  await shows(dana, away, /^🛠 Admin/);
});

test("what came in and what it cost is told by day, with a chart", async () => {
  const panel = await panelOf(dana);
  await press(dana, panel, "Money");
  const page = await shows(dana, panel, /Money, 7 days/);
  await press(dana, page, /^30 days/);
  const month = await shows(dana, panel, /Money, 30 days/);
  const [first, second] = await Promise.all([press(dana, month, "Chart"), press(dana, month, "Chart")]);
  assert.ok(first.text !== undefined && second.text !== undefined);
  const chart = await dana.waits("the chart", ({ photo }) => photo !== undefined, { timeoutMs: 30_000 });
  assert.match(chart.caption ?? "", /Money, 30 days/);
});

test("refund requests are decided on the panel, and their cards follow", async () => {
  const offered = await alex.say("/buy");
  await alex.sees("Choose a pack", { since: offered });
  await alex.press(/^1 credit/);
  const invoice = await alex.waits(
    "an invoice",
    ({ invoice: bill, message_id: id }) => bill !== undefined && id > offered.message_id,
  );
  assert.equal((await alex.pay(invoice)).ok, true);
  const wanted = await alex.say("/paysupport");
  await alex.sees("Which payment", { since: wanted });
  await alex.press(/^100 ⭐ ·/);
  await alex.sees("Why would you like", { since: wanted });
  await alex.say("Not <i>for</i> me");
  const card = await dana.sees("Refund request");
  const panel = await panelOf(dana);
  await press(dana, panel, "Refunds");
  await press(dana, await shows(dana, panel, /One waits/), "100 ⭐ · Alex");
  const request = await shows(dana, panel, /Not <i>for<\/i> me/);
  const data = dataOf(request, "Refuse");
  await Promise.all([dana.forge(request, data), dana.forge(request, data)]);
  await shows(dana, panel, /Refused by Dana/);
  await dana.waits(
    "the card",
    (each) => each.message_id === card.message_id && /Refused by Dana/.test(visibleText(each)),
  );
  await alex.sees("was refused", { since: wanted });
  assert.equal(await audited("ledger.refund_refused"), 1);
});

test("hundreds of people are turned over page by page, whatever they call themselves", async () => {
  await sql`
    insert into account.person (telegram_id, first_name, username)
    select 800000000 + n, case n % 3 when 0 then '<b>Eve</b> & "co" ' || n when 1 then repeat('ᄒ', 80) else '​' end, 'eve_' || n
    from generate_series(1, 300) as n`.execute(db);
  const panel = await panelOf(dana);
  await press(dana, panel, "Users");
  const first = await shows(dana, panel, /304 in all/);
  await press(dana, first, "2 ›");
  const second = await shows(dana, panel, /‹ 1\n3 ›/);
  const names = (page: Message): readonly string[] =>
    buttonsOf(page).flatMap(({ text }) => /@eve_\d+/.exec(text)?.[0] ?? []);
  assert.deepEqual(
    [...names(first), ...names(second)],
    Array.from({ length: 16 }, (_, at) => `@eve_${300 - at}`),
  );
  await press(dana, second, "Staff");
  assert.deepEqual(names(await shows(dana, panel, /⭐ Dana/)), []);
  const asked = await dana.say("/admin eve_1");
  await dana.sees("Several people could be meant", { since: asked });
});

test("a Korean admin reads Korean", async () => {
  await sql`update account.person set role = 'admin' where telegram_id = ${mina.id}`.execute(db);
  const panel = await panelOf(mina);
  assert.match(panel.text ?? "", /사용자 304명/);
  await press(mina, panel, "돈");
  const money = await shows(mina, panel, /7일 동안의 돈/);
  await press(mina, money, "패널");
  await press(mina, await shows(mina, panel, /^🛠 관리/), "작업");
  await shows(mina, panel, /완료|실패/);
});

test("nothing was lost, booked twice or said in a way that Telegram does not take", async () => {
  assert.deepEqual(await ledgerViolations(db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
  await until("updates to be handled", async () => {
    const { rows } = await sql`select from telegram.update where state <> 'handled'`.execute(db);
    return rows.length === 0;
  });
});
