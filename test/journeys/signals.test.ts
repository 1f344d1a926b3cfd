import assert from "node:assert/strict";
import { test } from "node:test";

import { buttonsOf, openPerson, visibleText } from "#test/support/person.ts";
import { buy, candles, isSignal, runSignals } from "#test/support/signals.ts";
import { until } from "#test/support/until.ts";

/** Everything a subscriber does in the chat, from the first start to the end of a trade. */
const { sandbox, post, makePremium } = await runSignals();
const alex = await openPerson(sandbox.url, 700_000_003);
const mina = await openPerson(sandbox.url, 700_000_002);
/** Does what would be a flood of commands by one person. */
const sven = await openPerson(sandbox.url, 700_000_004);

test("a newcomer is asked a few questions, each of which can be skipped, and is subscribed", async () => {
  await alex.start();
  await alex.sees("Shall I set them up for you?");
  await alex.press("Set up");
  await alex.sees("1/4 · Which language");
  await alex.press("English");
  await alex.sees("1/4 · Where are you?");
  await alex.press("Another one");
  await alex.sees("Type the name of your time zone");
  await alex.say("Middle/Earth");
  await alex.sees("I do not know the time zone “Middle/Earth”");
  await alex.say("asia/seoul");
  await alex.sees("2/4 · Which signals do you want?");
  await alex.press("✅ Alert");
  await alex.sees("⬜️ Alert");
  await alex.press("Next");
  await alex.sees("3/4");
  await alex.press("≥ 70%");
  await alex.sees("4/4 · When do you want signals, by the clock in Asia/Seoul?");
  await alex.press("Subscribe");
  const done = await alex.sees("You are subscribed to trading signals");
  assert.match(visibleText(done), /buy, sell, or close signals · confidence 70% or more/);
  assert.match(visibleText(done), /free, signals reach you 15 minutes later/);
});

test("whoever stops in the middle goes on where he was, and what he types belongs to studio", async () => {
  await mina.start();
  await mina.press("설정하기");
  await mina.press("한국어");
  await mina.sees("1/4 · 어디에 계신가요?");
  await mina.press("Seoul");
  await mina.sees("2/4 · 어떤 시그널을 받을까요?");
  const typed = await mina.say("조용한 바다 위의 종이배");
  await mina.waits("studio's answer", (message) => message.message_id > typed.message_id);
  await mina.start();
  const resumed = await mina.waits(
    "the question again",
    (message) => message.message_id > typed.message_id && visibleText(message).includes("2/4"),
  );
  assert.ok(buttonsOf(resumed).length > 4);
  await mina.press("다음");
  await mina.press("건너뛰기");
  await mina.sees("4/4");
  await mina.press("✅ 구독하기");
  await mina.sees("매매 시그널을 구독했습니다");
  await mina.start();
  await mina.sees("매매 시그널을 받는 중입니다");
});

test("a signal arrives with its chart, in each reader's language and zone", async () => {
  await makePremium(alex.id);
  await makePremium(mina.id);
  const { reached } = await post("/api/signals", { ...buy(), candles: candles(48) });
  assert.equal(reached, 2);
  const message = await alex.waits("the signal", isSignal("BTC/USD"));
  assert.ok(message.photo !== undefined, "there is no chart");
  const text = visibleText(message);
  assert.match(text, /BUY BTC\/USD · 1H/);
  assert.match(text, /Target: 48,900 \(\+8\.07%\)/);
  assert.match(text, /Stop: 43,800 \(−3\.20%\)/);
  assert.match(text, /GMT\+9/);
  assert.match(text, /• Half off at <47,000>/);
  const korean = await mina.waits("the Korean one", isSignal("BTC/USD"));
  assert.match(visibleText(korean), /매수 BTC\/USD/);
  assert.notEqual(korean.photo?.at(-1)?.file_unique_id, message.photo.at(-1)?.file_unique_id);
});

