#!/usr/bin/env node
import { loadEnvFile } from "node:process";

import { createAccounts } from "#kernel/accounts/index.ts";
import { ConfigError, readConfig } from "#kernel/config/index.ts";
import { createListener } from "#kernel/db/index.ts";
import { createDeliveryDesk } from "#kernel/delivery/index.ts";
import { redriveDeadLetter } from "#kernel/jobs/index.ts";
import { makeAdjusting, makePromoCodes, makeStarsDesk, readBalance } from "#kernel/ledger/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { AppError, toError } from "#kernel/lib/errors.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { loadTexts } from "#kernel/lib/texts.ts";
import { silentLogger } from "#kernel/observability/index.ts";
import { createSettings } from "#kernel/settings/index.ts";

import { apiKeyCommand } from "./cli/api-key.ts";
import { creditCommand } from "./cli/credit.ts";
import type { CliCommand } from "./cli/tools.ts";
import { usage, UsageError } from "./cli/usage.ts";
import { openStorage } from "./storage.ts";
import { textDirectories } from "./texts.ts";
import { makeUndo } from "./undo.ts";

/** `EX_USAGE` and `EX_CONFIG` of sysexits.h. */
const usageExit = 64;
const configurationExit = 78;

const commands: Readonly<Record<string, CliCommand>> = {
  // Opening the storage has done it.
  migrate: async () => "The database is up to date.",
  "api-key": apiKeyCommand,
  block: async (tools, args) => await (await import("./cli/block.ts")).blockCommand(tools, args),
  unblock: async (tools, args) => await (await import("./cli/block.ts")).unblockCommand(tools, args),
  credit: creditCommand,
  // Each loads what only it needs: settings know every feature, which takes a while.
  demo: async (tools, args) => await (await import("./cli/demo.ts")).demoCommand(tools, args),
  deliveries: async (tools, args) => await (await import("./cli/deliveries.ts")).deliveriesCommand(tools, args),
  failures: async (tools, args) => await (await import("./cli/failures.ts")).failuresCommand(tools, args),
  payments: async (tools, args) => await (await import("./cli/payments.ts")).paymentsCommand(tools, args),
  promo: async (tools, args) => await (await import("./cli/promo.ts")).promoCommand(tools, args),
  settings: async (tools, args) => await (await import("./cli/settings.ts")).settingsCommand(tools, args),
};

/** Runs one command on the database that `npm start` uses; also while that runs. */
async function run(name: string, args: readonly string[]): Promise<void> {
  const command = commands[name];
  if (command === undefined) throw new UsageError(`there is no command ${name}`);
  const config = readConfig(process.env);
  const shared = { clock: systemClock, ids: systemIds, log: silentLogger() };
  const undo = makeUndo(shared.log);
  try {
    const { database, cipher } = await openStorage({ ...shared, config, undo });
    const { db } = database;
    // Not started: one command reads once and does not wait for news.
    const settings = createSettings({ ...shared, db, listener: createListener({ ...shared, url: database.url }) });
    const accounts = createAccounts({
      ...shared,
      adminChatIds: config.ADMIN_CHAT_IDS,
      monitoringChatIds: config.MONITORING_CHAT_IDS,
      environmentKey: undefined,
      cipher,
    });
    const ledger = { ...makeAdjusting({ ...shared, settings, accounts }), balance: readBalance };
    const desk = {
      stars: makeStarsDesk(shared),
      promo: makePromoCodes({ ...shared, accounts }),
      deliveries: createDeliveryDesk(),
      texts: loadTexts(textDirectories([])),
      redrive: async (id: string) => await redriveDeadLetter(database.url, id),
    };
    console.log(
      await command({ db, accounts, cipher, storage: { config, database }, settings, ledger, ...desk }, args),
    );
  } finally {
    await undo.run();
  }
}

/** Not one of the others: it has to work also where there is no database to open. */
async function doctor(args: readonly string[]): Promise<void> {
  const unknown = args.find((each) => each !== "--json");
  if (unknown !== undefined) throw new UsageError(`doctor: expected nothing or --json, not ${unknown}`);
  const { examine, isWell, report } = await import("./cli/doctor.ts");
  const findings = await examine({ environment: process.env, clock: systemClock });
  console.log(report(findings, args.includes("--json")));
  process.exitCode = isWell(findings) ? 0 : 1;
}

function complain(error: unknown): void {
  const told = error instanceof UsageError || error instanceof AppError || error instanceof ConfigError;
  console.error(told ? error.message : `failed: ${toError(error).message}`);
  if (error instanceof UsageError) console.error(`\n${usage}`);
  process.exitCode = error instanceof UsageError ? usageExit : error instanceof ConfigError ? configurationExit : 1;
}

try {
  loadEnvFile();
} catch {
  // There need not be a .env: the environment itself is enough.
}
const [name = "help", ...args] = process.argv.slice(2);
if (name === "serve") await (await import("./main.ts")).main();
else if (name === "help" || name === "--help" || name === "-h") console.log(usage);
else if (name === "doctor") await doctor(args).catch(complain);
else await run(name, args).catch(complain);
