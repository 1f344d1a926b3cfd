import { parseArgs } from "node:util";

import type { ApiKey } from "#kernel/accounts/index.ts";
import { inTransaction } from "#kernel/db/index.ts";

import type { CliCommand, Tools } from "./tools.ts";
import { UsageError } from "./usage.ts";

/** `telecast api-key create|list|revoke`. */
export const apiKeyCommand: CliCommand = async (tools, [action, ...args]) => {
  switch (action) {
    case "create":
      return await create(tools, args);
    case "list":
      return (await tools.accounts.apiKeys.list(tools.db)).map((key) => line(key)).join("\n") || "There is no API key.";
    case "revoke":
      return await revoke(tools, args);
    case undefined:
    default:
      throw new UsageError("api-key: expected create, list or revoke");
  }
};

async function create({ db, accounts }: Tools, args: readonly string[]): Promise<string> {
  const { values, positionals } = parseOptions(args);
  const [name] = positionals;
  if (name === undefined || values.scope === undefined)
    throw new UsageError("api-key create: expected a name and --scope");
  const expiresAt = values.expires === undefined ? undefined : new Date(values.expires);
  if (expiresAt !== undefined && Number.isNaN(expiresAt.getTime())) {
    throw new UsageError("--expires: expected a date such as 2027-01-31");
  }
  const { key, apiKey } = await inTransaction(db, async (tx) => {
    const made = await accounts.apiKeys.create(tx, {
      name,
      scopes: values.scope ?? [],
      ...(values.ip !== undefined && { allowedIps: values.ip }),
      ...(expiresAt !== undefined && { expiresAt }),
    });
    const { prefix, scopes } = made.apiKey;
    await accounts.audit(tx, {
      actor: "cli",
      action: "api_key.created",
      subject: `api-key:${prefix}`,
      after: { name, scopes },
      origin: "cli",
    });
    return made;
  });
  return `${line(apiKey)}\n\n${key}\n\nThis is the only time the key is shown: only its hash is kept.`;
}

function parseOptions(args: readonly string[]): {
  readonly values: { readonly scope?: string[]; readonly ip?: string[]; readonly expires?: string };
  readonly positionals: readonly string[];
} {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        scope: { type: "string", multiple: true },
        ip: { type: "string", multiple: true },
        expires: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(`api-key create: ${(error as Error).message}`, { cause: error });
  }
}

async function revoke({ db, accounts }: Tools, [prefix]: readonly string[]): Promise<string> {
  if (prefix === undefined) throw new UsageError("api-key revoke: expected the key's prefix");
  const revoked = await inTransaction(db, async (tx) => {
    const found = await accounts.apiKeys.revoke(tx, prefix);
    if (found) {
      await accounts.audit(tx, {
        actor: "cli",
        action: "api_key.revoked",
        subject: `api-key:${prefix}`,
        origin: "cli",
      });
    }
    return found;
  });
  return revoked ? `${prefix} is revoked.` : `There is no live key that begins with ${prefix}.`;
}

function line({ prefix, name, scopes, expiresAt, revokedAt }: ApiKey): string {
  const state = revokedAt === undefined ? "" : ", revoked";
  const expiry = expiresAt === undefined ? "" : `, until ${expiresAt.toISOString()}`;
  return `${prefix}  ${name}  (${scopes.join(", ")}${expiry}${state})`;
}