test("taking it marks the button and fills the portfolio; why tells what decided", async () => {
  assert.equal((await alex.press("Took it")).text, "In your /portfolio, entered at 45,250.");
  await alex.waits("the mark", (message) => buttonsOf(message).some(({ text }) => text.includes("Taken")));
  await post("/api/prices", { asset: "BTC/USD", price: "46000" });
  await alex.say("/portfolio");
  await alex.sees("BUY BTC/USD 45,250 → 46,000: +1.66%");
  await alex.say("/why");
  await alex.sees(/It passed your filter and was sent to you at[\s\S]*You first pressed one of its buttons/);
});

test("the chart is drawn again for who asks, with what the price has done since", async () => {
  assert.match((await alex.press("Chart")).text ?? "", /Drawing/);
  const drawn = await alex.waits(
    "the chart",
    (message) => message.photo !== undefined && buttonsOf(message).length === 0,
  );
  assert.match(visibleText(drawn), /BUY BTC\/USD/);
});

test("a filter is set in words, a mistake is pointed at, and what would have passed is counted", async () => {
  await alex.say("/filter confidense:90");
  const mistake = await alex.sees("I do not know “confidense”");
  assert.match(mistake.text ?? "", /confidense:90\n\^{10}\n/);
  assert.match(mistake.text ?? "", /Did you mean confidence\?/);
  await alex.say("/filter confidence:90 asset:BTC/USD");
  const set = await alex.sees("Your filter is set");
  assert.match(set.text ?? "", /confidence 90% or more · only BTC\/USD/);
  assert.match(set.text ?? "", /0 of 1 would have passed/);
  await alex.press("Any confidence (1 pass)");
  await alex.sees("1 of 1 would have passed");
  await alex.say("/filter confidence:90");
  await alex.sees("0 of 1 would have passed");
  await post("/api/signals", buy());
  await mina.waits("the second signal", (message) => isSignal("BTC/USD")(message) && message.photo === undefined);
  await alex.say("/why");
  await alex.sees("Your filter takes a confidence of 90% or more; it had 82%.");
  await alex.say("/filter reset");
  await alex.sees("every kind of signal");
});

test("a muted asset is heard of no more, until it is taken back", async () => {
  await post("/api/signals", buy("ETH/USD"));
  await alex.waits("the signal", isSignal("ETH/USD"));
  assert.match((await alex.press("Mute asset")).text ?? "", /ETH\/USD is muted/);
  const { reached } = await post("/api/signals", buy("ETH/USD"));
  assert.equal(reached, 1);
  await alex.say("/why");
  await alex.sees("You have muted ETH/USD");
  await alex.say("/settings");
  await alex.sees("Muted: ETH/USD");
  await alex.press("📈 Signals");
  await alex.press("Muted assets");
  await alex.press("🔇 ETH/USD");
  await alex.sees("No asset is muted");
});

test("the format, the hours and the reports are settings, edited in place", async () => {
  await sven.start();
  await sven.press("Just subscribe");
  await sven.sees("You are subscribed to trading signals");
  await makePremium(sven.id);
  await sven.say("/settings");
  await sven.press("📈 Signals");
  await sven.press("📝 Compact");
  await sven.sees("Format: compact");
  await sven.press("Hours");
  await sven.press("Other hours");
  await sven.say("25-99");
  await sven.sees("I do not understand these hours");
  await sven.say("0:00-23:59");
  await sven.sees("Hours: 00:00 – 23:59 (the others wait)");
  await sven.press("Hours");
  await sven.press("Always");
  await sven.sees("● Always");
  await sven.press("‹ Back");
  await sven.press("Reports");
  await sven.press("Mondays");
  await sven.sees("Now: Mondays at 09:00");
  await sven.press(/^18:00$/);
  await sven.sees("Now: Mondays at 18:00");
  await sven.say("/status");
  await sven.sees("Performance report: Mondays at 18:00");
  const { reached } = await post("/api/signals", {
    ...buy("SOL/USD"),
    entry_price: "0.00001234",
    target_price: "0.000013",
    stop_loss: "0.0000119",
  });
  assert.equal(reached, 3);
  const compact = await sven.waits("the compact one", isSignal("SOL/USD"));
  assert.match(
    compact.text ?? "",
    /^🟢 BUY SOL\/USD 0\.00001234 → 0\.000013 \(\+5\.35%\) · SL 0\.0000119 \(−3\.57%\)\n1H · 82%/,
  );
});

