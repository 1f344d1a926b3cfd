import assert from "node:assert/strict";
import test from "node:test";

import { manualClock } from "#kernel/lib/manual-clock.ts";

import { simulatedMethods } from "../api/dispatch.ts";
import { telegramLimits } from "../limits.ts";
import { testBot, testSandbox } from "../test-bot.ts";
import { sandboxGroupId } from "../world/first-world.ts";

const mina = 700_000_002;

test("a wrong token is 401 and an unknown method 404", async (t) => {
  const sandbox = await testSandbox(t);
  const get = async (path: string): Promise<unknown> => await (await fetch(`${sandbox.url}/${path}`)).json();
  assert.deepEqual(await get("bot1:wrong/getMe"), { ok: false, error_code: 401, description: "Unauthorized" });
  assert.deepEqual(await get("bot%ff/getMe"), { ok: false, error_code: 401, description: "Unauthorized" });
  assert.deepEqual(await get(`bot${sandbox.botToken}/getYou`), {
    ok: false,
    error_code: 404,
    description: "Not Found",
  });
  assert.deepEqual(await get("nothing/here"), { ok: false, error_code: 404, description: "Not Found" });
  assert.deepEqual(
    sandbox.journal.invalidCalls.map(({ method }) => method),
    ["getYou"],
  );
});

test("parameters come in the query, as a form, as JSON or in parts, and method names in any case", async (t) => {
  const sandbox = await testSandbox(t);
  sandbox.as(mina).start();
  const url = `${sandbox.url}/bot${sandbox.botToken}/SendMessage`;
  const said = async (response: Promise<Response>): Promise<unknown> => {
    const answer = (await (await response).json()) as { result?: { text?: string } };
    return answer.result?.text;
  };
  assert.equal(await said(fetch(`${url}?chat_id=${mina}&text=query`)), "query");
  const form = new URLSearchParams({ chat_id: String(mina), text: "form" });
  assert.equal(await said(fetch(url, { method: "POST", body: form })), "form");
  const parts = new FormData();
  parts.set("text", "parts");
  assert.equal(await said(fetch(`${url}?chat_id=${mina}&text=query`, { method: "POST", body: parts })), "parts");
  const headers = { "content-type": "application/json; charset=utf-8" };
  const body = JSON.stringify({ chat_id: mina, text: "json" });
  assert.equal(await said(fetch(url, { method: "POST", headers, body })), "json");
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});

test("a body that cannot be read is 400", async (t) => {
  const sandbox = await testSandbox(t);
  const url = `${sandbox.url}/bot${sandbox.botToken}/sendMessage`;
  for (const type of ["application/json", "multipart/form-data; boundary=x"]) {
    const response = await fetch(url, { method: "POST", headers: { "content-type": type }, body: "{nonsense" });
    assert.equal(response.status, 400);
  }
});

test("what the schema does not allow is noted, also where Telegram takes it", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  await bot.call("sendMessage", { chat_id: mina, text: "x", colour: "red", reply_markup: { inline_keybord: [] } });
  await bot.call("sendMessage", { chat_id: mina });
  const told = sandbox.journal.invalidCalls.map(({ problems }) => problems.map(({ kind, path }) => `${kind} ${path}`));
  assert.deepEqual(told[0]?.[0], "unknown colour");
  assert.deepEqual(told[1], ["missing text"]);
});

test("methods that are known but not simulated say so", async (t) => {
  const bot = testBot(await testSandbox(t));
  assert.equal(simulatedMethods.has("banChatMember"), false);
  const refusal = await bot.fail("banChatMember", { chat_id: mina, user_id: mina });
  assert.equal(refusal.description, "Bad Request: method is not supported by the sandbox");
});

