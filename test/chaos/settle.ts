import { sql } from "kysely";

import { machineMs, sleep } from "../../bench/harness/machine-clock.ts";
import type { Rig } from "./rig.ts";

/** Longer than a dead worker's jobs wait to be noticed, and than a call to Telegram may take. */
const stillMs = 75_000;
const longestMs = 15 * 60_000;

/** Waits until nothing is left to do. @returns what is, when it has not become less for long; "" otherwise. */
export async function settle(rig: Rig): Promise<string> {
  const beganMs = machineMs();
  let changedMs = beganMs;
  let before: string | undefined;
  for (;;) {
    const left = await whatIsLeft(rig);
    const nowMs = machineMs();
    if (left !== before) changedMs = nowMs;
    before = left;
    if (left === "" || nowMs - changedMs > stillMs || nowMs - beganMs > longestMs) return left;
    await sleep(200);
  }
}

async function whatIsLeft({ telegram, database: { db } }: Rig): Promise<string> {
  const { people, updates } = await telegram.call("unfinished");
  const { rows } = await sql<{ what: string; count: number }>`
    select 'updates' as what, count(*) from telegram.update where state = 'waiting'
    union all select 'deliveries', count(*) from delivery.outbox
    union all select 'flights', count(*) from delivery.flight
    union all select 'refunds', count(*) from ledger.refund where state in ('approved', 'refunding')
    union all select 'settlements', count(*) from delivery.settlement
    union all select 'videos', count(*) from studio.job where finished_at is null`.execute(db);
  const found = [
    ...rows,
    { what: "unconfirmed updates", count: updates },
    { what: "unfinished people", count: people },
  ];
  return found
    .filter(({ count }) => count > 0)
    .map(({ what, count }) => `${count} ${what}`)
    .join(", ");
}
