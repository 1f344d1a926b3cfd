import { existsSync } from "node:fs";

import type { MigrationSource } from "#kernel/db/index.ts";

import { features } from "./features.ts";

/** Kernel modules that keep tables, lowest first: a module's migrations may name only what stands before it. */
const kernelModules = ["db", "settings", "accounts", "ledger", "media", "telegram", "delivery", "http"];

/** Every migration of the program, in the order in which they are applied. */
export const migrationSources: readonly MigrationSource[] = [
  ...kernelModules.map((module) => ({ module, directory: new URL(`./kernel/${module}/migrations/`, import.meta.url) })),
  ...features.map(({ id, migrations }) => ({ module: id, directory: migrations })),
].filter(({ directory }) => existsSync(directory));
