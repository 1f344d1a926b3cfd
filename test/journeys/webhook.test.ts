import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { runApp } from "#test/support/app.ts";
import { openPerson } from "#test/support/person.ts";

/** The port has to be known before the program starts: Telegram is told where to call. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

const port = await freePort();
const { app, sandbox, database } = await runApp({
  PORT: String(port),
  TELEGRAM_WEBHOOK_URL: `http://127.0.0.1:${port}`,
});
const alex = await openPerson(sandbox.url, 700_000_003);

test("driven by webhooks, a prompt becomes a paid video too", async () => {
  await alex.start();
  await alex.press("Buy credits");
  await alex.press(/^1 credit/);
  const invoice = await alex.waits("an invoice", ({ invoice }) => invoice !== undefined);
  assert.equal((await alex.pay(invoice)).ok, true);
  await alex.sees("Payment received");
  const prompt = await alex.say("A lighthouse in the fog");
  await alex.waits("the video", ({ video }) => video !== undefined, { timeoutMs: 60_000 });
  await alex.sees("Done in", { since: prompt });
  assert.equal(sandbox.journal.calls.get("getUpdates"), undefined);
  assert.deepEqual(await ledgerViolations(database.db), []);
});

test("an update without the secret is refused and not stored", async () => {
  const response = await fetch(`${app.url}/api/telegram/webhook`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-telegram-bot-api-secret-token": "guessed" },
    body: JSON.stringify({
      update_id: 1,
      message: { message_id: 1, date: 1, chat: { id: alex.id, type: "private" }, text: "/buy" },
    }),
  });
  assert.equal(response.status, 401);
});

test("every call was valid", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
