import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { emptyDatabase } from "#test/support/database.ts";
import { type Environment, keepSecret, processesWith, startProgram } from "#test/support/program.ts";
import { until } from "#test/support/until.ts";

import { startSandbox } from "../../src/sandbox/server.ts";

const sandbox = await startSandbox({ clock: systemClock, ids: systemIds, host: "127.0.0.1", port: 0 });
cleanUp(sandbox.close);
keepSecret(sandbox.botToken);

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "telecast-start-"));
  await chmod(path, 0o755);
  cleanUp(async () => {
    await rm(path, { recursive: true, force: true });
  });
  return path;
}

/** The bot, its own database, and a port that is free. */
const withBot = async (): Promise<Environment> => ({
  PORT: "0",
  DATA_DIR: await directory(),
  TELEGRAM_API_ROOT: sandbox.url,
  TELEGRAM_BOT_TOKEN: sandbox.botToken,
  LOG_LEVEL: "trace",
});

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(`${url}/livez`);
    return true;
  } catch {
    return false;
  }
}

/** One for all tests of the database of our own: making it takes longest. */
const home = await directory();

const postmaster = async (): Promise<number> =>
  Number.parseInt(await readFile(join(home, "postgres", "server", "data", "postmaster.pid"), "utf8"), 10);

const nothingLeft = async (dataDir = home): Promise<void> => {
  await until("all its processes to be gone", () => processesWith(dataDir).length === 0);
};

test("without any setting it is ready soon, says where, and leaves nothing behind when it is stopped", async (t) => {
  const environment = { PORT: "0", DATA_DIR: home };
  const took: number[] = [];
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    const program = startProgram(environment);
    const { url, tookMs } = await program.ready();
    took.push(Math.round(tookMs));
    const said = program.output();
    for (const address of [`${url}/sandbox/`, `${url}/docs`, `${url}/api/health`]) {
      assert.ok(said.includes(address), `${address} is not shown`);
      assert.equal((await fetch(address)).status, 200, address);
    }
    const ending = await program.stop(signal);
    assert.deepEqual({ code: ending.code, signal: ending.signal }, { code: 0, signal: null });
    assert.ok(ending.tookMs < 10_000, `stopping took ${ending.tookMs} ms`);
    assert.equal(await answers(url), false);
    await nothingLeft();
  }
  const [first = 0, later = 0] = took;
  t.diagnostic(`ready after ${first} ms the first time, ${later} ms later`);
  // 6 s and 2.5 s are promised; a machine that runs other tests beside it is given twice that.
  assert.ok(first < 12_000 && later < 5000);
});

test("a Ctrl-C that npm passes on as well counts once", async () => {
  const program = startProgram({ PORT: "0", DATA_DIR: home });
  await program.ready();
  program.signal("SIGINT");
  program.signal("SIGINT");
  assert.equal((await program.ended()).code, 0);
  await nothingLeft();
});

test("a second Ctrl-C ends it at once", async () => {
  const program = startProgram({ ...(await withBot()), DATABASE_URL: await emptyDatabase({ template: true }) });
  await program.ready();
  await until("it polls", () => (sandbox.journal.calls.get("getUpdates") ?? 0) > 0);
  sandbox.faults.add({ kind: "hang", methods: ["sendMessage"] });
  sandbox.as(700_000_003).start();
  await until("the answer is on the wire", () => (sandbox.faults.list()[0]?.hits ?? 0) > 0);
  program.signal("SIGINT");
  await until("it is stopping", () => program.output().includes('"msg":"stopping"'));
  const stoppingMs = performance.now();
  // Hasty ones may be the first, passed on by npm.
  let hasEnded = false;
  const ended = program.ended().finally(() => {
    hasEnded = true;
  });
  await until("a second one to count", () => {
    if (!hasEnded) program.signal("SIGINT");
    return hasEnded;
  });
  const { code } = await ended;
  const tookMs = performance.now() - stoppingMs;
  sandbox.faults.clear();
  assert.equal(code, 1);
  // For 400 ms another one counts as the first; then it must go fast.
  assert.ok(tookMs < 400 + 1000, `it took ${tookMs} ms`);
});

