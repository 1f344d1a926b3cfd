import assert from "node:assert/strict";
import { createServer, request as forward } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { customerOf } from "#test/support/customer.ts";
import { assertSound, deploy, type Deployment, settled } from "#test/support/deployment.ts";
import { keepSecret } from "#test/support/program.ts";
import { until } from "#test/support/until.ts";

const prompt = "A heron that nobody should read about in a log";
keepSecret(prompt, "heron");

const polling = await deploy();
const door = await openDoor();
const pushed = await deploy({
  environment: { TELEGRAM_WEBHOOK_URL: door.url, TELEGRAM_WEBHOOK_SECRET: "only-telegram-knows" },
});
keepSecret("only-telegram-knows");

/** Buys a credit, spends it on a video, gets the video. */
async function walk(deployment: Deployment, personId: number): Promise<void> {
  const { sandbox } = deployment;
  const person = customerOf(sandbox, personId);
  person.hands.start();
  await person.hears("Hi, ");
  await person.buy();
  assert.equal(await person.balance(), "1");
  const asked = person.hands.say(prompt);
  await person.hears(({ video }) => video !== undefined, asked);
  await person.hears("Done in", asked);
  assert.equal(await person.balance(), "0");
  assert.equal(person.heard().filter(({ video }) => video !== undefined).length, 1);
}

test("from the first word to the video, by polling", async () => {
  const program = await polling.start();
  await walk(polling, 700_000_003);
  await settled(polling);
  await assertSound(polling);
  assert.equal((await program.stop()).code, 0);
});

test("from the first word to the video, by webhook; whoever does not know its secret is told nothing and stores nothing", async () => {
  const program = await pushed.start();
  door.leadTo(program.url());
  await walk(pushed, 700_000_003);
  await settled(pushed);
  assert.equal(pushed.sandbox.journal.calls.get("getUpdates"), undefined);

  const stored = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`select count(*) from telegram.update`.execute(pushed.database.db);
    return rows[0]?.count ?? 0;
  };
  const before = await stored();
  const forged = {
    update_id: 900_000_000,
    message: {
      message_id: 1,
      date: 0,
      chat: { id: 700_000_003, type: "private" },
      from: { id: 700_000_003, is_bot: false, first_name: "X" },
      text: "/start",
    },
  };
  for (const secret of [undefined, "", "only-telegram-know", "only-telegram-knows-not"]) {
    const response = await fetch(`${program.url()}/api/telegram/webhook`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(secret !== undefined && { "x-telegram-bot-api-secret-token": secret }),
      },
      body: JSON.stringify(forged),
    });
    assert.equal(response.status, 401);
  }
  assert.equal(await stored(), before);
  await assertSound(pushed);
  assert.equal((await program.stop()).code, 0);
  // Telegram keeps what nobody takes, and the next process gets it.
  pushed.sandbox.as(700_000_004).start();
  const next = await pushed.start();
  door.leadTo(next.url());
  await customerOf(pushed.sandbox, 700_000_004).hears("Hi, ");
  await settled(pushed);
  await assertSound(pushed);
});

/** The reverse proxy of a deployment: its address stays the same whatever process stands behind it. */
async function openDoor(): Promise<{ readonly url: string; readonly leadTo: (url: string) => void }> {
  let target: string | undefined;
  const server = createServer((request, response) => {
    if (target === undefined) {
      response.writeHead(502).end();
      return;
    }
    const { method = "POST", headers } = request;
    const onward = forward(`${target}${request.url ?? "/"}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.writeHead(502).end());
    request.pipe(onward);
  }).listen(0, "127.0.0.1");
  await until("the door to open", () => server.listening);
  cleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (url) => {
      target = url;
    },
  };
}
