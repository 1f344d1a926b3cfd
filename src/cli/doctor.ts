import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { sql } from "kysely";

import { type Config, ConfigError, masterKey, readConfig } from "#kernel/config/index.ts";
import { type Db, migrationState, openDatabase, startEmbeddedPostgres } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import { AppError, toError } from "#kernel/lib/errors.ts";
import { silentLogger } from "#kernel/observability/index.ts";

import { migrationSources } from "../migrations.ts";
import { databaseProblem } from "../storage.ts";
import { makeUndo, type Undo } from "../undo.ts";
import { checkDatabase, checkDisk } from "./doctor/check-database.ts";
import { checkProviders, checkPublicUrl, checkSignIn, checkStorage } from "./doctor/check-outside.ts";
import { checkTelegram } from "./doctor/check-telegram.ts";
import { checkWork, runningParts } from "./doctor/check-work.ts";
import { failed, type Finding, notice, ok } from "./doctor/finding.ts";

export interface DoctorDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/**
 * `telecast doctor`: looks at everything that a deployment stands on and changes none of it; nothing is migrated, made or
 * confirmed (but for a small file in the storage, which it takes away again), and a running program is not disturbed.
 */
export async function examine({ environment, clock }: DoctorDeps): Promise<readonly Finding[]> {
  const config = read(environment);
  if ("findings" in config) return config.findings;
  const undo = makeUndo(silentLogger());
  try {
    return [ok("configuration", "every variable is as expected"), ...(await examineAll(config.config, clock, undo))];
  } finally {
    await undo.run();
  }
}

function read(
  environment: DoctorDeps["environment"],
): { readonly config: Config } | { readonly findings: readonly Finding[] } {
  try {
    return { config: readConfig(environment) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      findings: error.problems.map(({ variable, expected }) =>
        failed(`configuration.${variable}`, expected, `Correct ${variable} in the environment or in .env.`),
      ),
    };
  }
}

async function examineAll(config: Config, clock: Clock, undo: Undo): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const opened = await open(config, clock, undo);
  let running = { sends: false, polls: false };
  if ("finding" in opened) findings.push(opened.finding);
  else {
    const { db } = opened;
    findings.push(...(await checkDatabase(db, clock)));
    const { pending, unknown, changed } = await migrationState(db, migrationSources);
    if (pending + unknown.length + changed.length === 0) {
      running = await runningParts(db);
      findings.push(await checkKey(config, db), ...(await checkWork(db)));
    }
  }
  if (existsSync(resolve(config.DATA_DIR))) findings.push(await checkDisk(resolve(config.DATA_DIR)));
  findings.push(programFinding(running));
  const outside = await Promise.all([
    checkTelegram({ config, clock, isPolled: running.polls }),
    checkPublicUrl(config, running.sends).then((finding) => [finding]),
    checkSignIn(config).then((finding) => [finding]),
    checkStorage(config, clock).then((finding) => [finding]),
  ]);
  return [...findings, ...outside.flat(), checkProviders(config)];
}

function programFinding({ sends }: { readonly sends: boolean }): Finding {
  if (sends) return ok("program", "runs, and sends");
  return notice("program", "does not run: nobody sends", "`npm start`, or your service manager.");
}

async function open(
  config: Config,
  clock: Clock,
  undo: Undo,
): Promise<{ readonly db: Db } | { readonly finding: Finding }> {
  const log = silentLogger();
  const dataDir = join(resolve(config.DATA_DIR), "postgres");
  const given = config.DATABASE_URL?.reveal();
  if (given === undefined && !existsSync(dataDir)) {
    return { finding: notice("database", "there is none yet: the first start makes one under DATA_DIR") };
  }
  try {
    let url = given;
    if (url === undefined) {
      const server = await startEmbeddedPostgres({ dataDir, clock, log });
      undo.add("embedded database", server.stop);
      url = server.url;
    }
    const database = openDatabase({ url, log, connections: 2 });
    undo.add("database connections", database.close);
    await sql`select 1`.execute(database.db);
    return { db: database.db };
  } catch (error) {
    // Our own words have no password in them; the driver's might.
    const told = error instanceof AppError ? error.message : databaseProblem(toError(error));
    const variable = given === undefined ? "DATA_DIR" : "DATABASE_URL";
    return {
      finding: failed("database", told ?? "it cannot be used", `See ${variable}, and whether the server runs.`),
    };
  }
}

/** With another key nothing that is sealed can be read. */
async function checkKey(config: Config, db: Db): Promise<Finding> {
  const check = "encryption-key";
  const file = join(resolve(config.DATA_DIR), "encryption-key");
  const { rows } = await sql<{ value: string }>`
    select value from kernel.fact where name = 'encryption_key'`.execute(db);
  const agreed = rows[0]?.value;
  if (config.ENCRYPTION_KEY === undefined && !existsSync(file)) {
    if (agreed === undefined) return ok(check, "made at the first start");
    const fix = "Put the file encryption-key back into DATA_DIR, or set ENCRYPTION_KEY to the key of old.";
    return failed(check, "the key that this database was used with is gone", fix);
  }
  const { fingerprint } = createCipher(masterKey(config));
  if (agreed === undefined || agreed === fingerprint) {
    const hint =
      config.ENCRYPTION_KEY === undefined ? "kept in DATA_DIR: back it up with the database" : "set by ENCRYPTION_KEY";
    return ok(check, hint);
  }
  const detail = `the database was first used with another key (${agreed}; this one is ${fingerprint})`;
  return failed(check, detail, "Set ENCRYPTION_KEY, or the file encryption-key in DATA_DIR, to the first one.");
}

const marks = { ok: "✓", notice: "!", failed: "✗" } as const;

/** For people, or with `--json` for programs. */
export function report(findings: readonly Finding[], asJson: boolean): string {
  if (asJson) {
    return JSON.stringify({ ok: isWell(findings), findings }, null, 2);
  }
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, state, detail, fix }) => [
    `${marks[state]} ${check.padEnd(width)}  ${detail}`,
    ...(fix === undefined ? [] : [`  ${" ".repeat(width)}  → ${fix}`]),
  ]);
  const failures = findings.filter(({ state }) => state === "failed").length;
  const verdict = failures === 0 ? "Nothing stands in the way." : `${failures} of ${findings.length} need to be fixed.`;
  return [...lines, "", verdict].join("\n");
}

export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== "failed");
}
