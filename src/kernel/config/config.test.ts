import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inspect } from "node:util";

import { ConfigError, readConfig } from "./index.ts";

const directory = mkdtempSync(join(tmpdir(), "telecast-config-"));
after(() => {
  rmSync(directory, { recursive: true });
});

const token = `123456789:${"A".repeat(35)}`;

function problemsOf(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  try {
    readConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return Object.fromEntries(error.problems.map(({ variable, expected }) => [variable, expected]));
  }
  return {};
}

test("an empty environment is a complete configuration, and nobody can change it", () => {
  const config = readConfig({});
  assert.equal(config.PORT, 8080);
  assert.equal(config.HOST, "127.0.0.1");
  assert.equal(config.TELEGRAM_API_ROOT, "https://api.telegram.org");
  assert.deepEqual(config.ADMIN_CHAT_IDS, []);
  assert.equal(config.TELEGRAM_BOT_TOKEN, undefined);
  assert.ok(Object.isFrozen(config));
});

test("an empty variable counts as absent, unknown ones are not ours to judge", () => {
  assert.deepEqual(readConfig({ PORT: "", ADMIN_CHAT_IDS: "", TELEGRAM_BOT_TOKEN: "", PATH: "/bin" }), readConfig({}));
});

test("all problems are told at once, each with the variable's name and what is expected, never with the value", () => {
  const problems = problemsOf({
    TELEGRAM_BOT_TOKEN: "not-a-token",
    PORT: "eighty",
    ADMIN_CHAT_IDS: "1,two",
    DATABASE_URL: "mysql://me:hunter2@host/db",
    DELIVERY_GLOBAL_PER_SECOND: "-1",
    LOG_LEVEL: "loud",
    ENCRYPTION_KEY: "short",
  });
  assert.deepEqual(Object.keys(problems), [
    "TELEGRAM_BOT_TOKEN",
    "ADMIN_CHAT_IDS",
    "DATABASE_URL",
    "PORT",
    "ENCRYPTION_KEY",
    "DELIVERY_GLOBAL_PER_SECOND",
    "LOG_LEVEL",
  ]);
  for (const expected of Object.values(problems)) assert.match(expected, /^expected /);
  assert.equal(problems["PORT"], "expected a TCP port from 0 to 65535");
  assert.doesNotMatch(JSON.stringify(problems), /not-a-token|hunter2|eighty/);
});

test("what is of no use without its companions asks for them", () => {
  const set = { S3_ENDPOINT: "https://s3.example.org", S3_BUCKET: "media", S3_ACCESS_KEY_ID: "id" };
  assert.throws(
    () => readConfig(set),
    /^ConfigError: S3_SECRET_ACCESS_KEY: expected to be set too, because S3_ENDPOINT is$/,
  );
  const config = readConfig({ ...set, S3_SECRET_ACCESS_KEY: "secret", S3_PATH_STYLE: "no" });
  assert.deepEqual([config.S3_REGION, config.S3_PATH_STYLE], ["us-east-1", false]);
});

test("values are read as what they mean", () => {
  const config = readConfig({
    PORT: "0",
    ADMIN_CHAT_IDS: " 123456789 , -1001234567890",
    TELEGRAM_API_ROOT: "http://127.0.0.1:9000/",
    DELIVERY_GLOBAL_PER_SECOND: "0",
    DELIVERY_CHAT_PER_SECOND: "0.5",
    FEATURES: "studio, signals",
  });
  assert.equal(config.PORT, 0);
  assert.deepEqual(config.ADMIN_CHAT_IDS, [123_456_789, -1_001_234_567_890]);
  assert.equal(config.TELEGRAM_API_ROOT, "http://127.0.0.1:9000");
  assert.equal(config.DELIVERY_GLOBAL_PER_SECOND, 0);
  assert.equal(config.DELIVERY_CHAT_PER_SECOND, 0.5);
  assert.deepEqual(config.FEATURES, ["studio", "signals"]);
});

test("a secret may come from a file, the variable itself goes first", () => {
  const file = join(directory, "token");
  writeFileSync(file, `${token}\n`);
  assert.equal(readConfig({ TELEGRAM_BOT_TOKEN_FILE: file }).TELEGRAM_BOT_TOKEN?.reveal(), token);
  const other = `987654321:${"B".repeat(35)}`;
  const both = readConfig({ TELEGRAM_BOT_TOKEN: other, TELEGRAM_BOT_TOKEN_FILE: file });
  assert.equal(both.TELEGRAM_BOT_TOKEN?.reveal(), other);
});

test("a secret's file that cannot be read, or holds nonsense, stops the start", () => {
  assert.deepEqual(problemsOf({ DATABASE_URL_FILE: join(directory, "missing") }), {
    DATABASE_URL_FILE: "expected the path of a readable file",
  });
  const file = join(directory, "nonsense");
  writeFileSync(file, "nonsense");
  assert.deepEqual(Object.keys(problemsOf({ DATABASE_URL_FILE: file })), ["DATABASE_URL"]);
});

test("only secrets are read from files", () => {
  const file = join(directory, "port");
  writeFileSync(file, "9999");
  assert.equal(readConfig({ PORT_FILE: file }).PORT, 8080);
});

test("a configuration that is printed or logged shows no secrets", () => {
  const config = readConfig({ TELEGRAM_BOT_TOKEN: token, DATABASE_URL: "postgres://me:hunter2@host/db" });
  for (const text of [inspect(config), JSON.stringify(config), String(config.DATABASE_URL)]) {
    assert.doesNotMatch(text, /AAAA|hunter2/);
    assert.match(text, /\[secret\]/);
  }
});
