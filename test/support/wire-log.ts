import type { Pool, PoolClient } from "pg";

/** What one connection to PostgreSQL asks, writes and hears, in order: `ask begin`, `write`, `answer begin`. */
export type WireLog = string[];

/** @returns a log for each of the pool's connections that is used from now on. */
export function logWire(pool: Pool): readonly WireLog[] {
  const logs: WireLog[] = [];
  const known = new WeakSet<PoolClient>();
  pool.on("acquire", (client) => {
    if (known.has(client)) return;
    known.add(client);
    const log: WireLog = [];
    logs.push(log);
    logStatements(client, log);
    logWrites(client, log);
  });
  return logs;
}

function logStatements(client: PoolClient, log: WireLog): void {
  const query = client.query.bind(client) as (...args: readonly unknown[]) => unknown;
  const logged = (...args: readonly unknown[]): unknown => {
    const [first] = args;
    const text = typeof first === "string" ? first : (first as { readonly text: string }).text;
    const short = text.replaceAll(/\s+/g, " ").trim();
    log.push(`ask ${short}`);
    const answer = query(...args);
    const heard = (): void => {
      log.push(`answer ${short}`);
    };
    if (answer instanceof Promise) answer.then(heard, heard);
    return answer;
  };
  Object.assign(client, { query: logged });
}

function logWrites({ connection: { stream } }: PoolClient, log: WireLog): void {
  for (const method of ["_write", "_writev"] as const) {
    const write = stream[method]?.bind(stream) as ((...args: readonly unknown[]) => void) | undefined;
    const logged = (...args: readonly unknown[]): void => {
      log.push("write");
      write?.(...args);
    };
    Object.assign(stream, { [method]: logged });
  }
}
