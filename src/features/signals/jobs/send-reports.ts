import { sql } from "kysely";
import { z } from "zod";

import { inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import type { Language } from "#kernel/lib/language.ts";

import type { Report, SignalAnnouncer } from "../announcer.ts";
import { reportTopic } from "../notifications.ts";
import { readPerformance } from "../performance.ts";
import { signalSettings } from "../settings.ts";

export interface ReportDeps extends Pick<Kernel, "db" | "clock" | "delivery" | "settings"> {
  readonly announcer: Pick<SignalAnnouncer, "report">;
}

/** So many chats are told in one transaction. */
const atOnce = 5000;
const days = { daily: 1, weekly: 7, monthly: 30 } as const;

/** Each minute: reports to whose hour it is, by their own clocks. The next one is planned in the transaction that queues this one. */
export function makeSendReports(deps: ReportDeps): Job<Record<string, never>> {
  return defineJob({
    name: "signals.send-reports",
    payload: z.strictObject({}),
    run: async () => {
      const now = deps.clock.now();
      const known = new Map<string, Report>();
      for (let told = atOnce; told === atOnce;) {
        told = await inTransaction(deps.db, async (tx) => await tellDue(deps, tx, { now, known }));
      }
    },
  });
}

interface DueRow {
  readonly chat_id: number;
  readonly period: Report["period"];
  readonly due_at: Date;
  readonly reads: Language;
  readonly zone: string;
}

interface Telling {
  readonly now: Date;
  /** Reports are the same for everybody who is told at the same time. */
  readonly known: Map<string, Report>;
}

async function tellDue(deps: ReportDeps, tx: Tx, telling: Telling): Promise<number> {
  const { rows } = await sql<DueRow>`
    with due as (
      select chat_id, next_report_at from signals.subscription
      where next_report_at <= ${telling.now} order by next_report_at limit ${atOnce} for update skip locked
    )
    update signals.subscription as kept
    set next_report_at = signals.next_report(report_period, report_at, zone, ${telling.now})
    from due
    where kept.chat_id = due.chat_id
    returning kept.chat_id, kept.report_period as period, due.next_report_at as due_at,
      kept.reads, kept.zone`.execute(tx);
  const groups = [
    ...Map.groupBy(rows, ({ period, reads, zone, due_at: at }) => `${period} ${reads} ${zone} ${+at}`).values(),
  ];
  const contents = [];
  for (const [first] of groups) {
    if (first === undefined) continue;
    const report = await reportFor(deps, tx, { first, known: telling.known });
    contents.push({ content: deps.announcer.report(report, { language: first.reads, timeZone: first.zone }) });
  }
  if (contents.length === 0) return rows.length;
  const chatIds = groups.flatMap((group) => group.map(({ chat_id: id }) => id));
  const numbers = groups.flatMap((group, index) => group.map(() => index + 1));
  await deps.delivery.batches.fanOut(
    tx,
    sql`
      select chat_id, content, null::timestamptz as not_before
      from unnest(${chatIds}::bigint[], ${numbers}::int[]) as told (chat_id, content)`,
    { topic: reportTopic, contents },
  );
  return rows.length;
}

async function reportFor(
  { settings }: ReportDeps,
  tx: Tx,
  { first, known }: { readonly first: DueRow; readonly known: Map<string, Report> },
): Promise<Report> {
  const { period, due_at: to } = first;
  const key = `${period} ${to.toISOString()}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const from = new Date(to.getTime() - days[period] * 86_400_000);
  const { feePercent } = await settings.read(signalSettings);
  const report = { period, from, to, performance: await readPerformance(tx, { from, to, feePercent }) };
  known.set(key, report);
  return report;
}
