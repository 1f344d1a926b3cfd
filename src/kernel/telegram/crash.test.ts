import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import type { InboxProcessOptions } from "#test/support/inbox-process.ts";
import { openPerson } from "#test/support/person.ts";
import { telegramRig } from "#test/support/telegram-rig.ts";
import { until } from "#test/support/until.ts";

const rig = await telegramRig();
const { db, url: databaseUrl } = rig.database;
await sql`create table effect (id bigint generated always as identity, chat_id bigint, text text)`.execute(db);

const script = fileURLToPath(new URL("../../../test/support/inbox-process.ts", import.meta.url));
const webhook = { url: "https://bot.test", secret: "s" };

interface Victim {
  readonly lines: readonly string[];
  readonly kill: () => Promise<void>;
}

function startProcess(options: Partial<InboxProcessOptions>): Victim {
  const given: InboxProcessOptions = {
    databaseUrl,
    masterKey: rig.masterKey.toString("base64"),
    sandbox: { url: rig.sandbox.url, botToken: rig.sandbox.botToken },
    polls: false,
    handlerMs: 0,
    ...options,
  };
  const child: ChildProcess = spawn(process.execPath, [script, JSON.stringify(given)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  child.stdout?.on("data", (data: Buffer) => lines.push(...data.toString().trim().split("\n")));
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  cleanUp(kill);
  return { lines, kill };
}

const effects = async (): Promise<readonly { chat_id: number; text: string }[]> =>
  (await sql<{ chat_id: number; text: string }>`select chat_id, text from effect order by id`.execute(db)).rows;
const waiting = async (): Promise<number> => (await rig.updates()).filter(({ state }) => state === "waiting").length;

test("a process killed in the middle of handling leaves no effect; another handles the update and polls on within 10 s", async () => {
  const dana = await openPerson(rig.sandbox.url, 700_000_001);
  const victim = startProcess({ polls: true, stuckAt: "stuck" });
  await dana.say("stuck");
  await dana.say("behind it");
  await until("the handler has begun", () => victim.lines.includes("stuck"), 20_000);
  const heir = rig.replica({
    routes: [
      {
        owner: "test",
        messages: [
          {
            name: "test",
            priority: 0,
            run: async ({ tx, chat }, { text = "" }) => {
              await sql`insert into effect (chat_id, text) values (${chat.id}, ${text})`.execute(tx);
              return "handled";
            },
          },
        ],
      },
    ],
  });
  heir.start();
  await until("the heir stands by", async () => (await heir.check()).detail === "another replica polls");
  assert.deepEqual(await effects(), []);
  await victim.kill();
  const killedAt = performance.now();
  await dana.say("after the kill");
  await until("all are handled", async () => (await effects()).length === 3, 12_000);
  assert.ok(performance.now() - killedAt < 10_000);
  assert.deepEqual(
    (await effects()).map(({ text }) => text),
    ["stuck", "behind it", "after the kill"],
  );
  await heir.stop();
});

test("killed again and again, every update takes effect once and in the order of its chat", async () => {
  await sql`truncate telegram.update, effect`.execute(db);
  const receiver = rig.replica({ routes: [], webhook });
  const [chats, perChat, kills] = [25, 12, 4];
  const feed = async (chatId: number): Promise<void> => {
    for (let n = 0; n < perChat; n += 1) {
      const from = { id: chatId, is_bot: false, first_name: "P" };
      const message = {
        message_id: n + 1,
        date: 0,
        from,
        chat: { id: chatId, type: "private" },
        text: `${chatId}/${n}`,
      };
      await receiver.receive({ update_id: chatId * 1000 + n, message }, "s");
    }
  };
  await Promise.all(Array.from({ length: chats }, async (_, index) => await feed(100 + index)));
  for (let round = 0; round < kills; round += 1) {
    const victim = startProcess({ handlerMs: 15 });
    await until("it is in the middle of things", () => victim.lines.length >= 20, 20_000);
    await victim.kill();
  }
  const left = await waiting();
  assert.ok(left > 0, "nothing was left to recover");
  startProcess({ handlerMs: 0 });
  await until("all are handled", async () => (await waiting()) === 0, 30_000);
  assert.ok((await rig.updates()).every(({ state }) => state === "handled"));
  const rows = await effects();
  assert.equal(rows.length, chats * perChat);
  for (let chatId = 100; chatId < 100 + chats; chatId += 1) {
    assert.deepEqual(
      rows.filter(({ chat_id }) => chat_id === chatId).map(({ text }) => text),
      Array.from({ length: perChat }, (_, n) => `${chatId}/${n}`),
    );
  }
});
