import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";

import type { Clock } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";

export interface KeySetDeps {
  readonly url: string;
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly log: Logger;
}

/** The key set could not be read, and what was read before is too old to be trusted. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

/** A key that was withdrawn is refused after this long. */
const freshMs = 10 * 60_000;
/** While the service is away its last word holds for so long. */
const trustedMs = 24 * 60 * 60_000;
/** Whoever makes up key ids cannot make us ask more often. */
const pauseMs = 30_000;
const pauseAfterFailureMs = 5000;
const timeoutMs = 3000;
const mostBytes = 256 * 1024;
const mostKeys = 100;

/**
 * The public keys of a sign-in service, read when first needed and again when old or when a token names a key that is
 * not among them. One request at a time, whatever comes.
 * @returns what `jwtVerify` asks for a key. @throws KeysUnavailable
 */
export function createKeySet({ url, clock, log }: KeySetDeps): JWTVerifyGetKey {
  let keys: { readonly find: JWTVerifyGetKey; readonly readAtMs: number } | undefined;
  let nextReadMs = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    try {
      const set = await fetchKeySet(url);
      keys = { find: createLocalJWKSet(set), readAtMs: clock.monotonicMs() };
      nextReadMs = clock.monotonicMs() + pauseMs;
    } catch (error) {
      nextReadMs = clock.monotonicMs() + pauseAfterFailureMs;
      log.warn({ err: toError(error).message }, "the keys of the sign-in service could not be read");
    }
  };
  const refresh = async (): Promise<void> => {
    if (reading === undefined && clock.monotonicMs() < nextReadMs) return;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    await reading;
  };
  const ageMs = (): number => (keys === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() - keys.readAtMs);

  return async (header, token) => {
    if (ageMs() > freshMs) await refresh();
    const known = keys;
    if (known === undefined || ageMs() > trustedMs) throw new KeysUnavailable();
    try {
      return await known.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await refresh();
      if (keys === undefined || keys === known) throw error;
      return await keys.find(header, token);
    }
  };
}

/** @throws when it does not come in time, is too large, or is none. */
async function fetchKeySet(url: string): Promise<JSONWebKeySet> {
  const signal = AbortSignal.timeout(timeoutMs);
  const answer = await fetch(url, { signal, redirect: "error", headers: { accept: "application/json" } });
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    throw new Error(`the answer was ${answer.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    // Leaving the loop ends the transfer.
    if (bytes > mostBytes) throw new Error(`the answer is longer than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  const set = JSON.parse(Buffer.concat(chunks).toString("utf8")) as Partial<JSONWebKeySet> | null;
  if (!Array.isArray(set?.keys) || set.keys.length > mostKeys) throw new Error("the answer is not a key set");
  return { keys: set.keys };
}
