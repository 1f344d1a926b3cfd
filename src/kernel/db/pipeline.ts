import type { Tx } from "./database.ts";

/**
 * Lets the statements of a transaction that are asked for at the same time go out together; by itself Kysely sends one only
 * when the one before has answered. PostgreSQL runs them in their order all the same, each sees what those before it have
 * written, and when one has failed those behind it fail, too.
 */
export async function pipeline(tx: Tx): Promise<Tx> {
  const executor = tx.getExecutor();
  const connection = await executor.provideConnection(async (own) => await Promise.resolve(own));
  const pipelined = executor.withConnectionProvider({
    provideConnection: async (consumer) => await consumer(connection),
  });
  return Object.assign(tx, { getExecutor: () => pipelined });
}
