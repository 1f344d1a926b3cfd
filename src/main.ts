import { enableCompileCache } from "node:module";
import { loadEnvFile } from "node:process";
import { fileURLToPath } from "node:url";

/**
 * Starts the whole program and keeps it running until it is told to stop. Sets the exit code; never throws.
 *
 * This file imports nothing of the program: what is imported after the cache is on takes half the time to load, from the
 * second start on. Where the directory cannot be written it works without.
 */
export async function main(): Promise<void> {
  enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/telecast", import.meta.url)));
  try {
    loadEnvFile();
  } catch {
    // There need not be a .env: the environment itself is enough.
  }
  const { serve } = await import("./serve.ts");
  await serve(process.env);
}

if (import.meta.main) await main();
