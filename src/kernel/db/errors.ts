import type { ErrorDefinition } from "../lib/errors.ts";

export const changedMigration = {
  code: "db.migration_changed",
  status: 500,
  message: "the migration {file} was changed after it had been applied: restore the file, write a new one",
} as const satisfies ErrorDefinition;

export const newerSchema = {
  code: "db.schema_newer",
  status: 500,
  message: "the database was migrated by a newer version of this program ({module} is at {number}): start that version",
} as const satisfies ErrorDefinition;
