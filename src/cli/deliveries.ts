import { inTransaction } from "#kernel/db/index.ts";
import type { DeliveryRecord, RetryResult } from "#kernel/delivery/index.ts";
import { AppError, type ErrorDefinition } from "#kernel/lib/errors.ts";

import type { CliCommand, Tools } from "./tools.ts";
import { UsageError } from "./usage.ts";

const shown = 50;

const notRetried = {
  code: "cli.delivery_not_retried",
  status: 409,
  message: "delivery {id} is not sent again: {why}",
} as const satisfies ErrorDefinition;

const reasons: Readonly<Record<Extract<RetryResult, { ok: false }>["reason"], string>> = {
  not_found: "there is none, or its time is over",
  not_retryable: "only those that failed or may not have arrived are",
  superseded: "something newer has taken its place, or what it said is no longer kept",
};

/**
 * `telecast deliveries`: the newest that failed or may not have arrived; `deliveries <id>` shows one with its timeline,
 * `deliveries retry <id>` sends it again.
 */
export const deliveriesCommand: CliCommand = async (tools, [first, second]) => {
  if (first === undefined) return await listFailed(tools);
  return first === "retry" ? await retry(tools, idOf(second)) : await show(tools, idOf(first));
};

function idOf(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text))
    throw new UsageError("deliveries: expected the number of a delivery");
  return Number(text);
}

async function listFailed({ db, deliveries }: Tools): Promise<string> {
  const found: DeliveryRecord[] = [];
  for (const state of ["failed", "unknown"] as const) {
    found.push(...(await deliveries.list(db, { state, limit: shown })).deliveries);
  }
  if (found.length === 0) return "Every delivery that has ended has arrived, expired or was not wanted.";
  return found
    .toSorted((a, b) => b.id - a.id)
    .slice(0, shown)
    .map((record) => line(record))
    .join("\n");
}

function line({ id, chatId, topic, state, error, finishedAt, createdAt }: DeliveryRecord): string {
  return `${(finishedAt ?? createdAt).toISOString()}  ${id}  ${topic} to ${chatId} ${state}${error === undefined ? "" : `: ${error}`}`;
}

async function show({ db, deliveries }: Tools, id: number): Promise<string> {
  const record = await deliveries.find(db, id);
  if (record === undefined) throw new UsageError(`deliveries: there is no delivery ${id}, or its time is over`);
  const timeline = record.timeline.map(({ at, detail }) => `  ${at.toISOString()}  ${detail}`);
  return [line(record), ...timeline].join("\n");
}

async function retry({ db, deliveries, accounts }: Tools, id: number): Promise<string> {
  await inTransaction(db, async (tx) => {
    const result = await deliveries.retry(tx, id);
    if (!result.ok) throw new AppError(notRetried, { id, why: reasons[result.reason] });
    await accounts.audit(tx, { actor: "cli", action: "delivery.retried", subject: `delivery:${id}`, origin: "cli" });
  });
  return `Delivery ${id} is sent again.`;
}
