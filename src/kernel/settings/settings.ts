import { isDeepStrictEqual } from "node:util";

import { sql } from "kysely";

import { afterCommit, type Db, type Listener, notify, type Tx } from "../db/index.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import { changedFields, effectiveValue, validValue } from "./effective-value.ts";
import type { Settings, SettingsChange, SettingsSection } from "./section.ts";

export interface SettingsStore extends Settings {
  /** Reads what is stored and begins to follow changes. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface SettingsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly listener: Listener;
  readonly log: Logger;
}

const channel = "telecast_settings";
/** The backstop for a lost notification. */
const pollMs = 30_000;

type Stored = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** To be created before the listener starts. */
export function createSettings({ db, clock, listener, log }: SettingsDeps): SettingsStore {
  const stopping = new AbortController();
  let stored: Stored | undefined;
  /** Checked values by section; emptied when something stored has changed. */
  let checked = new Map<SettingsSection, unknown>();
  let loading: Promise<void> | undefined;
  let polling: Promise<void> = Promise.resolve();

  const load = async (): Promise<void> => {
    const { rows } = await sql<{ key: string; value: Record<string, unknown> }>`
      select key, value from setting.section`.execute(db);
    const latest = new Map(rows.map(({ key, value }) => [key, value]));
    if (isDeepStrictEqual(latest, stored)) return;
    stored = latest;
    checked = new Map();
  };

  /** One load after the other: an answer that left the database earlier never replaces a later one. */
  const reload = async (): Promise<void> => {
    const after = (loading ?? Promise.resolve()).catch(() => undefined).then(load);
    loading = after;
    await after;
  };

  const refresh = (): void => {
    reload().catch((error: unknown) => {
      log.warn({ err: toError(error).message }, "settings could not be read again");
    });
  };

  const current = <T>(section: SettingsSection<T>): T => {
    const known = checked.get(section);
    if (known !== undefined) return known as T;
    const { value, refused } = effectiveValue(section, stored?.get(section.key) ?? {});
    if (refused.length > 0) log.error({ section: section.key, refused }, "stored settings do not fit: defaults used");
    checked.set(section, value);
    return value;
  };

  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await pause(clock, pollMs, stopping.signal);
      if (!stopping.signal.aborted) refresh();
    }
  };

  listener.on(channel, refresh);

  const revise: Settings["revise"] = async (tx, section, revision) => {
    const stored = await store(tx, section, revision);
    afterCommit(tx, refresh);
    await notify(tx, channel);
    return stored;
  };

  return {
    current,
    read: async (section) => {
      // A change that this process has just committed is being read again: whoever reads now expects to see it.
      if (stored === undefined) await reload();
      else await loading?.catch(() => undefined);
      return current(section);
    },
    revise,
    write: async (tx, section, { value, by }) => {
      await revise(tx, section, { by, change: () => value });
    },
    history: readHistory,
    start: async () => {
      await reload();
      polling = poll();
    },
    stop: async () => {
      stopping.abort();
      await polling;
      await loading?.catch(() => undefined);
    },
  };
}

/** The row's lock comes before the old value is read, so that two writers make two entries that fit together. */
async function store<T>(
  tx: Tx,
  section: SettingsSection<T>,
  { change, by }: { readonly change: (before: T) => T; readonly by: string },
): Promise<{ readonly before: T; readonly after: T }> {
  await sql`insert into setting.section (key, value) values (${section.key}, '{}') on conflict do nothing`.execute(tx);
  const { rows } = await sql<{ value: Record<string, unknown> }>`
    select value from setting.section where key = ${section.key} for update`.execute(tx);
  const before = effectiveValue(section, rows[0]?.value ?? {}).value;
  const after = validValue(section, change(before));
  if (isDeepStrictEqual(before, after)) return { before, after };
  await sql`
    update setting.section set value = ${json(changedFields(section, after))}
    where key = ${section.key}`.execute(tx);
  await sql`
    insert into setting.change (key, before, after, changed_by)
    values (${section.key}, ${json(before)}, ${json(after)}, ${by})`.execute(tx);
  return { before, after };
}

/** Amounts are bigint, which JSON does not know: they are written as text, and their schema reads that. */
function json(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? String(part) : part));
}

async function readHistory(db: Db, key: string, limit: number): Promise<readonly SettingsChange[]> {
  const { rows } = await sql<SettingsChange>`
    select key, before, after, changed_by as by, changed_at as at
    from setting.change where key = ${key} order by id desc limit ${limit}`.execute(db);
  return rows;
}
