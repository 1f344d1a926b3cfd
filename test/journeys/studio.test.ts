import assert from "node:assert/strict";
import { test } from "node:test";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { runApp } from "#test/support/app.ts";
import { openPerson } from "#test/support/person.ts";

import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";

const { sandbox, database } = await runApp();
const alex = await openPerson(sandbox.url, 700_000_003);
const admin = await openPerson(sandbox.url, sandboxAdminId);

test("a newcomer buys credits, sends a prompt and gets the video that was paid for", async () => {
  await alex.start();
  await alex.sees("Alex");
  await alex.press("Buy credits");
  await alex.press("1 credit");
  const invoice = await alex.waits("an invoice", ({ invoice }) => invoice !== undefined);
  const paid = await alex.pay(invoice);
  assert.equal(paid.ok, true);
  await alex.sees("Payment received");
  const prompt = await alex.say("A paper boat on a quiet sea at dawn");
  const video = await alex.waits("the video", (message) => message.video !== undefined, { timeoutMs: 60_000 });
  assert.equal(video.video?.duration, 4);
  await alex.sees("Done in", { since: prompt });
  await alex.start();
  await alex.sees("You have 0 credits", { since: prompt });
  assert.deepEqual(await ledgerViolations(database.db), []);
});

test("an admin sees more commands than others", async () => {
  await admin.start();
  await admin.say("/help");
  await admin.sees("/credit");
});

test("every call was valid", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
