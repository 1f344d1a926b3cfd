import assert from "node:assert/strict";
import { test } from "node:test";

import { cleanUp } from "#test/support/clean-up.ts";
import { openPerson } from "#test/support/person.ts";
import { telegramRig } from "#test/support/telegram-rig.ts";
import { until } from "#test/support/until.ts";

const rig = await telegramRig();
const dana = await openPerson(rig.sandbox.url, 700_000_001);

test("a webhook that something else took away or changed is set again, and health says when Telegram gets nowhere", async () => {
  const telegram = rig.replica({ routes: [], webhook: { url: "https://bot.test", secret: "ours", lookMs: 50 } });
  cleanUp(telegram.stop);
  telegram.start();
  const ours = "https://bot.test/api/telegram/webhook";
  const isOurs = async (): Promise<boolean> => (await rig.api.call("getWebhookInfo", {})).url === ours;
  await until("the webhook to be registered", isOurs);
  await rig.api.call("deleteWebhook", {});
  await until("the webhook to be back", isOurs);
  await rig.api.call("setWebhook", { url: "https://rival.test/hook" });
  await until("the rival to be replaced", isOurs);
  await until("all to be well", async () => (await telegram.check()).ok);
  await dana.say("nobody is at this address");
  await until("Telegram to have tried in vain", async () => !(await telegram.check()).ok);
  assert.match((await telegram.check()).detail, /^Telegram cannot deliver: .+; 1 updates wait there$/);
});

test("an update that the database refuses is told so, and does not keep out those that came with it", async () => {
  const telegram = rig.replica({ routes: [], webhook: { url: "https://bot.test", secret: "ours" } });
  const from = { id: 5, is_bot: false, first_name: "P5" };
  const press = (updateId: number, id: string): object => ({
    update_id: updateId,
    callback_query: { id, from, chat_instance: "1" },
  });
  const outcomes = await Promise.allSettled(
    [press(1, "one"), press(2, "two"), press(3, "not\u0000text"), press(4, "four")].map(
      async (update) => await telegram.receive(update, "ours"),
    ),
  );
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "fulfilled", "rejected", "fulfilled"],
  );
  const stored = (await rig.updates()).filter(({ chat_id: chatId }) => chatId === from.id);
  assert.deepEqual(
    stored.map(({ update_id: id }) => id),
    [1, 2, 4],
  );
});