test("over the limits the bot gets 429 with the time to wait, and the journal counts it", async (t) => {
  const clock = manualClock(new Date("2026-11-21T10:00:00Z"));
  const sandbox = await testSandbox(t, { clock, limits: telegramLimits });
  const bot = testBot(sandbox);
  const send = async (): Promise<unknown> => await bot.call("sendMessage", { chat_id: sandboxGroupId, text: "x" });
  for (let count = 0; count < 20; count += 1) await send();
  assert.deepEqual(await send(), {
    ok: false,
    error_code: 429,
    description: "Too Many Requests: retry after 3",
    parameters: { retry_after: 3 },
  });
  await send();
  assert.deepEqual(Object.fromEntries(sandbox.journal.refusedByRate), { group: 1, impatient: 1 });
  assert.equal(sandbox.journal.sends.length, 20);
  await clock.advance(3000);
  assert.equal((await bot.call("sendMessage", { chat_id: sandboxGroupId, text: "x" })).ok, true);
  sandbox.limits.change(undefined);
  for (let count = 0; count < 50; count += 1) await bot.do("sendMessage", { chat_id: sandboxGroupId, text: "x" });
});

test("calls that are refused take nothing from the limits", async (t) => {
  const clock = manualClock(new Date("2026-11-21T10:00:00Z"));
  const sandbox = await testSandbox(t, { clock, limits: telegramLimits });
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  for (let count = 0; count < 20; count += 1) await bot.fail("sendMessage", { chat_id: mina, text: "" });
  assert.equal((await bot.call("sendMessage", { chat_id: mina, text: "x" })).ok, true);
});

test("each fault does what it says", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  const send = async (text: string): Promise<unknown> => await bot.call("sendMessage", { chat_id: mina, text });
  const { faults } = sandbox;

  faults.add({ kind: "rate_limit", times: 1, retryAfter: 7 });
  assert.deepEqual((await bot.fail("getMe")).parameters, { retry_after: 7 });
  faults.add({ kind: "server_error", times: 1 });
  assert.deepEqual(await send("500"), { ok: false, error_code: 500, description: "Internal Server Error" });
  faults.add({ kind: "reset", times: 1, methods: ["sendMessage"] });
  await assert.rejects(send("reset"));
  faults.add({ kind: "drop_answer", times: 1, chatId: mina });
  await assert.rejects(send("dropped"));
  faults.add({ kind: "outage" });
  assert.equal((await bot.fail("getUpdates")).error_code, 502);
  const file = await fetch(`${sandbox.url}/file/bot${sandbox.botToken}/x`);
  assert.equal(file.status, 502);
  faults.clear();
  faults.add({ kind: "hang", times: 1 });
  const hung = assert.rejects(send("hung"));
  assert.equal((await bot.call("getMe")).ok, true);
  faults.clear();
  await hung;

  await send("fine");
  assert.deepEqual(
    sandbox.journal.sends.map(({ text }) => text),
    ["dropped", "fine"],
  );
  assert.deepEqual(
    sandbox
      .as(mina)
      .messages()
      .map(({ text }) => text),
    ["/start", "dropped", "fine"],
  );
});

test("a call that hangs ends when the bot hangs up", async (t) => {
  const sandbox = await testSandbox(t);
  sandbox.faults.add({ kind: "hang" });
  const url = `${sandbox.url}/bot${sandbox.botToken}/getMe`;
  await assert.rejects(fetch(url, { signal: AbortSignal.timeout(50) }));
});

test("the log shows calls shortened, without the token, and not every poll", async (t) => {
  const sandbox = await testSandbox(t);
  const bot = testBot(sandbox);
  sandbox.as(mina).start();
  await bot.updates();
  await bot.do("sendMessage", { chat_id: mina, text: "x".repeat(4000) });
  await bot.upload("sendDocument", { chat_id: String(mina), document: new File(["12345"], "a.txt") });
  await bot.fail("sendMessage", { chat_id: mina });
  const state = (await (await fetch(`${sandbox.url}/sandbox/api/state?as=${mina}`)).json()) as {
    calls: { method: string; params: Record<string, string>; status: number; note?: string }[];
  };
  assert.deepEqual(
    state.calls.map(({ method, status }) => `${method} ${status}`),
    ["sendMessage 200", "sendDocument 200", "sendMessage 400"],
  );
  assert.equal(state.calls[0]?.params["text"]?.length, 2001);
  assert.equal(state.calls[1]?.params["document"], "a.txt (5 bytes)");
  assert.equal(state.calls[2]?.note, "Bad Request: message text is empty");
  assert.ok(!JSON.stringify(state).includes(sandbox.botToken));
});
