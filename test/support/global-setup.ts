import { makeTemplate, serverVariable } from "./database.ts";
import { startTestServer, type TestServer } from "./server.ts";

let server: TestServer | undefined;

/** Run once by `node --test --test-global-setup` before any file. */
export async function globalSetup(): Promise<void> {
  server = await startTestServer();
  await makeTemplate(server.url);
  process.env[serverVariable] = server.url;
}

export async function globalTeardown(): Promise<void> {
  await server?.stop();
}
