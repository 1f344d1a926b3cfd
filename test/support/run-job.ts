import { PgBoss } from "pg-boss";

import type { Database } from "#kernel/db/index.ts";

/** Has the running program do a scheduled job now, without waiting for its hour. */
export async function runJob({ url }: Pick<Database, "url">, name: string): Promise<void> {
  const boss = new PgBoss({ connectionString: url, max: 1, migrate: false, supervise: false, schedule: false });
  await boss.start();
  try {
    await boss.send(name, {});
  } finally {
    await boss.stop({ graceful: false });
  }
}
