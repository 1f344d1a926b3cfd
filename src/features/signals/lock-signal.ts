import { sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";
import { AppError } from "#kernel/lib/errors.ts";

import { unknownSignal } from "./errors.ts";
import { findSignal, type Signal } from "./signal.ts";

/**
 * A signal as it is once nobody else is changing or ending it. Always in this order: the signal, then its place among the
 * open ones, which whoever ends it takes away. Not `for update`: a price that ends it refers to the signal's row and
 * would wait for us while we wait for it.
 * @throws AppError `signals.unknown_signal`.
 */
export async function lockSignal(tx: Tx, id: number): Promise<Signal> {
  await sql`select from signals.signal where id = ${id} for no key update`.execute(tx);
  await sql`select from signals.open_signal where signal_id = ${id} for update`.execute(tx);
  const signal = await findSignal(tx, id);
  if (signal === undefined) throw new AppError(unknownSignal, { id });
  return signal;
}
