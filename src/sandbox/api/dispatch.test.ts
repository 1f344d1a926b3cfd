import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { findMethod } from "../schema/notation.ts";
import { simulatedMethods } from "./dispatch.ts";

test("every simulated method is one that Telegram has, and the README lists them all", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const listed = readme
    .slice(readme.indexOf("**Simulated methods.**"))
    .match(/^ {4}.*$/gm)
    ?.join(" ")
    .trim()
    .split(/\s+/);
  assert.deepEqual(listed, [...simulatedMethods].sort());
  for (const method of simulatedMethods) assert.equal(findMethod(method), method);
});
