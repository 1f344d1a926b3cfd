import assert from "node:assert/strict";
import test from "node:test";

import type { InlineQuery } from "@grammyjs/types";

import { people, testBot, testSandbox, type TestBot } from "../../test-bot.ts";
import { sandboxGroupId } from "../../world/first-world.ts";

const alex = 700_000_003;
const mina = 700_000_002;
const article = {
  type: "article",
  id: "1",
  title: "A",
  input_message_content: { message_text: "<b>hello</b>", parse_mode: "HTML" },
} as const;

async function nextQuery(bot: TestBot): Promise<InlineQuery> {
  const [update] = await bot.do("getUpdates", { timeout: 5 });
  assert.ok(update?.inline_query !== undefined);
  await bot.do("getUpdates", { offset: update.update_id + 1 });
  return update.inline_query;
}

test("words after the bot's name ask it, and what is chosen is sent in the person's name, via the bot", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const act = async (action: string, json: object): Promise<Record<string, unknown>> =>
    (await people(sandbox, `people/${alex}/${action}`, { json })).body;
  const asking = act("inline", { chatId: sandboxGroupId, query: " a cat " });
  const query = await nextQuery(bot);
  assert.deepEqual([query.query, query.offset, query.from.id, query.chat_type], ["a cat", "", alex, "group"]);
  await bot.do("answerInlineQuery", {
    inline_query_id: query.id,
    results: [article],
    button: { text: "Make it", start_parameter: "make" },
    next_offset: "2",
  });
  const view = await asking;
  assert.deepEqual(view["results"], [{ id: "1", type: "article", title: "A" }]);
  assert.deepEqual([view["button"], view["nextOffset"]], [{ text: "Make it", startParameter: "make" }, "2"]);
  const choice = { chatId: sandboxGroupId, queryId: view["queryId"], resultId: "1" };
  const { message } = (await act("inline/choose", choice)) as { message: Record<string, unknown> };
  assert.equal(message["text"], "hello");
  assert.deepEqual(
    [(message["from"] as { id: number }).id, (message["via_bot"] as { id: number }).id],
    [alex, sandbox.botId],
  );
  const [seen] = await bot.updates();
  assert.equal(seen?.message?.via_bot?.id, sandbox.botId, "the bot hears of what was sent by it");
  const others = await people(sandbox, `people/${mina}/inline/choose`, { json: { ...choice, chatId: mina } });
  assert.equal(others.status, 404, "one person's offers are not another's");
});

test("an answer that Telegram would refuse is refused, and the query stays open", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const asking = people(sandbox, `people/${alex}/inline`, { json: { chatId: alex, query: "x" } });
  const { id } = await nextQuery(bot);
  const refusals: readonly (readonly [object, RegExp])[] = [
    [{ results: Array.from({ length: 51 }, (_, index) => ({ ...article, id: String(index) })) }, /RESULTS_TOO_MUCH/],
    [{ results: [article, article] }, /RESULT_ID_DUPLICATE/],
    [{ results: [{ ...article, id: "x".repeat(65) }] }, /RESULT_ID_INVALID/],
    [{ results: [], next_offset: "x".repeat(65) }, /NEXT_OFFSET_INVALID/],
    [{ results: [], button: { text: "Go", start_parameter: "a b" } }, /START_PARAM_INVALID/],
    [{ results: [], button: { text: "Go", start_parameter: "x".repeat(65) } }, /START_PARAM_INVALID/],
    [{ results: [{ type: "video", id: "1", video_file_id: "made-up", title: "t" }] }, /wrong file identifier/],
    [{ results: [{ type: "video", id: "1", title: "t" }] }, /can't parse|required|Wrong|Bad Request/i],
  ];
  for (const [answer, expected] of refusals) {
    const refusal = await bot.fail("answerInlineQuery", { inline_query_id: id, ...answer });
    assert.match(refusal.description, expected);
  }
  await bot.do("answerInlineQuery", { inline_query_id: id, results: [] });
  assert.deepEqual((await asking).body["results"], []);
  const again = await bot.fail("answerInlineQuery", { inline_query_id: id, results: [] });
  assert.match(again.description, /query is too old and response timeout expired or query ID is invalid/);
});

test("an answer is given again for as long as it may be cached, a personal one only to its person", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  const ask = async (person: number): Promise<unknown> =>
    (await people(sandbox, `people/${person}/inline`, { json: { chatId: person, query: "x" } })).body["results"];
  const first = ask(alex);
  const { id } = await nextQuery(bot);
  await bot.do("answerInlineQuery", { inline_query_id: id, results: [article], is_personal: true, cache_time: 60 });
  assert.deepEqual(await first, await ask(alex));
  const others = ask(mina);
  const theirs = await nextQuery(bot);
  assert.equal(theirs.from.id, mina);
  await bot.do("answerInlineQuery", { inline_query_id: theirs.id, results: [], cache_time: 0 });
  assert.deepEqual(await others, []);
});

test("a bot without inline mode is not asked", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  assert.equal((await bot.do("getMe")).supports_inline_queries, true);
  sandbox.world.bot.supportsInlineQueries = false;
  const answer = await people(sandbox, `people/${alex}/inline`, { json: { chatId: alex, query: "x" } });
  assert.deepEqual([answer.status, answer.body], [400, { error: "The bot has no inline mode." }]);
});