test("a stop in the middle of the start leaves nothing behind either", async () => {
  for (const [moment, dataDir] of [
    ["initdb", await directory()],
    ["postgres -D", home],
  ] as const) {
    const program = startProgram({ PORT: "0", DATA_DIR: dataDir });
    await until(moment, () => processesWith(dataDir).some(({ command }) => command.includes(moment)), 30_000);
    const { code, tookMs } = await program.stop("SIGINT");
    assert.equal(code, 0);
    assert.ok(tookMs < 10_000, `it took ${tookMs} ms`);
    assert.ok(!program.output().includes("ready."), "it became ready all the same");
    await nothingLeft(dataDir);
  }
});

/** Starts it in vain. @returns the one line it says and its exit code. */
async function refusal(environment: Environment): Promise<{ readonly line: string; readonly code: number | null }> {
  const program = startProgram({ PORT: "0", LOG_LEVEL: "warn", ...environment });
  const { code } = await program.ended();
  const lines = program.output().trim().split("\n");
  assert.equal(lines.length, 1, `expected one line, got:\n${program.output()}`);
  return { line: lines[0] ?? "", code };
}

test("each variable that cannot be used is told in one line that names it and says what is expected", async () => {
  const bad: readonly (readonly [variable: string, value: string])[] = [
    ["TELEGRAM_BOT_TOKEN", "marker-of-a-wrong-token"],
    ["TELEGRAM_API_ROOT", "api.telegram.org"],
    ["TELEGRAM_WEBHOOK_URL", "bot.example.org"],
    ["TELEGRAM_WEBHOOK_SECRET", "marker with spaces"],
    ["ADMIN_CHAT_IDS", "me"],
    ["MONITORING_CHAT_IDS", "1;2"],
    ["DATABASE_URL", "mysql://marker@host/db"],
    ["PORT", "http"],
    ["PUBLIC_URL", "example"],
    ["TELECAST_API_KEY", "marker-short"],
    ["ENCRYPTION_KEY", "marker-too-short"],
    ["CALLBACK_SECRET", "marker"],
    ["DELIVERY_GLOBAL_PER_SECOND", "fast"],
    ["DELIVERY_CHAT_PER_SECOND", "-1"],
    ["DELIVERY_GROUP_PER_MINUTE", "x"],
    ["DELIVERY_CONCURRENCY", "0"],
    ["FEATURES", "studio,nonsense"],
    ["LOG_LEVEL", "loud"],
    ["TELEGRAM_BOT_TOKEN_FILE", "/nowhere/token"],
  ];
  // All at once in one start: a line for each, so that nobody has to start it nineteen times.
  const together = startProgram(
    Object.fromEntries(bad.filter(([variable]) => variable !== "FEATURES" && !variable.endsWith("_FILE"))),
  );
  assert.equal((await together.ended()).code, 78);
  const lines = together.output().trim().split("\n");
  for (const [variable, value] of bad) {
    if (variable === "FEATURES" || variable.endsWith("_FILE")) continue;
    const line = lines.find((each) => each.startsWith(`${variable}: expected `));
    assert.ok(line !== undefined, `${variable} is not named in:\n${together.output()}`);
    if (value.includes("marker")) assert.ok(!line.includes(value), `${variable} shows its value`);
  }
  assert.equal(lines.length, bad.length - 2);
  const environment = { DATA_DIR: await directory(), DATABASE_URL: await emptyDatabase({ template: true }) };
  for (const [variable, value] of bad.filter(([name]) => name === "FEATURES" || name.endsWith("_FILE"))) {
    const { line, code } = await refusal({ ...environment, [variable]: value });
    assert.equal(code, 78, line);
    assert.match(line, new RegExp(`^${variable}: expected `));
  }
});

test("a token that Telegram does not know is told in one line", async () => {
  const token = "123456789:AAE-not-a-token-that-anybody-knows";
  keepSecret(token);
  const { line, code } = await refusal({
    ...(await withBot()),
    LOG_LEVEL: "warn",
    TELEGRAM_BOT_TOKEN: token,
    DATABASE_URL: await emptyDatabase({ template: true }),
  });
  assert.equal(code, 78);
  assert.match(line, /^TELEGRAM_BOT_TOKEN: expected a token that Telegram knows/);
});

