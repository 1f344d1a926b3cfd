import { join, resolve } from "node:path";

import { type Config, ConfigError, masterKey } from "#kernel/config/index.ts";
import { agreeOnFact, type Database, migrate, openDatabase, startEmbeddedPostgres } from "#kernel/db/index.ts";
import { type Cipher, createCipher } from "#kernel/lib/cipher.ts";
import type { Clock } from "#kernel/lib/clock.ts";
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
 * @throws ConfigError when the key is another one; AppError or the driver's error when there is no database.
 */
export async function openStorage({ config, clock, log, undo }: StorageDeps): Promise<Storage> {
  // First of all: whatever is wrong with DATA_DIR is said of DATA_DIR.
  const key = masterKey(config);
  const url = config.DATABASE_URL?.reveal() ?? (await startOwn(config, { clock, log, undo }));
  const applied = await migrate(url, migrationSources);
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
