import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import test from "node:test";
import type { TestContext } from "node:test";

import type { Update } from "@grammyjs/types";

import { manualClock } from "#kernel/lib/manual-clock.ts";

import { testBot, testSandbox, until } from "../test-bot.ts";

interface Push {
  readonly update: Update;
  readonly headers: IncomingHttpHeaders;
  readonly answer: (status: number, body?: object, headers?: Record<string, string>) => void;
}

interface Receiver {
  readonly url: string;
  /** Resolves when that many pushes have arrived altogether. */
  readonly pushes: (count: number) => Promise<readonly Push[]>;
}

/** A bot's web server: it holds every push until the test answers it. */
async function receiver(t: TestContext): Promise<Receiver> {
  const arrived: Push[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      arrived.push({
        update: JSON.parse(Buffer.concat(chunks).toString()) as Update,
        headers: request.headers,
        answer: (status, body, headers = {}) => {
          response.writeHead(status, headers).end(body === undefined ? "" : JSON.stringify(body));
        },
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    pushes: async (count) => {
      await until(() => arrived.length >= count);
      return arrived;
    },
  };
}

const mina = 700_000_002;
const alex = 700_000_003;

test("updates are pushed with the secret token; polling is refused meanwhile", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const hook = await receiver(t);
  const answer = await bot.call("setWebhook", { url: hook.url, secret_token: "s3cret_-" });
  assert.deepEqual(answer, { ok: true, result: true, description: "Webhook was set" });
  sandbox.as(mina).start();
  const [push] = await hook.pushes(1);
  assert.equal(push?.headers["x-telegram-bot-api-secret-token"], "s3cret_-");
  assert.equal(push?.update.message?.text, "/start");
  push?.answer(200);
  assert.equal(
    (await bot.fail("getUpdates")).description,
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
  );
  assert.deepEqual(await bot.call("deleteWebhook"), { ok: true, result: true, description: "Webhook was deleted" });
  assert.deepEqual(await bot.updates(), []);
});

test("one chat's updates come one after the other, other chats and callbacks beside them", async (t) => {
  const sandbox = await testSandbox(t);
  const hook = await receiver(t);
  const bot = testBot(sandbox);
  await bot.do("setWebhook", { url: hook.url });
  sandbox.as(mina).start();
  sandbox.as(mina).say("second");
  sandbox.as(alex).start();
  const first = await hook.pushes(2);
  assert.deepEqual(
    first.map(({ update }) => update.message?.from.id),
    [mina, alex],
  );
  const asked = await bot.do("sendMessage", {
    chat_id: mina,
    text: "?",
    reply_markup: { inline_keyboard: [[{ text: "Yes", callback_data: "y" }]] },
  });
  sandbox.as(mina).press(asked, "Yes");
  const withCallback = await hook.pushes(3);
  assert.equal(withCallback[2]?.update.callback_query?.data, "y");
  first[0]?.answer(204);
  const all = await hook.pushes(4);
  assert.equal(all[3]?.update.message?.text, "second");
  for (const push of all.slice(1)) push.answer(200);
});

test("a failed push is tried again, later and later, and Retry-After is obeyed", async (t) => {
  const clock = manualClock(new Date("2026-11-21T10:00:00Z"));
  const sandbox = await testSandbox(t, { clock });
  const hook = await receiver(t);
  const bot = testBot(sandbox);
  await bot.do("setWebhook", { url: hook.url });
  sandbox.as(mina).start();
  const retried = async (count: number, ms: number): Promise<Push | undefined> => {
    // The answer travels over a real socket: wait until the sandbox has set its timer.
    await until(() => clock.pendingTimers() > 0);
    await clock.advance(ms);
    return (await hook.pushes(count))[count - 1];
  };
  (await hook.pushes(1))[0]?.answer(500);
  (await retried(2, 1000))?.answer(302, undefined, { location: "/elsewhere" });
  (await retried(3, 2000))?.answer(503, undefined, { "retry-after": "600" });
  const info = await bot.do("getWebhookInfo");
  assert.equal(info.pending_update_count, 1);
  assert.match(info.last_error_message ?? "", /^Wrong response from the webhook: (302|503)/);
  await until(() => clock.pendingTimers() > 0);
  await clock.advance(599_000);
  assert.equal((await hook.pushes(3)).length, 3);
  const last = await retried(4, 1000);
  assert.equal(last?.update.message?.text, "/start");
  last?.answer(200);
});

test("max_connections bounds the pushes on the wire", async (t) => {
  const sandbox = await testSandbox(t);
  const hook = await receiver(t);
  const bot = testBot(sandbox);
  for (const id of sandbox.addStartedPeople(5)) sandbox.as(id).say("hi");
  await bot.do("setWebhook", { url: hook.url, max_connections: 2 });
  const first = await hook.pushes(2);
  await bot.do("getMe");
  assert.equal(first.length, 2);
  first[0]?.answer(200);
  assert.equal((await hook.pushes(3)).length, 3);
  assert.equal((await bot.do("getWebhookInfo")).max_connections, 2);
});

test("a call may come as the answer to a push", async (t) => {
  const sandbox = await testSandbox(t);
  const hook = await receiver(t);
  await testBot(sandbox).do("setWebhook", { url: hook.url });
  sandbox.as(mina).start();
  (await hook.pushes(1))[0]?.answer(200, { method: "sendMessage", chat_id: mina, text: "by push" });
  await until(() => sandbox.journal.sends.length > 0);
  assert.equal(sandbox.journal.sends[0]?.text, "by push");
});

test("addresses and secrets are checked; plain HTTP only on this machine", async (t) => {
  const bot = testBot(await testSandbox(t));
  const refusal = async (params: object): Promise<string> => (await bot.fail("setWebhook", params)).description;
  assert.equal(await refusal({ url: "nonsense" }), "Bad Request: invalid webhook URL specified");
  assert.equal(
    await refusal({ url: "http://bot.example.com/hook" }),
    "Bad Request: bad webhook: An HTTPS URL must be provided for webhook",
  );
  assert.equal(
    await refusal({ url: "https://bot.example.com:8080/hook" }),
    "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
  );
  const url = "https://bot.example.com/hook";
  assert.equal(await refusal({ url, secret_token: "a b" }), "Bad Request: secret token contains unallowed characters");
  assert.equal(await refusal({ url, secret_token: "a".repeat(257) }), "Bad Request: secret token is too long");
  assert.deepEqual(await bot.call("deleteWebhook"), {
    ok: true,
    result: true,
    description: "Webhook is already deleted",
  });
});
