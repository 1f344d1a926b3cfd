import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { readConfig } from "#kernel/config/index.ts";
import { type Database, openDatabase } from "#kernel/db/index.ts";
import { createCipher } from "#kernel/lib/cipher.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createMetrics, silentLogger } from "#kernel/observability/index.ts";

import { type App, startApp } from "../../src/app.ts";
import { features } from "../../src/features.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/server.ts";
import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";
import { cleanUp } from "./clean-up.ts";
import { emptyDatabase } from "./database.ts";

export const apiKey = "test-key-0123456789abcdef";

export interface RunningApp {
  readonly app: App;
  readonly sandbox: Sandbox;
  readonly database: Database;
  /** Where files are kept. */
  readonly dataDir: string;
  /** Calls the program's API with the key that may do everything. */
  readonly api: (path: string, init?: ApiCall) => Promise<Response>;
}

export interface ApiCall {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * The whole program in this process, with a database of its own and the sandbox as Telegram, as `npm start` runs it.
 * @param environment over what the tests need.
 */
export async function runApp(environment: Readonly<Record<string, string>> = {}): Promise<RunningApp> {
  const dataDir = await mkdtemp(join(tmpdir(), "telecast-app-"));
  cleanUp(async () => {
    await rm(dataDir, { recursive: true, force: true });
  });
  const url = await emptyDatabase({ template: true });
  const sandbox = await startSandbox({
    clock: systemClock,
    ids: systemIds,
    host: "127.0.0.1",
    port: 0,
    // Built before the tests run; without it only the browser's journeys fail.
    pageDir: fileURLToPath(new URL("../../web/dist/sandbox", import.meta.url)),
  });
  cleanUp(sandbox.close);
  const log = silentLogger();
  const database = openDatabase({ url, log, connections: 24 });
  cleanUp(database.close);
  const config = readConfig({
    PORT: "0",
    DATA_DIR: dataDir,
    DATABASE_URL: url,
    TELECAST_API_KEY: apiKey,
    ...environment,
  });
  const app = await startApp({
    config,
    database,
    cipher: createCipher(Buffer.alloc(32, 7)),
    clock: systemClock,
    ids: systemIds,
    log,
    metrics: createMetrics({ process: true }),
    features,
    bot: { token: new Secret(sandbox.botToken), apiRoot: sandbox.url, sandboxUrl: sandbox.url },
    adminChatIds: [sandboxAdminId],
  });
  cleanUp(app.stop);
  return {
    app,
    sandbox,
    database,
    dataDir,
    api: async (path, init = {}) =>
      await fetch(`${app.url}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json", ...init.headers },
      }),
  };
}
