import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { buttonsOf, openPerson } from "#test/support/person.ts";
import { buy, hourMs, isSignal, runSignals } from "#test/support/signals.ts";
import { until } from "#test/support/until.ts";

import { addGroup, setBotStanding } from "../../src/sandbox/world/chats.ts";
import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";
import type { ChatRecord } from "../../src/sandbox/world/world.ts";

/** Signals in groups and channels, and as the documentation says they are posted. */
const { sandbox, post, makePremium } = await runSignals();
const mina = await openPerson(sandbox.url, 700_000_002);
const sven = await openPerson(sandbox.url, 700_000_004);
for (const person of [mina, sven]) await person.start();
await mina.press("바로 구독");
await mina.sees("매매 시그널을 구독했습니다");
await makePremium(mina.id);

test("in a group its admins subscribe, and nobody else", async () => {
  const { chat } = (await sven.act("groups", { title: "Traders", memberIds: [sven.id, mina.id] })) as {
    chat: { id: number };
  };
  await mina.say("/subscribe", chat.id);
  await mina.sees("그룹 관리자만 바꿀 수 있습니다", { chatId: chat.id });
  await sven.say("/subscribe", chat.id);
  await sven.sees("You are subscribed to trading signals", { chatId: chat.id });
  await sven.say("/filter asset:XRP/USD", chat.id);
  await sven.sees("only XRP/USD", { chatId: chat.id });
  await makePremium(chat.id);
  await post("/api/signals", buy("XRP/USD"));
  const posted = await sven.waits("the signal", (message) => /BUY XRP\/USD/.test(message.text ?? ""), {
    chatId: chat.id,
  });
  assert.deepEqual(buttonsOf(posted), []);
  for (const data of ["sigset:format", "subscribe:off", "filter:reset", "signal:chart:1"]) {
    assert.equal((await mina.forge(posted, data)).text, "저와의 개인 채팅에서만 됩니다.");
  }
  await sven.say("/unsubscribe", chat.id);
  await sven.sees("You get no more signals", { chatId: chat.id });
});

test("an operator who makes the bot an admin of a channel is asked whether signals go there", async () => {
  const { world } = sandbox;
  const dana = await openPerson(sandbox.url, sandboxAdminId);
  await dana.start();
  await dana.press("Not now");
  const person = world.people.get(sandboxAdminId);
  assert.ok(person !== undefined);
  const group = addGroup(world, { id: -1_001_234_567_890, title: "Signals <daily>", memberIds: [dana.id] });
  const channel: ChatRecord = { ...group, type: "channel" };
  world.chats.set(channel.id, channel);
  setBotStanding(world, channel, "administrator", person);
  await dana.sees("I am an admin of the channel Signals <daily> now");
  await dana.press("Post signals there");
  await dana.sees(/Signals <daily>\n✅ You are subscribed|Signals <daily>[\s\S]*subscribed to trading signals/);
  await dana.say(`/filter ${channel.id} type:buy`);
  await dana.sees("buy signals");
  await sven.say(`/unsubscribe ${channel.id}`);
  await sven.sees("I know no group or channel -1001234567890 that you may change");
  const posted = (): readonly string[] =>
    [...channel.messages.values()].map(({ message }) => message.text ?? message.caption ?? "");
  await makePremium(channel.id);
  await post("/api/signals", buy("DOT/USD"));
  await until("the signal in the channel", () => posted().some((text) => text.includes("BUY DOT/USD")));
  await dana.say(`/unsubscribe ${channel.id}`);
  await dana.sees("You get no more signals");
});

test("what a free reader is not told yet he cannot find out another way", async () => {
  const pia = await openPerson(sandbox.url, sandbox.addStartedPeople(1)[0] ?? 0);
  await pia.start();
  await pia.press("Just subscribe");
  const subscribed = await pia.sees("You are subscribed");
  const { id } = await post("/api/signals", buy("BNB/USD"));
  await mina.waits("the signal", isSignal("BNB/USD"));
  await pia.say("/signals");
  await pia.sees("There are no signals here yet");
  await pia.say(`/why ${String(id)}`);
  const why = await pia.sees("waits for the delay of the free tier");
  assert.doesNotMatch(why.text ?? "", /BNB/);
  for (const action of ["chart", "took", "mute"]) {
    const { text } = await pia.forge(subscribed, `signal:${action}:${String(id)}`);
    assert.equal(text, "This signal is not there any more.");
  }
});

test("the examples of the documentation work", async () => {
  const docs = readFileSync(new URL("../../docs/signals.md", import.meta.url), "utf8");
  const example = /api\/signals \\\n[\s\S]*?-d '(\{[\s\S]*?\n {2}\})'/.exec(docs)?.[1] ?? "";
  const soon = new Date(Date.now() + hourMs).toISOString();
  const given = { ...(JSON.parse(example) as object), generated_at: new Date().toISOString(), expires_at: soon };
  await post("/api/signals", given);
  await post("/api/signals/sources/tradingview", {}, "PUT");
  const { url } = (await post("/api/signals/sources/tradingview/hook", {})) as { url: string };
  const template = /```json\n([\s\S]*?)```/.exec(docs)?.[1] ?? "";
  const values: Readonly<Record<string, string>> = {
    "strategy.order.action": "sell",
    ticker: "NVDA",
    close: "181.25",
    interval: "60",
    "strategy.order.comment": "",
    timenow: new Date().toISOString().replace(/\.\d+Z/, "Z"),
  };
  const filled = template.replaceAll(/\{\{([\w.]+)\}\}/g, (_, name: string) => {
    assert.ok(name in values, `an unknown placeholder: ${name}`);
    return values[name] ?? "";
  });
  const hooked = await fetch(url, { method: "POST", headers: { "content-type": "text/plain" }, body: filled });
  assert.equal(hooked.status, 201, await hooked.text());
  await mina.sees("매도 NVDA · 1H");
});

test("every call was valid", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
