import type { z } from "zod";

import type { Db, Tx } from "../db/index.ts";

/** A group of stored settings: an object of plain JSON values with a schema whose every field has a default. */
export interface SettingsSection<T = unknown> {
  /** `<owner>.<topic>`, such as `studio.limits`. */
  readonly key: string;
  readonly title: string;
  readonly schema: z.ZodType<T>;
}

/** @throws when a field has no default: an empty database must be a complete configuration. */
export function defineSettings<T extends object>(section: SettingsSection<T>): SettingsSection<T> {
  if (!section.schema.safeParse({}).success) throw new Error(`a field of the settings ${section.key} has no default`);
  return section;
}

export interface Settings {
  /** The stored values over the defaults. Cached; another replica's change is seen within a second. */
  readonly read: <T>(section: SettingsSection<T>) => Promise<T>;
  /** The last values read, for code that cannot wait; the defaults before the first read. */
  readonly current: <T>(section: SettingsSection<T>) => T;
  /**
   * Stores new values with their history and wakes the other replicas. What equals the default is not stored.
   * @param by who: `user:42`, `cli`, `api-key:…`.
   * @throws AppError `settings.invalid` that names the field and what is expected.
   */
  readonly write: <T>(
    tx: Tx,
    section: SettingsSection<T>,
    change: { readonly value: T; readonly by: string },
  ) => Promise<void>;
  /** The same for a change of what is stored at that moment: two who change different things at once both do. */
  readonly revise: <T>(
    tx: Tx,
    section: SettingsSection<T>,
    revision: { readonly change: (before: T) => T; readonly by: string },
  ) => Promise<{ readonly before: T; readonly after: T }>;
  /** Newest first. */
  readonly history: (db: Db, key: string, limit: number) => Promise<readonly SettingsChange[]>;
}

export interface SettingsChange {
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly by: string;
  readonly at: Date;
}
