import { randomBytes } from "node:crypto";
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ConfigError } from "./config-error.ts";
import type { Config } from "./config.ts";
import { makeDirectory } from "./make-directory.ts";

const keyBytes = 32;

/**
 * The key under which everything sealed in the database is sealed: `ENCRYPTION_KEY`, else one that is made on the first
 * start and kept in `DATA_DIR` for its owner's eyes only. Several replicas on one database need the variable.
 */
export function masterKey({
  ENCRYPTION_KEY: given,
  DATA_DIR: directory,
}: Pick<Config, "ENCRYPTION_KEY" | "DATA_DIR">): Buffer {
  if (given !== undefined) return Buffer.from(given.reveal(), "base64");
  const file = join(directory, "encryption-key");
  try {
    makeDirectory(directory);
    if (!existsSync(file)) makeKey(file);
  } catch (error) {
    throw unusable(directory, error);
  }
  const key = Buffer.from(readFileSync(file, "utf8"), "base64");
  if (key.length !== keyBytes) throw unusable(directory, undefined);
  return key;
}

/** The name appears with the whole key behind it, whatever kills us; of two programs that start at once one makes it. */
function makeKey(file: string): void {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, randomBytes(keyBytes).toString("base64"), { mode: 0o600, flush: true });
  try {
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(own);
  }
}

function unusable(directory: string, cause: unknown): ConfigError {
  return new ConfigError(
    [
      {
        variable: "DATA_DIR",
        expected: `expected a directory that can be written, with a sound encryption-key: ${directory}`,
      },
    ],
    { cause },
  );
}
