import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { sql } from "kysely";

import { agreeOnFact, openDatabase } from "#kernel/db/index.ts";
import { type Clock, systemClock } from "#kernel/lib/clock.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { runApp } from "#test/support/app.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { emptyDatabase } from "#test/support/database.ts";
import { s3Server } from "#test/support/s3-server.ts";
import { until } from "#test/support/until.ts";

import { examine, isWell, report } from "../../src/cli/doctor.ts";
import type { Finding } from "../../src/cli/doctor/finding.ts";

const { app, sandbox, database } = await runApp();
const dataDir = await mkdtemp(join(tmpdir(), "telecast-doctor-"));
cleanUp(async () => {
  await rm(dataDir, { recursive: true, force: true });
});
const encryptionKey = Buffer.alloc(32, 9).toString("base64");
const surroundings = {
  DATABASE_URL: database.url,
  DATA_DIR: dataDir,
  TELEGRAM_BOT_TOKEN: sandbox.botToken,
  TELEGRAM_API_ROOT: sandbox.url,
  PUBLIC_URL: app.url,
  ENCRYPTION_KEY: encryptionKey,
  JWT_SECRET: "a-secret-of-more-than-thirty-two-characters",
  KIE_AI_API_KEY: "a-key-of-kie-that-nobody-may-see",
};

/** Where nobody listens any more. */
const nowhere = await new Promise<string>((resolve) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => {
      resolve(`http://127.0.0.1:${port}`);
    });
  });
});

type Changes = Readonly<Record<string, string | undefined>>;

async function findings(changes: Changes = {}, clock: Clock = systemClock): Promise<readonly Finding[]> {
  const environment = { ...surroundings, ...changes };
  const found = await examine({ environment, clock });
  for (const asJson of [false, true]) assertNoSecrets(report(found, asJson), environment);
  return found;
}

function assertNoSecrets(text: string, environment: Changes): void {
  for (const name of ["TELEGRAM_BOT_TOKEN", "ENCRYPTION_KEY", "JWT_SECRET", "KIE_AI_API_KEY", "DATABASE_URL"]) {
    const value = environment[name] ?? "";
    if (value.length > 10) assert.ok(!text.includes(value), `${name} is shown`);
  }
  for (const secret of ["hunter2", sandbox.botToken.split(":")[1] ?? "?"]) assert.ok(!text.includes(secret), secret);
}

/** What a check says; each that is not well says what to do. */
async function finding(check: string, changes: Changes = {}, clock?: Clock): Promise<readonly [string, string]> {
  const found = (await findings(changes, clock)).find((each) => each.check === check);
  assert.ok(found, `nothing was said of ${check}`);
  if (found.state === "failed") assert.match(found.fix ?? "", /^\P{Ll}.{10,}\.$/u, check);
  return [found.state, found.detail];
}

const shifted = (byMs: number): Clock => ({ ...systemClock, now: () => new Date(Date.now() + byMs) });

test("where everything is well, nothing is to be fixed, while the program runs", async () => {
  await until("the program sends and polls", async () => {
    const { rows } = await sql`select from kernel.lease where expires_at > now()`.execute(database.db);
    return rows.length === 2;
  });
  const found = await findings();
  assert.deepEqual(
    found.filter(({ state }) => state !== "ok"),
    [],
  );
  assert.ok(isWell(found) && found.length > 14);
  assert.match(report(found, false), /^✓ configuration .*\n[\s\S]*Nothing stands in the way\.$/);
  assert.deepEqual(JSON.parse(report(found, true)), { ok: true, findings: found });
});

test("a malformed variable is named, with what is expected", async () => {
  const found = await findings({ PORT: "eighty", ADMIN_CHAT_IDS: "me" });
  assert.deepEqual(
    found.map(({ check, state }) => [check, state]),
    [
      ["configuration.ADMIN_CHAT_IDS", "failed"],
      ["configuration.PORT", "failed"],
    ],
  );
});

