import type { MigrationSource } from "#kernel/db/index.ts";

/** Kernel modules that keep tables, lowest first: a module's migrations may name only what stands before it. */
const kernelModules = [
  "db",
  "settings",
  "accounts",
  "ledger",
  "media",
  "telegram",
  "delivery",
  "alarms",
  "chat",
  "http",
];

/** Features by their ids. Not taken from `features.ts`: migrating should not load the whole program. */
const featureIds = ["studio", "signals"];

/** Every migration of the program, in the order in which they are applied. */
export const migrationSources: readonly MigrationSource[] = [
  ...kernelModules.map((module) => ({ module, directory: new URL(`./kernel/${module}/migrations/`, import.meta.url) })),
  ...featureIds.map((id) => ({ module: id, directory: new URL(`./features/${id}/migrations/`, import.meta.url) })),
];
