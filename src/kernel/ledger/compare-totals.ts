import { sql } from "kysely";

import { inTransaction } from "../db/index.ts";
import type { LedgerParts } from "./deps.ts";
import type { ReportDrift } from "./findings.ts";
import { readPosition } from "./star-list.ts";
import { systemAccounts } from "./system-accounts.ts";

interface TotalsDeps extends Pick<LedgerParts, "db" | "clock"> {
  readonly reportDrift: ReportDrift;
}

/** Telegram may list a payment a little later than it tells of it. */
const patienceMs = 60 * 60_000;

/**
 * The other direction, once the end of the list was reached: what the ledger has and the list has not, and whether the
 * sums agree.
 */
export async function compareTotals(
  deps: TotalsDeps,
  { linesCompared }: { readonly linesCompared: number },
): Promise<void> {
  for (const { key, detail } of await missingFromList(deps)) {
    await inTransaction(deps.db, async (tx) => {
      await deps.reportDrift(tx, { key, detail });
    });
  }
  // Sums over everything: only when something moved.
  if (linesCompared === 0) return;
  const difference = await totalsDifference(deps);
  if (difference === 0) return;
  await inTransaction(deps.db, async (tx) => {
    await deps.reportDrift(tx, {
      key: `totals:${difference}`,
      detail: `The ledger has ${Math.abs(difference)} Stars ${difference > 0 ? "more" : "less"} than Telegram lists.`,
    });
  });
}

async function missingFromList({ db, clock }: TotalsDeps): Promise<readonly { key: string; detail: string }[]> {
  const { beganAt } = await readPosition(db);
  const until = new Date(clock.now().getTime() - patienceMs);
  const { rows } = await sql<{ direction: "in" | "out"; charge_id: string; stars: number }>`
    select 'in' as direction, charge_id, stars from ledger.payment
    where paid_at between ${beganAt} and ${until} and not exists (
      select from ledger.star_transaction where id = charge_id and direction = 'in'
    )
    union all
    select 'out', charge_id, stars from ledger.refund
    where state = 'refunded' and changed_at between ${beganAt} and ${until} and not exists (
      select from ledger.star_transaction where id = charge_id and direction = 'out'
    )
    limit 100`.execute(db);
  return rows.map(({ direction, charge_id, stars }) => ({
    key: `missing:${direction}:${charge_id}`,
    detail: `The ${direction === "in" ? "payment" : "refund"} ${charge_id} of ${stars} Stars is booked, but Telegram does not list it.`,
  }));
}

/** What is booked and not (yet) listed is left out: it was looked at above. */
async function totalsDifference({ db }: TotalsDeps): Promise<number> {
  const { rows } = await sql<{ difference: number }>`
    select (
      (select coalesce(sum(amount), 0) from ledger.posting where account_id = ${systemAccounts.telegram})
      - (select coalesce(sum(case direction when 'in' then stars else -stars end), 0) from ledger.star_transaction)
      - (select coalesce(sum(stars), 0) from ledger.payment where not exists (
          select from ledger.star_transaction where id = charge_id and direction = 'in'))
      + (select coalesce(sum(stars), 0) from ledger.refund where state = 'refunded' and not exists (
          select from ledger.star_transaction where id = charge_id and direction = 'out'))
    )::bigint as difference`.execute(db);
  return rows[0]?.difference ?? 0;
}
