import { Client } from "pg";

/**
 * Counts every statement that this process sends to PostgreSQL from now on, whoever sends it, by its text; `begin` and
 * `commit` are statements too.
 */
export function countStatements(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const query: unknown = Reflect.get(Client.prototype, "query");
  Object.assign(Client.prototype, {
    query(this: Client, ...args: readonly unknown[]): unknown {
      const [first] = args;
      const text = typeof first === "string" ? first : ((first as { readonly text?: string } | undefined)?.text ?? "");
      const short = text.replaceAll(/\s+/g, " ").trim();
      counts.set(short, (counts.get(short) ?? 0) + 1);
      return Reflect.apply(query as () => unknown, this, args);
    },
  });
  return counts;
}
