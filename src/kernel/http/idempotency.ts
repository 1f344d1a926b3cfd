import { createHash } from "node:crypto";

import type { FastifyRequest } from "fastify";
import { sql } from "kysely";

import { type Db, inTransaction, type Tx } from "../db/index.ts";
import { AppError } from "../lib/errors.ts";
import { idempotencyKeyReused, invalidIdempotencyKey } from "./errors.ts";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Stored {
  readonly request_hash: string;
  readonly status: number;
  readonly body: unknown;
}

/**
 * Runs `work` in one transaction, once per `Idempotency-Key` and caller: the answer is stored with the change it tells
 * of, so a repeat (also a concurrent one: it waits for the first) gets the same answer and changes nothing. What `work`
 * throws rolls everything back, so a refused request may be tried again with the same key. Without the header `work`
 * just runs. Keys are kept for as long as the setting says, 7 days at first.
 * @throws AppError `http.idempotency_key_reused` when the key came with another request before.
 */
export async function idempotently(
  db: Db,
  request: FastifyRequest,
  work: (tx: Tx) => Promise<Answer>,
): Promise<Answer & { readonly replayed: boolean }> {
  const key = keyOf(request);
  return await inTransaction(db, async (tx) => {
    if (key === undefined) return { ...(await work(tx)), replayed: false };
    const owner = ownerOf(request);
    const hash = requestHash(request);
    const { numAffectedRows } = await sql`
      insert into http.idempotency (owner, key, request_hash) values (${owner}, ${key}, ${hash})
      on conflict (owner, key) do nothing`.execute(tx);
    if (numAffectedRows === 0n) return { ...(await replay(tx, { owner, key, hash })), replayed: true };
    const answer = await work(tx);
    await sql`
      update http.idempotency set status = ${answer.status}, body = ${JSON.stringify(answer.body)}::jsonb
      where owner = ${owner} and key = ${key}`.execute(tx);
    return { ...answer, replayed: false };
  });
}

/** Two callers may use the same key text. */
function ownerOf({ apiKey, webUser }: FastifyRequest): string {
  if (apiKey !== undefined) return String(apiKey.id);
  return webUser === undefined ? "none" : `web:${webUser.subject}`;
}

async function replay(
  tx: Tx,
  of: { readonly owner: string; readonly key: string; readonly hash: string },
): Promise<Answer> {
  const { rows } = await sql<Stored>`
    select request_hash, status, body from http.idempotency where owner = ${of.owner} and key = ${of.key}`.execute(tx);
  const [stored] = rows;
  if (stored === undefined) throw new Error("an idempotency key vanished while it was in use");
  if (stored.request_hash !== of.hash) throw new AppError(idempotencyKeyReused);
  return { status: stored.status, body: stored.body };
}

function keyOf(request: FastifyRequest): string | undefined {
  const header = request.headers["idempotency-key"];
  if (header === undefined) return undefined;
  if (typeof header !== "string" || !/^[\x21-\x7e]{1,255}$/.test(header)) throw new AppError(invalidIdempotencyKey);
  return header;
}

function requestHash({ method, url, body }: FastifyRequest): string {
  return createHash("sha256")
    .update(`${method} ${url}\n${JSON.stringify(body ?? null)}`)
    .digest("base64url");
}
