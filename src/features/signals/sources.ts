import { createHash } from "node:crypto";

import { sql } from "kysely";

import type { Accounts } from "#kernel/accounts/index.ts";
import type { Db, Tx } from "#kernel/db/index.ts";
import type { Delivery } from "#kernel/delivery/index.ts";
import type { Html } from "#kernel/lib/html.ts";
import type { Ids } from "#kernel/lib/ids.ts";
import type { Language } from "#kernel/lib/language.ts";

import type { Silence, SignalAnnouncer } from "./announcer.ts";
import { sourceTopic } from "./notifications.ts";

export interface Source {
  readonly name: string;
  readonly expectedMinutes: number | undefined;
  readonly hasHook: boolean;
  readonly lastSignalAt: Date | undefined;
  readonly silentSince: Date | undefined;
  /** Prefixes are the accounts' matter: these are their ids. */
  readonly apiKeyIds: readonly number[];
}

export interface NoteSource {
  readonly accounts: Pick<Accounts, "adminChatIds" | "monitoringChatIds" | "userByTelegramId">;
  readonly delivery: Pick<Delivery, "enqueue">;
  readonly announcer: Pick<SignalAnnouncer, "sourceSilent" | "sourceBack">;
}

interface SourceRow {
  readonly name: string;
  readonly expected_minutes: number | null;
  readonly has_hook: boolean;
  readonly last_signal_at: Date | null;
  readonly silent_since: Date | null;
  /** Arrays of bigint are read as text. */
  readonly api_key_ids: readonly string[];
}

/** A signal has come from it. The first after a silence that was told is told too. */
export async function noteSource(
  deps: NoteSource,
  tx: Tx,
  { name, now }: { readonly name: string; readonly now: Date },
): Promise<void> {
  const { rows } = await sql<{
    silent_since: Date | null;
    last_signal_at: Date | null;
    expected_minutes: number | null;
  }>`
    with before as (
      select silent_since, last_signal_at, expected_minutes from signals.source where name = ${name} for update
    ), noted as (
      insert into signals.source as known (name, last_signal_at) values (${name}, ${now})
      on conflict (name) do update set
        last_signal_at = greatest(known.last_signal_at, excluded.last_signal_at), silent_since = null
    )
    select * from before`.execute(tx);
  const [before] = rows;
  if (before?.silent_since == null) return;
  const silence = silenceOf({ name, ...before }, now);
  await tellAdmins(deps, tx, {
    key: `signals.back:${name}:${now.getTime()}`,
    text: (language) => deps.announcer.sourceBack(silence, language),
  });
}

/** Tells the admins of sources that should have sent something by now, each silence once. @returns their names. */
export async function tellSilences(deps: NoteSource, tx: Tx, now: Date): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string; last_signal_at: Date | null; expected_minutes: number }>`
    update signals.source set silent_since = ${now}
    where silent_since is null and expected_minutes is not null
      and coalesce(last_signal_at, created_at) + make_interval(mins => expected_minutes) < ${now}
    returning name, last_signal_at, expected_minutes`.execute(tx);
  for (const row of rows) {
    const silence = silenceOf(row, now);
    await tellAdmins(deps, tx, {
      key: `signals.silent:${row.name}:${now.getTime()}`,
      text: (language) => deps.announcer.sourceSilent(silence, language),
    });
  }
  return rows.map(({ name }) => name);
}

function silenceOf(
  row: { readonly name: string; readonly last_signal_at: Date | null; readonly expected_minutes: number | null },
  now: Date,
): Silence {
  const { name, last_signal_at: last, expected_minutes: expected } = row;
  return {
    source: name,
    expectedMinutes: expected ?? 0,
    lastSignalAt: last ?? undefined,
    minutes: last === null ? (expected ?? 0) : Math.max(0, Math.floor((now.getTime() - last.getTime()) / 60_000)),
  };
}

async function tellAdmins(
  { accounts, delivery }: NoteSource,
  tx: Tx,
  { key, text }: { readonly key: string; readonly text: (language: Language) => Html },
): Promise<void> {
  for (const chatId of new Set([...accounts.adminChatIds, ...accounts.monitoringChatIds])) {
    const person = await accounts.userByTelegramId(tx, chatId);
    await delivery.enqueue(tx, {
      chatId,
      topic: sourceTopic,
      dedupeKey: `${key}:${chatId}`,
      content: { kind: "text", html: text(person?.language ?? "en") },
    });
  }
}

export async function listSources(db: Db): Promise<readonly Source[]> {
  const { rows } = await sql<SourceRow>`
    select name, expected_minutes, hook_hash is not null as has_hook, last_signal_at, silent_since,
      array(select api_key_id from signals.source_key where source = name order by 1) as api_key_ids
    from signals.source order by name`.execute(db);
  return rows.map((row) => ({
    name: row.name,
    expectedMinutes: row.expected_minutes ?? undefined,
    hasHook: row.has_hook,
    lastSignalAt: row.last_signal_at ?? undefined,
    silentSince: row.silent_since ?? undefined,
    apiKeyIds: row.api_key_ids.map(Number),
  }));
}

/** @param expectedMinutes undefined: nothing is expected of it. */
export async function saveSource(
  tx: Tx,
  of: {
    readonly name: string;
    readonly expectedMinutes: number | undefined;
    /** All keys that write as this source and no other; undefined leaves them as they are. */
    readonly apiKeyIds: readonly number[] | undefined;
  },
): Promise<void> {
  await sql`
    insert into signals.source (name, expected_minutes) values (${of.name}, ${of.expectedMinutes ?? null})
    on conflict (name) do update set expected_minutes = excluded.expected_minutes, silent_since = null`.execute(tx);
  if (of.apiKeyIds === undefined) return;
  await sql`
    delete from signals.source_key where source = ${of.name} and api_key_id <> all(${of.apiKeyIds})`.execute(tx);
  await sql`
    insert into signals.source_key (api_key_id, source)
    select unnest(${of.apiKeyIds}::bigint[]), ${of.name}
    on conflict (api_key_id) do update set source = excluded.source`.execute(tx);
}

/** The source an API key is bound to; undefined: it may write as any. */
export async function sourceOfKey(db: Db, apiKeyId: number): Promise<string | undefined> {
  const { rows } = await sql<{ source: string }>`
    select source from signals.source_key where api_key_id = ${apiKeyId}`.execute(db);
  return rows[0]?.source;
}

const hookTokenBytes = 24;

/** A new token for the path of the source's hook; the one before works no more. Undefined without such a source. */
export async function renewHook(tx: Tx, ids: Pick<Ids, "token">, name: string): Promise<string | undefined> {
  const token = ids.token(hookTokenBytes);
  const { numAffectedRows } = await sql`
    update signals.source set hook_hash = ${hashOf(token)} where name = ${name}`.execute(tx);
  return numAffectedRows === 1n ? token : undefined;
}

export async function sourceOfHook(db: Db, token: string): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select name from signals.source where hook_hash = ${hashOf(token)}`.execute(db);
  return rows[0]?.name;
}

function hashOf(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