test("a database that cannot be used is told in one line", async () => {
  const url = await emptyDatabase({ template: false });
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  const secret = "marker-of-a-wrong-password";
  keepSecret(secret);
  const dataDir = await directory();
  const cases: readonly (readonly [change: Partial<URL>, line: RegExp])[] = [
    [{ port: String(await closedPort()) }, /^DATABASE_URL: the database does not answer \(ECONNREFUSED\)/],
    [{ hostname: "nowhere.invalid" }, /^DATABASE_URL: the database does not answer \(E/],
    // Takes the connection and says nothing: must not hold up the start for ever.
    [{ port: String(portOf(silent)) }, /^DATABASE_URL: the database does not answer \(no answer in time\)/],
    [{ pathname: "/missing" }, /^DATABASE_URL: there is no such database/],
    [{ password: secret }, /^DATABASE_URL: the database refuses this user or password/],
  ];
  await Promise.all(
    cases.map(async ([change, expected]) => {
      const { href } = Object.assign(new URL(url), change);
      const { line, code } = await refusal({ DATA_DIR: dataDir, DATABASE_URL: href });
      assert.match(line, expected);
      assert.equal(code, 1);
    }),
  );
  silent.close();
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

test("an address that cannot be listened on is told in one line", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const port = portOf(taken);
  const environment = { DATA_DIR: await directory(), DATABASE_URL: await emptyDatabase({ template: true }) };
  const busy = await refusal({ ...environment, PORT: String(port) });
  taken.close();
  assert.equal(busy.code, 1);
  assert.match(busy.line, new RegExp(`^PORT: ${port} is in use`));
  const nowhere = await refusal({ ...environment, HOST: "nowhere.invalid" });
  assert.equal(nowhere.code, 78);
  assert.match(nowhere.line, /^HOST: expected /);
});

test("a data directory that cannot be written is told in one line", async () => {
  const file = join(await directory(), "a-file");
  await writeFile(file, "");
  for (const database of [{}, { DATABASE_URL: await emptyDatabase({ template: true }) }]) {
    const { line, code } = await refusal({ DATA_DIR: join(file, "data"), ...database });
    assert.equal(code, 78);
    assert.match(line, /^DATA_DIR: expected /);
  }
});

test("after kill -9 the next start goes on with the database that was left", async () => {
  const environment = { ...(await withBot()), DATA_DIR: home };
  const first = startProgram(environment);
  await first.ready();
  const before = await postmaster();
  await first.kill();
  const second = startProgram(environment);
  await second.ready();
  assert.equal(await postmaster(), before);
  assert.equal((await second.stop()).code, 0);
  await nothingLeft();
});

test("a database server that is killed comes back, and the program goes on by itself", async (t) => {
  const program = startProgram({ ...(await withBot()), DATA_DIR: home });
  const { url } = await program.ready();
  const alex = sandbox.as(700_000_003);
  const welcomes = (): number =>
    sandbox.journal.sends.filter(({ chatId, text = "" }) => chatId === alex.id && text.includes("/help")).length;
  sandbox.journal.clear();
  alex.start();
  await until("an answer", () => welcomes() === 1);
  // What is not written down when the database dies may come twice, and says so.
  await until("the answer to be written down", async () =>
    /^telecast_delivery_unrecorded 0$/m.test(await (await fetch(`${url}/metrics`)).text()),
  );
  const before = await postmaster();
  process.kill(before, "SIGKILL");
  const killedMs = performance.now();
  alex.start();
  await until(`an answer; ${program.output().slice(-2000)}`, () => welcomes() >= 2, 20_000);
  t.diagnostic(`answered ${Math.round(performance.now() - killedMs)} ms after its database was killed`);
  await until("health is well", async () => (await fetch(`${url}/api/health`)).status === 200);
  assert.notEqual(await postmaster(), before);
  assert.equal(welcomes(), 2);
  assert.equal((await program.stop()).code, 0);
  await nothingLeft();
});

test("the bot made no call that breaks the Bot API", () => {
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});
