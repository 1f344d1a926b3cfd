import type { FastifyRequest } from "fastify";

import type { Db } from "#kernel/db/index.ts";
import { AppError } from "#kernel/lib/errors.ts";

import { foreignSource, unknownSignal } from "../errors.ts";
import { findSignal, type Signal } from "../signal.ts";
import { sourceOfKey } from "../sources.ts";

/**
 * As which source a request writes: its key's, or for a key of none the one it names, else the key's own name.
 * @throws AppError `signals.foreign_source`.
 */
export async function writerOf(db: Db, { apiKey }: FastifyRequest, named: string | undefined): Promise<string> {
  if (apiKey === undefined) throw new Error("a route that writes signals does not ask for a key");
  const bound = await sourceOfKey(db, apiKey.id);
  if (bound !== undefined && named !== undefined && named !== bound)
    throw new AppError(foreignSource, { source: bound });
  return bound ?? named ?? nameFrom(apiKey.name);
}

/** A signal that the request's key may change. @throws AppError `signals.unknown_signal`, `signals.foreign_source`. */
export async function writableSignal(db: Db, request: FastifyRequest, id: number): Promise<Signal> {
  const signal = await findSignal(db, id);
  if (signal === undefined) throw new AppError(unknownSignal, { id });
  await writerOf(db, request, signal.source);
  return signal;
}

function nameFrom(keyName: string): string {
  const name = keyName
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+/, "")
    .slice(0, 40);
  return name === "" ? "api" : name;
}
