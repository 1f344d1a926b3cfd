import { timingSafeEqual } from "node:crypto";

import { sql } from "kysely";

import type { Tx } from "../db/index.ts";
import type { Clock } from "../lib/clock.ts";
import { AppError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import type { Secret } from "../lib/secret.ts";
import type { ApiKey, ApiKeys, NewApiKey } from "./account.ts";
import { hashOf, newKeyText, prefixOf } from "./api-key-format.ts";
import { invalidApiKeyName, invalidIpRange, invalidScope } from "./errors.ts";
import { ipAllowed, isIpRange } from "./ip-ranges.ts";

export interface ApiKeysDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  /** `TELECAST_API_KEY`: any text, with all scopes, never stored. */
  readonly environmentKey: Secret | undefined;
}

interface KeyRow {
  readonly id: number;
  readonly prefix: string;
  readonly hash: Buffer;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly allowed_ips: readonly string[];
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly last_used_at: Date | null;
}

const lastUsedGrainMs = 60_000;

export function makeApiKeys({ clock, ids, environmentKey }: ApiKeysDeps): ApiKeys {
  const environmentHash = environmentKey && hashOf(environmentKey.reveal());

  return {
    create: async (tx, key) => {
      refuseInvalid(key);
      const { key: text, prefix } = newKeyText(ids);
      const row = await insert(tx, key, { prefix, hash: hashOf(text) });
      return { key: text, apiKey: apiKeyFrom(row) };
    },
    list: async (db) => {
      const { rows } = await sql<KeyRow>`select * from account.api_key order by id desc`.execute(db);
      return rows.map(apiKeyFrom);
    },
    revoke: async (tx, prefix) => {
      const { numAffectedRows } = await sql`
        update account.api_key set revoked_at = now() where prefix = ${prefix} and revoked_at is null`.execute(tx);
      return numAffectedRows === 1n;
    },
    verify: async (db, key, ip) => {
      const hash = hashOf(key);
      if (environmentHash !== undefined && timingSafeEqual(hash, environmentHash)) return fromEnvironment;
      const prefix = prefixOf(key);
      if (prefix === undefined) return undefined;
      const { rows } = await sql<KeyRow>`select * from account.api_key where prefix = ${prefix}`.execute(db);
      const [row] = rows;
      if (row === undefined || !timingSafeEqual(hash, row.hash)) return undefined;
      const now = clock.now();
      if (row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now)) return undefined;
      if (!ipAllowed(ip, row.allowed_ips)) return undefined;
      if (row.last_used_at === null || now.getTime() - row.last_used_at.getTime() >= lastUsedGrainMs) {
        await sql`update account.api_key set last_used_at = ${now} where id = ${row.id}`.execute(db);
      }
      return apiKeyFrom(row);
    },
  };
}

const fromEnvironment: ApiKey = {
  id: 0,
  name: "environment",
  prefix: "environment",
  scopes: ["*"],
  allowedIps: [],
  expiresAt: undefined,
  revokedAt: undefined,
  lastUsedAt: undefined,
};

function refuseInvalid({ name, scopes, allowedIps = [] }: NewApiKey): void {
  if (name.trim() === "" || name.length > 100) throw new AppError(invalidApiKeyName);
  const scope = scopes.length === 0 ? "(none)" : scopes.find((each) => !/^(\*|[a-z]+:(\*|[a-z]+))$/.test(each));
  if (scope !== undefined) throw new AppError(invalidScope, { scope });
  const range = allowedIps.find((each) => !isIpRange(each));
  if (range !== undefined) throw new AppError(invalidIpRange, { range });
}

async function insert(tx: Tx, key: NewApiKey, of: { readonly prefix: string; readonly hash: Buffer }): Promise<KeyRow> {
  const { rows } = await sql<KeyRow>`
    insert into account.api_key (prefix, hash, name, scopes, allowed_ips, expires_at)
    values (${of.prefix}, ${of.hash}, ${key.name}, ${key.scopes}, ${key.allowedIps ?? []}, ${key.expiresAt ?? null})
    returning *`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error("an inserted API key did not come back");
  return row;
}

function apiKeyFrom(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    allowedIps: row.allowed_ips,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  };
}
