import { rm, writeFile } from "node:fs/promises";

import type { FetchOutcome, FetchTarget } from "../port.ts";

/** For results that come inside an answer: the whole file, or none. */
export async function saveBytes(bytes: Buffer, { path, maxBytes }: FetchTarget): Promise<FetchOutcome> {
  if (bytes.byteLength > maxBytes) return { ok: false, reason: "too_large" };
  try {
    await writeFile(path, bytes, { mode: 0o600 });
    return { ok: true, bytes: bytes.byteLength };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}
