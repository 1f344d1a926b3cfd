import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sql } from "kysely";

import { type Database, openDatabase } from "#kernel/db/index.ts";
import { ledgerViolations } from "#kernel/ledger/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { silentLogger } from "#kernel/observability/index.ts";

import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/server.ts";
import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";
import { cleanUp } from "./clean-up.ts";
import { emptyDatabase } from "./database.ts";
import { type Environment, keepSecret, type Program, startProgram } from "./program.ts";
import { openTelegramGate, type TelegramGate } from "./telegram-gate.ts";
import { until } from "./until.ts";

/** Everything outside the program's own processes: Telegram, the database, the disk, the environment. It survives them. */
export interface Deployment {
  readonly sandbox: Sandbox;
  /** What the program takes for Telegram. */
  readonly gate: TelegramGate;
  readonly database: Database;
  readonly environment: Environment;
  /** Starts one more process of the program and waits until it is ready. */
  readonly start: (environment?: Environment) => Promise<Program>;
  /** Calls the API of a process with the key that may do everything. @throws when it refuses. */
  readonly api: (program: Program, path: string, body?: object) => Promise<unknown>;
}

export interface DeploymentOptions {
  /** Telegram's limits are off unless given. */
  readonly limits?: SandboxOptions["limits"];
  readonly environment?: Environment;
  /** Another database server than the suite's. */
  readonly databaseUrl?: string;
}

const apiKey = "tc_chaos_0123456789abcdefghijklmnop";

export async function deploy(options: DeploymentOptions = {}): Promise<Deployment> {
  const dataDir = await mkdtemp(join(tmpdir(), "telecast-deployment-"));
  cleanUp(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });
  const url = options.databaseUrl ?? (await emptyDatabase({ template: true }));
  const database = openDatabase({ url, log: silentLogger(), connections: 4 });
  cleanUp(database.close);
  const sandbox = await startSandbox({
    clock: systemClock,
    ids: systemIds,
    host: "127.0.0.1",
    port: 0,
    limits: options.limits ?? "off",
  });
  cleanUp(sandbox.close);
  const gate = await openTelegramGate(sandbox.url);
  cleanUp(gate.close);
  keepSecret(sandbox.botToken, apiKey);
  const environment: Environment = {
    PORT: "0",
    DATA_DIR: dataDir,
    DATABASE_URL: url,
    TELEGRAM_API_ROOT: gate.url,
    TELEGRAM_BOT_TOKEN: sandbox.botToken,
    ADMIN_CHAT_IDS: String(sandboxAdminId),
    TELECAST_API_KEY: apiKey,
    LOG_LEVEL: "debug",
    ...(options.limits === undefined && unlimited),
    ...options.environment,
  };
  return {
    sandbox,
    gate,
    database,
    environment,
    start: async (over = {}) => {
      const program = startProgram({ ...environment, ...over });
      await program.ready();
      return program;
    },
    api: async (program, path, body) => {
      const response = await fetch(`${program.url()}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
        ...(body && { body: JSON.stringify(body) }),
      });
      const answer: unknown = await response.json();
      assert.ok(response.ok, `${path} was refused: ${JSON.stringify(answer)}`);
      return answer;
    },
  };
}

const unlimited = {
  DELIVERY_GLOBAL_PER_SECOND: "0",
  DELIVERY_CHAT_PER_SECOND: "0",
  DELIVERY_GROUP_PER_MINUTE: "0",
};

/** Waits until nothing is left to do: no update, no delivery, no job of a person waits. */
export async function settled({ database: { db } }: Deployment, timeoutMs = 60_000): Promise<void> {
  let left = "";
  await until(
    "everything to be settled",
    async () => {
      const { rows } = await sql<{ left: string }>`
        select concat_ws(' ', updates || ' updates', deliveries || ' deliveries', videos || ' videos', refunds || ' refunds', wishes || ' wishes') as left
        from (
          select
            (select nullif(count(*), 0) from telegram.update where state = 'waiting') as updates,
            (select nullif(count(*), 0) from delivery.outbox) as deliveries,
            (select nullif(count(*), 0) from studio.job where finished_at is null) as videos,
            (select nullif(count(*), 0) from ledger.refund where state in ('approved', 'refunding')) as refunds,
            (select nullif(count(*), 0) from ledger.subscription where wanted is not null) as wishes
        ) as counts`.execute(db);
      left = rows[0]?.left ?? "";
      return left === "";
    },
    timeoutMs,
  ).catch((error: unknown) => {
    throw new Error(`left: ${left}`, { cause: error });
  });
}

/** What must hold whatever has happened, once everything is settled. */
export async function assertSound({ database: { db }, sandbox }: Deployment): Promise<void> {
  assert.deepEqual(await ledgerViolations(db), []);
  const { rows } = await sql<{ holds: number; flights: number; failed: string | null; stars: number }>`
    select
      (select count(*) from ledger.hold where state = 'open') as holds,
      (select count(*) from delivery.flight) as flights,
      -- A pre-checkout query whose answer was given by a process that died then is answered again, and refused.
      (select string_agg(concat_ws(': ', kind, error), ', ') from telegram.update
        where state = 'failed' and kind <> 'pre_checkout_query') as failed,
      (select coalesce(sum(amount), 0)::bigint from ledger.posting where account_id = 5) as stars`.execute(db);
  assert.deepEqual(rows, [{ holds: 0, flights: 0, failed: null, stars: sandbox.world.bank.balance }]);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
}