test("a database that does not answer, refuses, or does not exist is told apart", async () => {
  const to = (change: (url: URL) => void): string => {
    const url = new URL(database.url);
    change(url);
    return url.href;
  };
  const cases: readonly (readonly [string, RegExp])[] = [
    [to((url) => (url.port = "1")), /does not answer \(ECONNREFUSED\)/],
    [to((url) => (url.password = "hunter2")), /refuses this user or password/],
    [to((url) => (url.pathname = "/nothing_here")), /there is no such database/],
  ];
  for (const [url, words] of cases) {
    const [state, detail] = await finding("database", { DATABASE_URL: url });
    assert.equal(state, "failed");
    assert.match(detail, words);
  }
  assert.deepEqual(await finding("database", { DATABASE_URL: "" }), [
    "notice",
    "there is none yet: the first start makes one under DATA_DIR",
  ]);
});

test("a database that is not migrated, or is newer than the program, is said to be so, and stays as it is", async () => {
  const url = await emptyDatabase({ template: false });
  const empty = openDatabase({ url, log: silentLogger() });
  cleanUp(empty.close);
  const [state, detail] = await finding("database.migrations", { DATABASE_URL: url });
  assert.deepEqual([state, /^\d+ migrations to apply$/.test(detail)], ["notice", true]);
  const { rows } = await sql`select from pg_namespace where nspname = 'kernel'`.execute(empty.db);
  assert.equal(rows.length, 0);
  const newer = sql`module = 'http' and number = 99`;
  await sql`insert into kernel.migration (module, number, name, checksum) values ('http', 99, 'x', 'x')`.execute(
    database.db,
  );
  const said = await finding("database.migrations");
  await sql`delete from kernel.migration where ${newer}`.execute(database.db);
  assert.deepEqual(said, ["failed", "the database is newer than this program (http/99)"]);
});

test("a storage is tried with a file that goes again; what is wrong with it is told apart", async () => {
  assert.deepEqual(await finding("storage"), ["ok", "media files are kept in DATA_DIR"]);
  const s3 = await s3Server("doctors-bucket");
  const [state, detail] = await finding("storage", s3.environment);
  assert.deepEqual([state, /takes, gives and removes/.test(detail)], ["ok", true]);
  const wrong: readonly (readonly [Changes, RegExp])[] = [
    [{ S3_BUCKET: "no-such-bucket" }, /NoSuchBucket/],
    [{ S3_SECRET_ACCESS_KEY: "hunter2" }, /SignatureDoesNotMatch/],
    [{ S3_ENDPOINT: nowhere }, /ECONNREFUSED/],
  ];
  for (const [changes, told] of wrong) {
    const [verdict, reason] = await finding("storage", { ...s3.environment, ...changes });
    assert.equal(verdict, "failed");
    assert.match(reason, told);
  }
});

test("clocks that disagree are noticed", async () => {
  assert.equal((await finding("database.clock", {}, shifted(10_000)))[0], "notice");
  assert.equal((await finding("database.clock", {}, shifted(-90_000)))[0], "failed");
  assert.equal((await finding("telegram.clock", {}, shifted(90_000)))[0], "failed");
});

test("a token that Telegram does not know, and a Telegram that does not answer, are told apart", async () => {
  const token = `123456789:${"B".repeat(35)}`;
  assert.deepEqual(await finding("telegram", { TELEGRAM_BOT_TOKEN: token }), [
    "failed",
    "Telegram does not know this bot token",
  ]);
  const [state, detail] = await finding("telegram", { TELEGRAM_API_ROOT: nowhere });
  assert.deepEqual([state, detail], ["failed", `${new URL(nowhere).host} does not answer (ECONNREFUSED)`]);
  assert.match(
    (await finding("telegram", { TELEGRAM_API_ROOT: app.url }))[1],
    /not the Bot API|something else|answered/,
  );
  assert.equal((await finding("telegram", { TELEGRAM_BOT_TOKEN: "" }))[0], "notice");
});

test("inline mode that BotFather has not switched on is noticed", async () => {
  sandbox.world.bot.supportsInlineQueries = false;
  assert.deepEqual(await finding("telegram.inline"), ["notice", "inline mode is off"]);
  sandbox.world.bot.supportsInlineQueries = true;
  assert.equal((await finding("telegram.inline"))[0], "ok");
});

