import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";

import { pino } from "pino";

import { readConfig } from "#kernel/config/index.ts";
import { type Database, openDatabase } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createMetrics } from "#kernel/observability/index.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { emptyDatabase } from "#test/support/database.ts";

import { type App, startApp } from "../../../app.ts";
import { features } from "../../../features.ts";
import { type Sandbox, startSandbox } from "../../../sandbox/server.ts";
import { sandboxAdminId } from "../../../sandbox/world/first-world.ts";

/** The whole program as `npm start` runs it, which can be stopped and started again, and whose log is read. */
export interface RestartableApp {
  readonly sandbox: Sandbox;
  readonly database: Database;
  readonly dataDir: string;
  /** Everything that was logged, at every level. */
  readonly log: () => string;
  readonly restart: () => Promise<void>;
}

export async function restartableApp(): Promise<RestartableApp> {
  const dataDir = await mkdtemp(join(tmpdir(), "telecast-app-"));
  cleanUp(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });
  const url = await emptyDatabase({ template: true });
  const sandbox = await startSandbox({ clock: systemClock, ids: systemIds, host: "127.0.0.1", port: 0 });
  cleanUp(sandbox.close);
  const lines: string[] = [];
  const log = pino(
    { level: "trace" },
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        lines.push(chunk.toString());
        done();
      },
    }),
  );
  const database = openDatabase({ url, log, connections: 24 });
  cleanUp(database.close);
  const start = async (): Promise<App> =>
    await startApp({
      config: readConfig({ PORT: "0", DATA_DIR: dataDir, DATABASE_URL: url }),
      database,
      cipher: createCipher(Buffer.alloc(32, 7)),
      clock: systemClock,
      ids: systemIds,
      log,
      metrics: createMetrics({ process: false }),
      features,
      bot: { token: new Secret(sandbox.botToken), apiRoot: sandbox.url, sandboxUrl: sandbox.url },
      adminChatIds: [sandboxAdminId],
    });
  let app = await start();
  cleanUp(async () => {
    await app.stop();
  });
  return {
    sandbox,
    database,
    dataDir,
    log: () => lines.join(""),
    restart: async () => {
      await app.stop();
      app = await start();
    },
  };
}
