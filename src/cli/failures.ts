import { inTransaction } from "#kernel/db/index.ts";
import { listDeadLetters } from "#kernel/jobs/index.ts";
import { listFailedUpdates, openFailedUpdate, retryFailedUpdate } from "#kernel/telegram/index.ts";

import type { CliCommand, Tools } from "./tools.ts";
import { UsageError } from "./usage.ts";

const shown = 50;

/**
 * `telecast failures`: what was set aside, updates by the reference their person was given and background jobs by id;
 * `failures <reference or id>` opens one (an update holds what the person wrote), `failures retry <…>` has it done again.
 */
export const failuresCommand: CliCommand = async (tools, [first, second]) => {
  if (first === undefined) return await listAll(tools);
  return first === "retry" ? await retry(tools, second) : await open(tools, first);
};

async function listAll({ db }: Tools): Promise<string> {
  const updates = (await listFailedUpdates(db, shown)).map(
    ({ reference: code, kind, chatId, error, receivedAt }) =>
      `${receivedAt.toISOString()}  ${code}  ${kind} in ${chatId}: ${error}`,
  );
  const jobs = (await listDeadLetters(db, shown)).map(
    ({ id, job, error, attempts, diedAt }) =>
      `${diedAt.toISOString()}  ${id}  ${job} after ${attempts} tries: ${error}`,
  );
  if (updates.length + jobs.length === 0) return "Nothing was set aside.";
  return [...updates, ...jobs].join("\n");
}

async function open({ db, cipher }: Tools, name: string): Promise<string> {
  const found =
    (await openFailedUpdate(db, cipher, name.toUpperCase())) ??
    (await listDeadLetters(db, mostDead)).find(({ id }) => id === name);
  if (found === undefined) throw new UsageError(`failures: nothing was set aside under ${name}`);
  return JSON.stringify(found, null, 2);
}

/** They are kept for 30 days; more than this is an outage, not a list to look through. */
const mostDead = 10_000;

async function retry(tools: Tools, name: string | undefined): Promise<string> {
  const { db, accounts } = tools;
  const reference = name?.toUpperCase();
  if (name === undefined || reference === undefined)
    throw new UsageError("failures retry: expected the reference of an update or the id of a job");
  const done = await inTransaction(db, async (tx) => {
    const found = await retryFailedUpdate(tx, reference);
    if (found)
      await accounts.audit(tx, {
        actor: "cli",
        action: "update.retried",
        subject: `update:${reference}`,
        origin: "cli",
      });
    return found;
  });
  if (done) return `The update ${reference} is handled again; a running program takes it within seconds.`;
  if (!(await listDeadLetters(db, mostDead)).some(({ id }) => id === name) || !(await tools.redrive(name))) {
    throw new UsageError(`failures retry: nothing was set aside under ${name}`);
  }
  await inTransaction(db, async (tx) => {
    await accounts.audit(tx, {
      actor: "cli",
      action: "job.redriven",
      subject: `background-job:${name}`,
      origin: "cli",
    });
  });
  return `The job ${name} waits to be done again.`;
}
