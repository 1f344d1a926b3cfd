import { createHash } from "node:crypto";

import type { Kernel } from "#kernel/feature.ts";

/** The unguessable part of a job's callback URL: derived, so that it need not be kept anywhere. */
export function callbackToken(cipher: Kernel["cipher"], jobId: string): string {
  return cipher.sign(jobId, "studio.callback");
}

/** What is stored of it, and found by. */
export function hashCallbackToken(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
