import assert from "node:assert/strict";
import test from "node:test";

import * as fc from "fast-check";

import { fieldsOfMethod } from "../schema/notation.ts";
import { pixel, testBot, testSandbox } from "../test-bot.ts";
import { sandboxGroupId } from "../world/first-world.ts";
import { simulatedMethods } from "./dispatch.ts";

const mina = 700_000_002;
/** Calls that wait, or that change the world's address. */
const leftOut = new Set(["getUpdates", "setWebhook", "deleteWebhook"]);
const methods = [...simulatedMethods].filter((method) => !leftOut.has(method));

test("no call whatever makes the sandbox fail: it answers with a result or in Telegram's words", async (t) => {
  const failures: string[] = [];
  const sandbox = await testSandbox(t, { log: (line) => failures.push(line) });
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const sent = await bot.do("sendMessage", { chat_id: mina, text: "hello" });
  const photo = await bot.upload("sendPhoto", { chat_id: String(mina), photo: new Blob([pixel]) });
  const fileId = photo.photo?.[0]?.file_id ?? "";
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      mina,
      sandboxGroupId,
      sent.message_id,
      photo.message_id,
      fileId,
      "<b>x</b>",
      "HTML",
      "XTR",
    ),
    fc.constantFrom<unknown>([sent.message_id], [], {}, null, "", -1, 0, true, "[1]", "{}", "attach://x"),
    fc.constant({ inline_keyboard: [[{ text: "a", callback_data: "b" }]] }),
    fc.constant([
      { type: "photo", media: fileId, caption: "*x" },
      { type: "photo", media: fileId },
    ]),
    fc.constant({ type: "photo", media: fileId }),
    fc.constant([{ label: "x", amount: 5 }]),
    fc.constant([{ command: "help", description: "x" }]),
    fc.jsonValue(),
  );
  const call = fc.constantFrom(...methods).chain((method) => {
    const names = [...fieldsOfMethod(method).keys()];
    return fc.tuple(
      fc.constant(method),
      names.length === 0 ? fc.constant({}) : fc.dictionary(fc.constantFrom(...names), value),
    );
  });
  await fc.assert(
    fc.asyncProperty(call, async ([method, params]) => {
      const answer = await bot.call(method, {
        ...(method.startsWith("edit") ? { chat_id: mina, message_id: sent.message_id } : {}),
        ...params,
      });
      assert.ok(
        answer.ok || (answer.error_code < 500 && answer.description !== ""),
        `${method}: ${JSON.stringify(answer)}`,
      );
    }),
    { numRuns: 500 },
  );
  assert.deepEqual(failures, []);
});
