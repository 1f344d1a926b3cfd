import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { isSecret, readConfig, variableNames } from "./index.ts";

interface Entry {
  readonly name: string;
  readonly value: string;
  readonly comment: string;
}

const entries = parse(readFileSync(new URL("../../../.env.example", import.meta.url), "utf8"));

/** Paragraphs of comment lines whose last line is `# NAME=value`. */
function parse(text: string): readonly Entry[] {
  return text.split(/\n{2,}/).flatMap((paragraph) => {
    const lines = paragraph.trim().split("\n");
    const [, name, value = ""] = /^# ([A-Z][A-Z0-9_]*)=(.*)$/.exec(lines.at(-1) ?? "") ?? [];
    return name === undefined ? [] : [{ name, value, comment: lines.slice(0, -1).join(" ") }];
  });
}

test(".env.example lists exactly the variables there are, in their order", () => {
  assert.deepEqual(
    entries.map(({ name }) => name),
    variableNames,
  );
});

test(".env.example says what each variable is for, in a sentence", () => {
  for (const { name, comment } of entries) assert.match(comment, /^# (\d|\p{Lu}).{20,}\.$/u, name);
});

const storage = {
  S3_ENDPOINT: "https://s3.example.org",
  S3_BUCKET: "media",
  S3_ACCESS_KEY_ID: "id",
  S3_SECRET_ACCESS_KEY: "secret",
};

test(".env.example shows no secrets, and for the others the default or a value that is accepted", () => {
  const defaults: Readonly<Record<string, unknown>> = readConfig({});
  for (const { name, value } of entries) {
    if (isSecret(name)) {
      assert.equal(value, "", `${name} is a secret`);
      continue;
    }
    // What belongs together is set together, or not at all.
    const others = name in storage ? storage : {};
    const shown: Readonly<Record<string, unknown>> = readConfig({ ...others, [name]: value });
    const byDefault = defaults[name];
    if (byDefault === undefined || Array.isArray(byDefault)) assert.notDeepEqual(shown[name], byDefault, name);
    else assert.deepEqual(shown[name], byDefault, `${name} shows its default`);
  }
});
