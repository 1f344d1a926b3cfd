import { createHash, createHmac, timingSafeEqual } from "node:crypto";

import { z } from "zod";

import type { Clock } from "#kernel/lib/clock.ts";
import type { Secret } from "#kernel/lib/secret.ts";

import type { CallbackHeaders, CallbackVerdict } from "../port.ts";

const oldestMs = 5 * 60_000;

/** The task's name is spelt differently by each kind of model. */
const callback = z.looseObject({
  data: z
    .looseObject({ taskId: z.string().min(1).optional(), task_id: z.string().min(1).optional() })
    .transform(({ taskId, task_id: snakeCase }) => taskId ?? snakeCase),
});

/**
 * KIE signs `<task id>.<unix seconds>`, not the body: whoever has seen one callback could say anything with it, so that
 * it is a reason to look and nothing more. Without a secret (its owner has made no `webhookHmacKey`) nothing is signed,
 * and the unguessable URL is what tells KIE from others.
 */
export function verifyKieCallback(
  { secret, clock }: { readonly secret: Secret | undefined; readonly clock: Clock },
  headers: CallbackHeaders,
  rawBody: Buffer,
): CallbackVerdict {
  const reference = taskIn(rawBody);
  if (secret === undefined) {
    if (reference === undefined) return { ok: false, reason: "malformed" };
    return { ok: true, reference, replayKey: createHash("sha256").update(rawBody).digest("base64url") };
  }
  const [timestamp, signature] = [headers["x-webhook-timestamp"], headers["x-webhook-signature"]];
  if (typeof timestamp !== "string" || typeof signature !== "string") return { ok: false, reason: "unsigned" };
  if (reference === undefined) return { ok: false, reason: "malformed" };
  const expected = createHmac("sha256", secret.reveal()).update(`${reference}.${timestamp}`).digest();
  const given = Buffer.from(signature, "base64");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    return { ok: false, reason: "bad_signature" };
  }
  const ageMs = clock.now().getTime() - Number(timestamp) * 1000;
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(ageMs) > oldestMs) return { ok: false, reason: "stale" };
  return { ok: true, reference, replayKey: expected.toString("base64url") };
}

function taskIn(rawBody: Buffer): string | undefined {
  try {
    return callback.safeParse(JSON.parse(rawBody.toString("utf8"))).data?.data;
  } catch {
    return undefined;
  }
}