test("a webhook that is missing is noticed, and a public address that leads nowhere fails", async () => {
  assert.deepEqual(await finding("telegram.updates", { TELEGRAM_WEBHOOK_URL: "https://bot.example.org" }), [
    "notice",
    "no webhook is set, but TELEGRAM_WEBHOOK_URL says there should be one",
  ]);
  assert.equal((await finding("public-url", { PUBLIC_URL: nowhere }))[0], "failed");
  assert.equal((await finding("public-url", { PUBLIC_URL: sandbox.url }))[0], "failed");
  assert.equal((await finding("sign-in", { JWT_JWKS_URL: `${nowhere}/keys` }))[0], "failed");
  assert.equal((await finding("sign-in", { JWT_JWKS_URL: `${app.url}/livez` }))[0], "failed");
});

test("another key than the database was first used with, or none, is a failure", async () => {
  await agreeOnFact(database.db, "encryption_key", "0123456789abcdef");
  const [state, detail] = await finding("encryption-key");
  assert.deepEqual([state, /first used with another key/.test(detail)], ["failed", true]);
  const [gone, words] = await finding("encryption-key", { ENCRYPTION_KEY: "" });
  assert.deepEqual([gone, words], ["failed", "the key that this database was used with is gone"]);
  await sql`delete from kernel.fact where name = 'encryption_key'`.execute(database.db);
});

test("what was set aside, a reply that stands still and a broken invariant are said, also while nothing runs", async () => {
  const url = await emptyDatabase({ template: true });
  const idle = openDatabase({ url, log: silentLogger() });
  cleanUp(idle.close);
  await sql`
    insert into telegram.update (bot_id, update_id, chat_id, kind, state, error, body, finished_at)
    values (1, 1, 4242, 'message', 'failed', 'x', 'x', now())`.execute(idle.db);
  await sql`
    with content as (
      insert into delivery.content (topic, body, opt_out, quiet_mode, silent, shared)
      values ('reply', '{}', false, 'deliver', false, false) returning id
    )
    insert into delivery.outbox (lane, chat_id, content_id, created_at)
    select 1, 4242, id, now() - interval '1 hour' from content`.execute(idle.db);
  await idle.db.transaction().execute(async (tx) => {
    // As only somebody with the keys to the database can.
    await sql`alter table ledger.posting disable trigger user`.execute(tx);
    await sql`alter table ledger.transaction disable trigger user`.execute(tx);
    await sql`
      with made as (
        insert into ledger.transaction (kind, reference, created_at) values ('grant', 'x', now()) returning id
      )
      insert into ledger.posting (transaction_id, account_id, amount)
      select made.id, account.id, 5 from made, ledger.account where account.kind = 'revenue' limit 1`.execute(tx);
  });
  const elsewhere = { DATABASE_URL: url };
  assert.deepEqual(await finding("failures", elsewhere), ["notice", "1 update set aside"]);
  assert.match(
    (await finding("deliveries", elsewhere)).join(": "),
    /^failed: 1 delivery waits; a reply has waited for 36\d\d s$/,
  );
  assert.equal((await finding("ledger", elsewhere))[0], "failed");
  assert.equal((await finding("program", elsewhere))[0], "notice");
});

test("the command prints the report and its exit code says whether all is well", async () => {
  const run = async (...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> =>
    await new Promise((resolve) => {
      const env = { ...surroundings, PATH: process.env["PATH"], TELEGRAM_API_ROOT: nowhere };
      execFile(process.execPath, ["src/cli.ts", "doctor", ...args], { env }, (error, out) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, out });
      });
    });
  const { code, out } = await run("--json");
  assert.equal(code, 1);
  const told = JSON.parse(out) as { ok: boolean; findings: readonly Finding[] };
  assert.equal(told.ok, false);
  assert.deepEqual(
    told.findings.filter(({ state }) => state === "failed").map(({ check }) => check),
    ["telegram"],
  );
  assertNoSecrets(out, surroundings);
  assert.equal((await run("--xml")).code, 64);
});

test("a video provider that is out is told with what to do about it", async () => {
  const { db } = database;
  assert.ok(!(await findings()).some(({ check }) => check.startsWith("providers.")));
  await sql`
    insert into studio.circuit (provider, state, trouble, openings, out_since, until)
    values ('kie', 'open', 'no_credit', 1, now(), now())`.execute(db);
  const found = (await findings()).find(({ check }) => check === "providers.kie");
  assert.equal(found?.state, "notice");
  assert.match(`${found?.detail} ${found?.fix}`, /no credit.*Buy credits/);
  await sql`delete from studio.circuit`.execute(db);
});
