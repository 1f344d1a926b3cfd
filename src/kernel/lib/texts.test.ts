import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";

import { html } from "./html.ts";
import { loadTexts } from "./texts.ts";

const root = mkdtempSync(join(tmpdir(), "telecast-texts-"));
after(() => {
  rmSync(root, { recursive: true });
});

let made = 0;
function directory(en: string, ko: string): URL {
  made += 1;
  const path = mkdtempSync(join(root, `${made}-`));
  writeFileSync(join(path, "en.ftl"), en);
  writeFileSync(join(path, "ko.ftl"), ko);
  return pathToFileURL(`${path}/`);
}

const texts = loadTexts([
  directory(
    "test-hello = Hello, <b>{ $name }</b>!\ntest-jobs = { $n ->\n    [one] one job\n   *[other] { $n } jobs\n}\n",
    "test-hello = <b>{ $name }</b>님, 안녕하세요!\ntest-jobs = 작업 { $n }개\n",
  ),
  directory("other-bye = Bye\n", "other-bye = 안녕히 가세요\n"),
]);

test("arguments are escaped unless they are markup already; markup of the text itself stays", () => {
  const t = texts("en");
  assert.equal(t.language, "en");
  assert.equal(t("test-hello", { name: "<i>&" }).markup, "Hello, <b>&lt;i&gt;&amp;</b>!");
  assert.equal(t("test-hello", { name: html`<i>${"x<y"}</i>` }).markup, "Hello, <b><i>x&lt;y</i></b>!");
  assert.equal(t("other-bye").markup, "Bye");
});

test("a plain text shows its arguments as they are", () => {
  assert.equal(texts("ko").plain("test-jobs", { n: 3 }), "작업 3개");
  assert.equal(texts("en").plain("test-hello", { name: "<i>&" }), "Hello, <b><i>&</b>!");
});

test("numbers follow the rules of the language", () => {
  assert.equal(texts("en").plain("test-jobs", { n: 1 }), "one job");
  assert.equal(texts("en").plain("test-jobs", { n: 12_345 }), "12,345 jobs");
});

test("a missing text or argument is a mistake that shows at once", () => {
  const t = texts("en");
  assert.equal(t.has("test-hello"), true);
  assert.equal(t.has("test-nothing"), false);
  assert.throws(() => t("test-nothing"), /no text test-nothing in en/);
  assert.throws(() => t("test-hello"), /text test-hello in en/);
});

test("one key in two files stops the start", () => {
  assert.throws(() => loadTexts([directory("a = 1\n", "a = 1\n"), directory("a = 2\n", "a = 2\n")]), /en\.ftl/);
});

test("what cannot be read stops the start, with its place", () => {
  for (const [broken, line] of [
    ["a = 1\nb = { $x\nc = 3\n", 2],
    ["a = 1\nb { 2\n", 2],
    ["a = 1\n\n# A comment.\nb = }\n", 4],
    ["a = { $n ->\n    [one] no default\n}\n", 1],
    ["a =\n", 1],
    ["a = 1\n= 2\n", 2],
  ] as const) {
    assert.throws(() => loadTexts([directory("a = 1\n", broken)]), new RegExp(`ko\\.ftl: line ${line} `), broken);
  }
});

test("all that Fluent allows is allowed", () => {
  const rich = [
    "### Whole file",
    "-brand = Telecast",
    "about = { -brand }",
    "    .label = About { -brand }",
    "long =",
    "    First line",
    "    second line",
    "n = { $n ->",
    "[one] one",
    "*[other] many",
    "}",
    "",
  ].join("\r\n");
  const t = loadTexts([directory(rich, "about = 1\n")])("en");
  assert.equal(t.plain("about"), "Telecast");
  assert.equal(t.plain("n", { n: 2 }), "many");
});

test("a formatted amount chooses its plural, also for a text that other texts use", () => {
  const word = "word = { COUNT($credits) ->\n    [one] credit\n   *[other] credits\n}\n";
  const t = loadTexts([directory(`${word}pack = { $credits } { word }\n`, "word = 크레딧\n")])("en");
  const packs = ["1", "0", "0.5", "1.5", "2,500", "−1"].map((credits) => t.plain("pack", { credits }));
  assert.deepEqual(packs, ["1 credit", "0 credits", "0.5 credits", "1.5 credits", "2,500 credits", "−1 credit"]);
});
