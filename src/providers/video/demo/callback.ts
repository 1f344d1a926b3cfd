import { backoffMs } from "#kernel/lib/backoff.ts";
import type { Cipher } from "#kernel/lib/cipher.ts";
import { type Clock, pause } from "#kernel/lib/clock.ts";
import type { Ids } from "#kernel/lib/ids.ts";

import type { CallbackHeaders, CallbackVerdict } from "../port.ts";

export interface CallbackDeps {
  readonly cipher: Cipher;
  readonly clock: Clock;
  readonly ids: Ids;
}

const purpose = "demo-callback";
const timestampHeader = "x-demo-timestamp";
const signatureHeader = "x-demo-signature";
const attempts = 4;
const backoff = { firstMs: 500, longestMs: 4000 };
const answerWithinMs = 10_000;
const oldestMs = 5 * 60_000;

/**
 * Tells `url` that the job has ended: a signed POST, repeated a few times until it is answered with 2xx.
 * @returns whether it was. @throws the signal's reason.
 */
export async function sendCallback(
  { cipher, clock, ids }: CallbackDeps,
  url: string,
  reference: string,
  signal: AbortSignal,
): Promise<boolean> {
  const body = JSON.stringify({ reference });
  for (let attempt = 1; attempt <= attempts; attempt++) {
    signal.throwIfAborted();
    const timestamp = String(Math.floor(clock.now().getTime() / 1000));
    const headers = {
      "content-type": "application/json",
      [timestampHeader]: timestamp,
      [signatureHeader]: cipher.sign(signedText(timestamp, body), purpose),
    };
    if (await post(url, headers, body, signal)) return true;
    if (attempt < attempts) await pause(clock, backoffMs(backoff, attempt, ids.random()), signal);
  }
  return false;
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    // Nobody there, or no answer in time: the caller tries again, and polling finds out in any case.
    return false;
  }
}

/** The other end of `sendCallback`. The body is signed; a signature is good for five minutes. */
export function verifyCallback(
  { cipher, clock }: Pick<CallbackDeps, "cipher" | "clock">,
  headers: CallbackHeaders,
  rawBody: Buffer,
): CallbackVerdict {
  const [timestamp, signature] = [headers[timestampHeader], headers[signatureHeader]];
  if (typeof timestamp !== "string" || typeof signature !== "string") return { ok: false, reason: "unsigned" };
  const body = rawBody.toString("utf8");
  if (!cipher.verify(signedText(timestamp, body), signature, purpose)) return { ok: false, reason: "bad_signature" };
  const ageMs = clock.now().getTime() - Number(timestamp) * 1000;
  if (!(Math.abs(ageMs) <= oldestMs)) return { ok: false, reason: "stale" };
  const { reference } = JSON.parse(body) as { readonly reference?: unknown };
  if (typeof reference !== "string") return { ok: false, reason: "malformed" };
  return { ok: true, reference, replayKey: signature };
}

function signedText(timestamp: string, body: string): string {
  return `${timestamp}.${body}`;
}
