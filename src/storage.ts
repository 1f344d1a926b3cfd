import { join, resolve } from "node:path";

import { type Config, ConfigError, masterKey } from "#kernel/config/index.ts";
import { agreeOnFact, type Database, migrate, openDatabase, startEmbeddedPostgres } from "#kernel/db/index.ts";
import { type Cipher, createCipher } from "#kernel/lib/cipher.ts";
import type { Clock } from "#kernel/lib/clock.ts";
import { AppError, type ErrorDefinition, toError } from "#kernel/lib/errors.ts";
import type { Logger } from "#kernel/observability/index.ts";

import { migrationSources } from "./migrations.ts";
import type { Undo } from "./undo.ts";

export interface Storage {
  readonly database: Database;
  readonly cipher: Cipher;
}

export interface StorageDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  readonly undo: Undo;
}

/** Enough for eight chats handled at once, the sender's batches, the HTTP API and some jobs. */
const connections = 24;

/**
 * The database of `DATABASE_URL`, or a PostgreSQL of our own under `DATA_DIR`; migrated, and checked to have been used
 * with the same encryption key.
 * @throws ConfigError when the key is another one or `DATA_DIR` cannot be written; AppError when there is no database.
 */
export async function openStorage({ config, clock, log, undo }: StorageDeps): Promise<Storage> {
  // First of all: whatever is wrong with DATA_DIR is said of DATA_DIR.
  const key = masterKey(config);
  const given = config.DATABASE_URL?.reveal();
  const url = given ?? (await startOwn(config, { clock, log, undo }));
  const applied = await migrate(url, migrationSources).catch((error: unknown) => {
    throw given === undefined ? error : explain(toError(error));
  });
  if (applied > 0) log.info({ applied }, "database migrated");
  const database = openDatabase({ url, log, connections });
  undo.add("database connections", database.close);
  const cipher = createCipher(key);
  const agreed = await agreeOnFact(database.db, "encryption_key", cipher.fingerprint);
  if (agreed !== cipher.fingerprint) {
    const expected = `expected the key this database was first used with (${agreed}; this one is ${cipher.fingerprint})`;
    throw new ConfigError([{ variable: "ENCRYPTION_KEY", expected }]);
  }
  return { database, cipher };
}

async function startOwn(config: Config, { clock, log, undo }: Omit<StorageDeps, "config">): Promise<string> {
  const dataDir = join(resolve(config.DATA_DIR), "postgres");
  const server = await startEmbeddedPostgres({ dataDir, clock, log });
  undo.add("embedded database", server.stop);
  return server.url;
}

const databaseUnusable = {
  code: "app.database_unusable",
  status: 503,
  message: "DATABASE_URL: {problem}",
} as const satisfies ErrorDefinition;

/** A database of somebody else's making is the first thing that goes wrong in a new deployment: what is to be done? */
function explain(error: Error & { readonly code?: string }): Error {
  const problem = databaseProblem(error);
  return problem === undefined ? error : new AppError(databaseUnusable, { problem }, { cause: error });
}

/** What kept us from the database, in words; undefined when it is nothing that an operator can do something about. */
export function databaseProblem({ code, message }: Error & { readonly code?: string }): string | undefined {
  switch (code) {
    case "28P01":
    case "28000":
      return "the database refuses this user or password";
    case "3D000":
      return "there is no such database: create it first";
    case "42501":
      return "this user may not create schemas there: make him the owner of the database";
    case "53300":
      return "the database has no connection left for us: raise max_connections, or end what holds them";
    case "57P03":
      return "the database is starting up or shutting down: try again in a moment";
    case undefined:
    default:
      // What the system says of a connection; the driver's own limits have no code.
      return /^E[A-Z_]+$/.test(code ?? "") || /timeout|terminated unexpectedly/i.test(message)
        ? `the database does not answer (${code ?? "no answer in time"}): is it running, and is the address right?`
        : undefined;
  }
}
