import { sql } from "kysely";

import { nextMoment, type Pace } from "../lib/pace.ts";
import { type Db, inTransaction } from "./database.ts";

export interface SharedPace extends Pace {
  /** What is kept: one line for all who share it. */
  readonly name: string;
  /** Who would have to wait longer gets no moment. */
  readonly longestWaitMs: number;
}

export interface Booking {
  readonly isBooked: boolean;
  /** Until the booked moment; or until there would be one. */
  readonly waitMs: number;
}

/**
 * Books the next moment that keeps a pace which all replicas share, by the database's clock. Bookings queue for the row:
 * no two get the same moment, and nobody overtakes.
 */
export async function bookMoment(db: Db, { name, longestWaitMs, ...pace }: SharedPace): Promise<Booking> {
  await sql`insert into kernel.pace (name) values (${name}) on conflict (name) do nothing`.execute(db);
  return await inTransaction(db, async (tx) => {
    const { rows } = await sql<{ taken: readonly number[]; now: number }>`
      select taken, extract(epoch from clock_timestamp())::float8 * 1000 as now
      from kernel.pace where name = ${name} for update`.execute(tx);
    const [row] = rows;
    if (row === undefined) throw new Error("a pace vanished while it was kept");
    // Nobody booked so far ahead: the clock has been set back.
    const taken = row.taken.filter((at) => at <= row.now + longestWaitMs);
    const moment = nextMoment(taken, pace, row.now);
    const waitMs = moment - row.now;
    if (waitMs > longestWaitMs) return { isBooked: false, waitMs };
    await sql`
      update kernel.pace set taken = ${[...taken, moment].slice(-pace.limit)}::float8[] where name = ${name}`.execute(
      tx,
    );
    return { isBooked: true, waitMs };
  });
}
