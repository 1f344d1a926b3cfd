import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";

import { chromium, type Page } from "playwright-core";

import { cleanUp } from "#test/support/clean-up.ts";
import { buy, candles, runSignals } from "#test/support/signals.ts";

/** A subscriber on a phone: English by day, Korean at night. */
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
assert.ok(executablePath !== undefined, "these tests need Chromium: npm test installs it on Debian");

const { app, sandbox, post, makePremium } = await runSignals();
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
cleanUp(async () => {
  await browser.close();
});

async function open(person: number, colorScheme: "light" | "dark"): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme });
  page.setDefaultTimeout(20_000);
  await page.goto(`${app.url}/sandbox/#/${person}/${person}`);
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: /^(Message|메시지)$/ }).fill(text);
  await page.keyboard.press("Enter");
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("log").getByRole("button", { name }).last().click();
}

async function sees(page: Page, text: string | RegExp): Promise<void> {
  await page.getByRole("log").getByText(text).last().waitFor();
}

/** Nothing sticks out to the side. */
async function fits(page: Page): Promise<boolean> {
  return await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth");
}

/** Pictures that have been loaded and are as wide as they should be. */
async function pictures(page: Page, least: number): Promise<void> {
  await page.waitForFunction(
    `[...document.querySelectorAll('[role=log] img')].filter((image) => image.complete && image.naturalWidth === 880).length >= ${least}`,
  );
}

test("onboarding, a signal with its chart, filter, mute and performance on a phone", async () => {
  const person = 700_000_004;
  const page = await open(person, "light");
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await press(page, /Set up/);
  await press(page, "English");
  await press(page, "Berlin");
  await press(page, /Next/);
  await press(page, "≥ 70%");
  await press(page, /^✅ Subscribe$/);
  await sees(page, "You are subscribed to trading signals");
  await makePremium(person);
  await post("/api/signals", { ...buy(), candles: candles(60) });
  await sees(page, "BUY BTC/USD");
  await pictures(page, 1);
  assert.ok(await fits(page));
  await press(page, /Took it/);
  await page.getByRole("log").getByRole("button", { name: /Taken/ }).last().waitFor();
  await say(page, "/filter confidense:80");
  await sees(page, "^^^^^^^^^^");
  await say(page, "/filter confidence:80 type:buy,sell asset:BTC/USD timeframe:1H");
  await sees(page, "1 of 1");
  await post("/api/prices", { asset: "BTC/USD", price: "48950" });
  await sees(page, "Target reached");
  await say(page, "/performance 7");
  await sees(page, "How the signals did");
  await pictures(page, 2);
  await press(page, /Mute asset/);
  await page.getByText(/BTC\/USD is muted/).waitFor();
  assert.ok(await fits(page));
  await page.close();
});

test("the same in Korean, in the dark", async () => {
  const person = 700_000_002;
  const page = await open(person, "dark");
  await page.getByRole("button", { name: "시작", exact: true }).click();
  await press(page, "바로 구독");
  await sees(page, "매매 시그널을 구독했습니다");
  await makePremium(person);
  await post("/api/signals", {
    ...buy(),
    type: "sell",
    target_price: "43900",
    stop_loss: "46100",
    candles: candles(60),
  });
  await sees(page, "매도 BTC/USD");
  await sees(page, "진입가:");
  await pictures(page, 1);
  await press(page, /진입했어요/);
  await page
    .getByRole("log")
    .getByRole("button", { name: /진입함/ })
    .last()
    .waitFor();
  await say(page, "/filter 신뢰도:80 유형:매도");
  await sees(page, "필터를 저장했습니다");
  await say(page, "/performance");
  await sees(page, "시그널 성과");
  await say(page, "/why");
  await sees(page, "필터를 통과해");
  assert.ok(await fits(page));
  await page.close();
});

test("every call was valid", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