test("a price alert fires once, and can be removed", async () => {
  await sven.say("/alert BTC/USD => 47000");
  const wrong = await sven.sees("After the asset stands");
  assert.match(wrong.text ?? "", /BTC\/USD => 47000\n {8}\^\^/);
  await sven.say("/alert btc/usd > 47,000");
  await sven.sees("I tell you once when BTC/USD rises to 47,000");
  await sven.say("/alert ETH/USD below 2000");
  await sven.sees("I tell you once when ETH/USD falls to 2,000");
  await sven.say("/alert");
  await sven.sees("Your price alerts: 2");
  await sven.press("❌ ETH/USD ≤ 2,000");
  await sven.sees("Your price alerts: 1");
  assert.equal((await post("/api/prices", { asset: "BTC/USD", price: "47100.5" }))["alerts"], 1);
  await sven.sees("BTC/USD is at 47,100.5");
  assert.equal((await post("/api/prices", { asset: "BTC/USD", price: "47200" }))["alerts"], 0);
});

test("the outcome is told in the message and by a short answer; performance counts it", async () => {
  await post("/api/prices", { asset: "BTC/USD", price: "49000" });
  const edited = await alex.waits(
    "the edited signal",
    (message) => message.photo !== undefined && /Target reached at 48,900: \+8\.07%/.test(visibleText(message)),
  );
  assert.ok(buttonsOf(edited).every(({ text }) => !/Took|Taken|Skip/.test(text)));
  const news = await alex.waits(
    "the short answer",
    (message) =>
      (message.text ?? "").startsWith("BUY BTC/USD\n✅ Target reached") && message.reply_to_message !== undefined,
  );
  assert.equal(news.reply_to_message?.message_id, edited.message_id);
  await alex.say("/performance 7");
  const performance = await alex.sees("How the signals did · last 7 days");
  assert.ok(performance.photo !== undefined, "there is no equity chart");
  assert.match(visibleText(performance), /Signals with an outcome: 2\nWin rate: 100%\nSum of returns: \+15\.73%/);
  await alex.say("/portfolio");
  await alex.sees("Closed ones together: +8.07%, won 1 of 1");
  await mina.say("/performance");
  await mina.sees("승률: 100%");
});

test("the latest signals stand in one message, page by page", async () => {
  await sven.say("/signals 2");
  const first = await sven.sees("The latest signals");
  assert.equal(first.text?.match(/🟢 BUY/g)?.length, 2);
  await sven.press("Older");
  const second = await until("the second page", () => {
    const now = sven.messages().find(({ message_id: id }) => id === first.message_id);
    return now?.text === first.text ? undefined : now;
  });
  assert.match(second.text ?? "", /ETH\/USD/);
  await sven.press("Newest");
  await sven.say("/signals 21");
  await sven.sees("Expected a number from 1 to 20");
});

test("made-up buttons do nothing", async () => {
  const [message] = sven
    .messages()
    .filter((each) => buttonsOf(each).length > 0)
    .slice(-1);
  assert.ok(message !== undefined);
  for (const data of [
    "signal:took:999999",
    "signal:took:abc",
    "signal:__proto__:1",
    "sigset:__proto__",
    "sigset:period:hourly",
    "onboard:constructor",
    "onboard:zone:Middle/Earth",
    "filter:drop:toString",
    "signals:99:1",
    "alert:1e9",
    "sigchat:-1001234567890",
  ]) {
    await sven.forge(message, data);
  }
  await sven.say("/status");
  await sven.sees("Format: compact");
});

test("who has enough says so, and is left alone", async () => {
  await sven.say("/unsubscribe");
  await sven.sees("You get no more signals");
  const { reached } = await post("/api/signals", buy("ADA/USD"));
  assert.equal(reached, 2);
  await sven.say("/why");
  await sven.sees("You had unsubscribed");
});

test("every call was valid", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
