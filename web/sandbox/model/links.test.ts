import assert from "node:assert/strict";
import { test } from "node:test";

import { resolveLink } from "./links.ts";

const follow = (address: string): unknown => resolveLink(address, "TelecastBot");

test("a deep link to the bot offers Start with its payload", () => {
  assert.deepEqual(follow("https://t.me/TelecastBot?start=abc_123"), { kind: "start", payload: "abc_123" });
  assert.deepEqual(follow("t.me/telecastbot?start=x"), { kind: "start", payload: "x" });
  assert.deepEqual(follow("tg://resolve?domain=TelecastBot&start=x"), { kind: "start", payload: "x" });
});

test("a group deep link asks for a group, with or without a payload", () => {
  assert.deepEqual(follow("https://t.me/TelecastBot?startgroup=tok"), { kind: "startgroup", payload: "tok" });
  assert.deepEqual(follow("https://t.me/TelecastBot?startgroup=true"), { kind: "startgroup", payload: "" });
});

test("the bot's bare address opens its chat", () => {
  assert.deepEqual(follow("https://t.me/TelecastBot"), { kind: "bot" });
  assert.deepEqual(follow("https://t.me/TelecastBot/"), { kind: "bot" });
});

test("invoice links open the pay sheet", () => {
  const own = "http://127.0.0.1:8080/sandbox/invoice/$abc";
  assert.deepEqual(follow(own), { kind: "invoice", link: own });
  assert.deepEqual(follow("https://t.me/$abc"), { kind: "invoice", link: "https://t.me/$abc" });
  assert.deepEqual(follow("https://t.me/invoice/abc"), { kind: "invoice", link: "https://t.me/invoice/abc" });
  assert.deepEqual(follow("tg://invoice?slug=abc"), { kind: "invoice", link: "tg://invoice?slug=abc" });
});

test("other addresses open outside, also without a scheme or with a port", () => {
  assert.deepEqual(follow("example.com/a?b=1"), { kind: "outside", href: "https://example.com/a?b=1" });
  assert.deepEqual(follow("localhost:8080/console"), { kind: "outside", href: "https://localhost:8080/console" });
  assert.deepEqual(follow("http://localhost:8080/x"), { kind: "outside", href: "http://localhost:8080/x" });
  assert.deepEqual(follow("https://t.me/SomebodyElse?start=x"), {
    kind: "outside",
    href: "https://t.me/SomebodyElse?start=x",
  });
});

test("nothing that could run in the page is followed", () => {
  for (const address of ["javascript:alert(1)", "data:text/html,x", "https://", "", "vbscript:x"]) {
    assert.deepEqual(follow(address), { kind: "unsafe" }, address);
  }
});
