import { createHash, timingSafeEqual } from "node:crypto";

import type { CallbackHeaders, CallbackVerdict } from "../port.ts";

/**
 * A2E calls once and never again, with our own token in a header; what its body says is not documented and does not
 * matter.
 */
export function verifyA2eCallback(token: string, headers: CallbackHeaders, rawBody: Buffer): CallbackVerdict {
  const given = headers["x-a2e-webhook-token"];
  if (typeof given !== "string") return { ok: false, reason: "unsigned" };
  // Hashed, so that the comparison takes as long whatever the length.
  if (!timingSafeEqual(hash(Buffer.from(given)), hash(Buffer.from(token)))) {
    return { ok: false, reason: "bad_signature" };
  }
  return { ok: true, replayKey: hash(rawBody).toString("base64url") };
}

function hash(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
