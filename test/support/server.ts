import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startEmbeddedPostgres } from "#kernel/db/embedded.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { silentLogger } from "#kernel/observability/index.ts";

export interface TestServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Tests lose nothing that matters when the power fails: without waiting for the disk the suite takes half the time. */
const fast = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "200" };

/** A PostgreSQL server of its own; it and its directory go with the process, even one that is killed. */
export async function startTestServer(): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), "telecast-test-"));
  // The server's own user must be able to enter, or the data would be kept elsewhere.
  await chmod(directory, 0o755);
  return await startEmbeddedPostgres({
    dataDir: directory,
    clock: systemClock,
    log: silentLogger(),
    settings: fast,
    temporary: true,
  });
}
