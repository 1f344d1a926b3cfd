import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";

import { chromium, type Page } from "playwright-core";

import { runApp } from "#test/support/app.ts";
import { cleanUp } from "#test/support/clean-up.ts";

import { sandboxGroupId } from "../../src/sandbox/world/first-world.ts";

/** The chat page in a real browser, against the whole program, at the program's own address. */
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
assert.ok(
  executablePath !== undefined,
  "these tests need Chromium: npm test installs it on Debian, elsewhere install it",
);

const { app, sandbox } = await runApp();
const browser = await chromium.launch({
  executablePath,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
cleanUp(async () => {
  await browser.close();
});

async function open(options: { width: number; height: number; dark: boolean; person?: number }): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: options.width, height: options.height },
    colorScheme: options.dark ? "dark" : "light",
  });
  page.setDefaultTimeout(20_000);
  const hash = options.person === undefined ? "" : `#/${options.person}/${options.person}`;
  await page.goto(`${app.url}/sandbox/${hash}`);
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: /^(Message|메시지)$/ }).fill(text);
  await page.keyboard.press("Enter");
}

/** Nothing sticks out to the side, as it would on a phone. */
async function fits(page: Page): Promise<boolean> {
  return await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth");
}

test("a newcomer starts, buys credits with play Stars, and watches the video of his prompt", async () => {
  const page = await open({ width: 1280, height: 800, dark: false });
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByRole("log").getByText("Videos from words").first().waitFor();
  await page
    .getByRole("button", { name: /Buy credits/ })
    .last()
    .click();
  await page
    .getByRole("button", { name: /^1 credit/ })
    .last()
    .click();
  await page.getByRole("button", { name: /^Pay/ }).last().click();
  await page.getByRole("button", { name: /Confirm and pay 100 Stars/ }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("log").getByText("Payment received").last().waitFor();
  await say(page, "A paper boat on a quiet sea");
  await page.getByText(/Done in \d+ s/).waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Play video" }).last().click();
  await page.waitForFunction("(document.querySelector('video')?.currentTime ?? 0) > 0.5");
  const size = await page.evaluate(
    "[document.querySelector('video').videoWidth, document.querySelector('video').videoHeight]",
  );
  assert.deepEqual(size, [480, 848]);
  assert.ok(await fits(page));
  await page.close();
});

test("a plan is bought by its link, a month passes, and a store takes it back, all in the page", async () => {
  const page = await open({ width: 1280, height: 800, dark: false, person: 700_000_001 });
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await say(page, "/buy");
  await page
    .getByRole("button", { name: /Premium signals/ })
    .last()
    .click();
  await page
    .getByRole("button", { name: /^Subscribe/ })
    .last()
    .click();
  await page.getByRole("dialog", { name: "Pay with Stars" }).getByText("Every 30 days", { exact: true }).waitFor();
  await page.getByRole("button", { name: /Confirm and pay 500 Stars/ }).click();
  await page.getByRole("button", { name: "Done" }).click();
  await page
    .getByRole("log")
    .getByText(/Premium signals every month: 500 ⭐ received/)
    .waitFor();
  await page.getByRole("button", { name: /Switch persona/ }).click();
  await page.getByRole("menuitem", { name: "Stars & subscriptions" }).click();
  const wallet = page.getByRole("dialog", { name: "Stars & subscriptions" });
  await wallet.getByText(/^Renews on/).waitFor();
  await wallet.getByRole("button", { name: "Next month", exact: true }).click();
  await page
    .getByRole("log")
    .getByText(/Premium signals renewed/)
    .waitFor();
  await wallet.getByRole("button", { name: "Store takes it back" }).first().click();
  await wallet.getByText(/went back$/).waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  assert.ok(await fits(page));
  await wallet.getByRole("button", { name: "Cancel", exact: true }).click();
  await wallet.getByText(/^Cancelled, paid until/).waitFor();
  await page.keyboard.press("Escape");
  await page
    .getByRole("log")
    .getByText(/Premium signals is cancelled/)
    .waitFor();
  await page.close();
});

test("after the bot's name his videos stand over the text field, and his words go with him to the private chat", async () => {
  for (const shape of [
    { width: 1280, height: 800, dark: false },
    { width: 390, height: 844, dark: true },
  ]) {
    const page = await open({ ...shape, person: 700_000_003 });
    await page.goto(`${app.url}/sandbox/#/700000003/${sandboxGroupId}`);
    const field = page.getByRole("textbox", { name: "Message", exact: true });
    await field.fill("@telecast_sandbox_bot ");
    const offers = page.getByRole("listbox", { name: "What the bot offers" });
    await offers.getByRole("option", { name: /Demo: text to video/ }).waitFor();
    assert.ok(await fits(page));
    await field.press("ArrowDown");
    await field.press("Enter");
    await page.getByRole("log").getByText("via @telecast_sandbox_bot").last().waitFor();
    await field.fill("@telecast_sandbox_bot A snail that races a train");
    await page.getByRole("button", { name: "Make: A snail that races a train" }).click();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("log").getByText("Ready to go?").last().waitFor();
    await page.getByRole("button", { name: "Stop" }).last().click();
    await page.getByRole("log").getByText("Nothing was charged").last().waitFor();
    assert.ok(await fits(page));
    await page.close();
  }
});

test("the same on a phone in the dark: the conversation fills the screen and nothing sticks out", async () => {
  const page = await open({ width: 390, height: 844, dark: true, person: 700_000_003 });
  await page.getByText(/Done in \d+ s/).waitFor();
  assert.ok(await fits(page));
  const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
  const [red = 255] = String(background).match(/\d+/g)?.map(Number) ?? [];
  assert.ok(red < 80, `the dark theme has the background ${String(background)}`);
  await say(page, "/settings");
  await page.getByRole("log").getByText("Time zone: UTC").waitFor();
  await page
    .getByRole("button", { name: /Language/ })
    .last()
    .click();
  await page.getByRole("button", { name: "한국어" }).last().click();
  await page.getByRole("log").getByText("시간대: UTC").waitFor();
  await page.close();
});

test("a Korean persona gets the page and the bot in Korean", async () => {
  const page = await open({ width: 390, height: 844, dark: false, person: 700_000_002 });
  await page.getByRole("button", { name: "시작", exact: true }).click();
  await page.getByRole("log").getByText("안녕하세요").first().waitFor();
  await page.getByRole("log").getByText("글로 만드는 영상").first().waitFor();
  assert.ok(await fits(page));
  await page.close();
});

test("while Telegram is down nothing is lost, and the panel shows what happened", async () => {
  const page = await open({ width: 1280, height: 800, dark: true, person: 700_000_004 });
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByRole("log").getByText("Videos from words").first().waitFor();
  const fault = sandbox.faults.add({ kind: "outage" });
  await say(page, "/terms");
  await page.getByRole("log").getByText("/terms").last().waitFor();
  sandbox.faults.remove(fault.id);
  await page.getByRole("log").getByText("Terms of service").first().waitFor();
  await page
    .getByRole("button", { name: /Under the hood/ })
    .first()
    .click();
  await page.getByText("sendMessage").first().waitFor();
  await page.close();
});

test("the panel's button makes the demo signals, and says how to get them", async () => {
  const page = await open({ width: 1280, height: 800, dark: false, person: 700_000_004 });
  await page
    .getByRole("button", { name: /Under the hood/ })
    .first()
    .click();
  const button = page.getByRole("button", { name: "Demo signals", exact: true });
  const panel = page.getByRole("complementary", { name: "Under the hood" });
  // What the first click moves must not come under the second.
  await button.dblclick();
  await panel.getByText(/nobody has subscribed: send the bot \/subscribe/).waitFor({ timeout: 60_000 });
  await say(page, "/subscribe");
  await page.getByRole("log").getByText("You are subscribed to trading signals").first().waitFor();
  await button.click();
  await panel.getByText(/3 demo signals sent to 1 chat\./).waitFor({ timeout: 60_000 });
  await page.getByRole("log", { name: "Messages" }).getByText("Confidence").first().waitFor({ timeout: 60_000 });
  assert.ok(await fits(page));
  await page.close();
});

test("the same button in Korean on a phone in the dark", async () => {
  const page = await open({ width: 390, height: 844, dark: true, person: 700_000_002 });
  await page
    .getByRole("button", { name: /내부 보기 열기/ })
    .first()
    .click();
  await page.getByRole("button", { name: "데모 시그널" }).click();
  await page.getByText(/데모 시그널 3개를 대화 1곳에 보냈습니다/).waitFor({ timeout: 60_000 });
  assert.ok(await fits(page));
  await page.close();
});

test("every call was valid", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
