import { sql } from "kysely";

import { listOutages } from "#features/studio/provider-health.ts";
import { type Db, leaseHolder } from "#kernel/db/index.ts";
import { listDeadLetters } from "#kernel/jobs/index.ts";
import { ledgerViolations } from "#kernel/ledger/index.ts";
import { listFailedUpdates } from "#kernel/telegram/index.ts";

import { counted, failed, type Finding, notice, ok } from "./finding.ts";

const listed = 1000;
const waitingTooLongSeconds = 90;

/** Which leases are held: what a running program does at this moment. */
export async function runningParts(db: Db): Promise<{ readonly sends: boolean; readonly polls: boolean }> {
  const sending = await leaseHolder(db, "delivery.send");
  const { rows } = await sql`
    select from kernel.lease where name like 'telegram.poll:%' and expires_at > now() limit 1`.execute(db);
  return { sends: sending?.isCurrent === true, polls: rows.length > 0 };
}

/** What waits for a person, and whether the books are right. The database is up to date. */
export async function checkWork(db: Db): Promise<readonly Finding[]> {
  return [await checkLedger(db), await checkQueue(db), ...(await checkFailures(db)), ...(await checkOutages(db))];
}

async function checkLedger(db: Db): Promise<Finding> {
  const violations = await ledgerViolations(db);
  const [first] = violations;
  if (first === undefined) return ok("ledger", "every invariant holds");
  return failed(
    "ledger",
    `${counted(violations.length, "entry breaks", "entries break")} the rules, the first: ${first.name}, ${first.subject}`,
    "Nothing repairs itself here: look at `select * from ledger.violation` and report it.",
  );
}

async function checkQueue(db: Db): Promise<Finding> {
  const { rows } = await sql<{ waiting: number; seconds: number }>`
    select count(*) as waiting,
      coalesce(extract(epoch from now() - min(greatest(created_at, not_before)) filter (where lane <= 1)), 0)::float8 as seconds
    from (
      select created_at, not_before, lane from delivery.outbox
      where state = 'queued' and refusal is null and (retry_at is null or retry_at <= now())
      order by lane, id limit 100000
    ) as queued`.execute(db);
  const { waiting = 0, seconds = 0 } = rows[0] ?? {};
  const many =
    waiting >= 100_000 ? "100,000 deliveries or more wait" : counted(waiting, "delivery waits", "deliveries wait");
  if (seconds > waitingTooLongSeconds) {
    const fix = "See whether the program runs, and what `/api/health` says of sending.";
    return failed("deliveries", `${many}; a reply has waited for ${Math.round(seconds)} s`, fix);
  }
  return ok("deliveries", many);
}

const remedies = {
  outage: "Nothing, if it is theirs: one video at a time tries whether it is back. See its status page.",
  no_credit: "Buy credits there; within an hour a video tries it again.",
  unauthorized: "Set its key to one that is valid, and start the program again.",
} as const;

/** Video providers that new videos are kept from. */
async function checkOutages(db: Db): Promise<readonly Finding[]> {
  return (await listOutages(db)).map(({ provider, trouble, since }) => {
    const detail = {
      outage: "does not answer as it should",
      no_credit: "has no credit of ours left",
      unauthorized: "does not take our key",
    };
    return notice(`providers.${provider}`, `${detail[trouble]}, since ${since.toISOString()}`, remedies[trouble]);
  });
}

async function checkFailures(db: Db): Promise<readonly Finding[]> {
  const updates = (await listFailedUpdates(db, listed)).length;
  const jobs = (await listDeadLetters(db, listed)).length;
  const { rows } = await sql<{ failed: number; unknown: number }>`
    select count(*) filter (where state = 'failed') as failed, count(*) filter (where state = 'unknown') as unknown
    from delivery.history where state in ('failed', 'unknown') and finished_at > now() - interval '1 day'`.execute(db);
  const deliveries = rows[0] ?? { failed: 0, unknown: 0 };
  const setAside = [
    ...(updates === 0 ? [] : [counted(updates, "update")]),
    ...(jobs === 0 ? [] : [counted(jobs, "background job")]),
  ];
  return [
    setAside.length === 0
      ? ok("failures", "nothing was set aside")
      : notice(
          "failures",
          `${setAside.join(" and ")} set aside`,
          "`telecast failures` lists them and does them again.",
        ),
    deliveries.failed + deliveries.unknown === 0
      ? ok("deliveries.ended", "all of the last day that could arrive did")
      : notice(
          "deliveries.ended",
          `in the last day ${deliveries.failed} failed and ${deliveries.unknown} may not have arrived`,
          "`telecast deliveries` lists them.",
        ),
  ];
}
