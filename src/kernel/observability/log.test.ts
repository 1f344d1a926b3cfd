import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { inWords, type LogOptions } from "./log.ts";

const directory = await mkdtemp(join(tmpdir(), "telecast-log-"));
after(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** What a program with this logger writes to its standard output. */
async function outputOf(options: LogOptions): Promise<readonly string[]> {
  const script = `
    const { createLogger } = await import(${JSON.stringify(new URL("log.ts", import.meta.url).href)});
    const log = createLogger(${JSON.stringify(options)});
    log.info({ port: 8080 }, "server listening");
    log.warn({ reason: "https://x/bot12345678:AAExampleExampleExample_-1/getMe" }, "telegram did not answer");
    log.debug({ err: "timeout" }, "tried in vain");`;
  return await new Promise((resolve, reject) => {
    execFile(process.execPath, ["--input-type=module", "--eval", script], (error, out, err) => {
      if (error === null) resolve(out.split("\n").filter((line) => line !== ""));
      else reject(new Error(err, { cause: error }));
    });
  });
}

test("what collects logs gets every line as JSON, without the token", async () => {
  const lines = (await outputOf({})).map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    lines.map(({ level, msg }) => [level, msg]),
    [
      ["info", "server listening"],
      ["warn", "telegram did not answer"],
    ],
  );
  assert.equal(lines[1]?.["reason"], "https://x/bot[token]/getMe");
});

test("a terminal shows only what needs attention, in words and without the token", async () => {
  const lines = await outputOf({ isTerminal: true });
  assert.equal(lines.length, 1);
  assert.match(
    lines[0] ?? "",
    /^\d\d:\d\d:\d\d warn: telegram did not answer \(reason: https:.*bot\[token\]\/getMe\)$/,
  );
});

test("a level that was asked for is kept on a terminal, in JSON", async () => {
  const lines = await outputOf({ isTerminal: true, level: "info" });
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { level: string }).level),
    ["info", "warn"],
  );
});

test("a reason that is told by its words alone stays these words", async () => {
  const last = (await outputOf({ level: "debug" })).at(-1);
  assert.equal((JSON.parse(last ?? "") as { err: unknown }).err, "timeout");
  const line = { time: "2026-11-21T04:32:57.000Z", level: "warn", msg: "tried in vain", err: "timeout" };
  assert.match(inWords(line), / warn: tried in vain \(timeout\)$/);
});

test("the file gets everything, whatever the terminal shows", async () => {
  const lines = await outputOf({ isTerminal: true, file: join(directory, "telecast.log") });
  assert.equal(lines.length, 1);
  const [name = ""] = await readdir(directory);
  const written = (await readFile(join(directory, name), "utf8")).trim().split("\n");
  assert.deepEqual(
    written.map((line) => (JSON.parse(line) as { level: string }).level),
    ["info", "warn"],
  );
});

test("an error is told by its message, what has parts is left to the file", () => {
  const head = { time: "2026-11-21T04:32:57.000Z", level: "error", msg: "job failed", err: { message: "no disk" } };
  const line = { ...head, job: "studio.fetch", nested: { a: 1 }, module: "jobs" };
  assert.match(inWords(line), / error: job failed \(no disk, job: studio.fetch\)$/);
});
