import { Client, DatabaseError } from "pg";

import { superuser } from "./embedded-cluster.ts";
import type { Home } from "./embedded-home.ts";

/** The application's role and its database. Not a superuser: rights that it revokes from itself stay revoked. */
const application = "telecast";
const timeoutMs = 1500;

export type Answer =
  /** It is our server, with the application's role and database in place. */
  | { readonly kind: "ours"; readonly version: string }
  /** It is starting, recovering, going down or full: ask again. */
  | { readonly kind: "busy" }
  /** Nobody listens, or nobody answers. */
  | { readonly kind: "silent"; readonly reason: string }
  /** It serves another directory or refuses our password. */
  | { readonly kind: "foreign"; readonly reason: string };

/** The connection string of the application's role. */
export function connectionUrl(home: Home, port: number): string {
  return `postgresql://${application}:${home.password}@127.0.0.1:${port}/${application}`;
}

/**
 * Asks whoever listens on `port` who he is, and makes the application's role and database when they are missing (a new
 * cluster, or one whose first start was cut short). Throws only for bugs.
 */
export async function askServer(home: Home, port: number): Promise<Answer> {
  const answer = await asClient(home, port, application, identify);
  if (answer.kind !== "foreign") return answer;
  const made = await asClient(home, port, superuser, async (client) => {
    const answer = await identify(client, home);
    if (answer.kind === "ours") await makeApplication(client, home);
    return answer;
  });
  return made.kind === "ours" ? await asClient(home, port, application, identify) : made;
}

type Talk = (client: Client, home: Home) => Promise<Answer>;

async function asClient(home: Home, port: number, role: string, talk: Talk): Promise<Answer> {
  const client = new Client({
    host: "127.0.0.1",
    port,
    user: role,
    database: role,
    password: home.password,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
    application_name: "telecast start",
  });
  // A server that goes down while we ask also says so here; the pending call fails with the same error.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await talk(client, home);
  } catch (thrown) {
    return judge(thrown);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function identify(client: Client, home: Home): Promise<Answer> {
  const { rows } = await client.query<{ directory: string; version: string }>(
    "select current_setting('data_directory') as directory, current_setting('server_version') as version",
  );
  const [row] = rows;
  if (row?.directory !== home.cluster) return { kind: "foreign", reason: "it serves another data directory" };
  return { kind: "ours", version: row.version };
}

async function makeApplication(client: Client, home: Home): Promise<void> {
  const { rowCount: roles } = await client.query("select from pg_roles where rolname = $1", [application]);
  if (roles === 0) {
    await client.query(`create role ${application} login createdb password ${client.escapeLiteral(home.password)}`);
  }
  await client.query(`grant pg_monitor, pg_signal_backend, pg_checkpoint to ${application}`);
  const { rowCount: databases } = await client.query("select from pg_database where datname = $1", [application]);
  if (databases === 0) await client.query(`create database ${application} owner ${application}`);
}

/** 57P0x: going down or not up yet; 53300: every connection is taken; 55006: the template is being copied. */
const passing = new Set(["57P01", "57P02", "57P03", "53300", "55006"]);
/** No such role or wrong password, no such database. */
const refused = new Set(["28P01", "28000", "3D000"]);

function judge(thrown: unknown): Answer {
  if (!(thrown instanceof Error)) throw thrown;
  const code = "code" in thrown ? String(thrown.code) : "";
  if (passing.has(code)) return { kind: "busy" };
  if (refused.has(code)) return { kind: "foreign", reason: thrown.message };
  if (thrown instanceof DatabaseError) throw thrown;
  return { kind: "silent", reason: thrown.message };
}
