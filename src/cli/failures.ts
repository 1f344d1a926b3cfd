import { listDeadLetters } from "#kernel/jobs/index.ts";
import { listFailedUpdates, openFailedUpdate } from "#kernel/telegram/index.ts";

import type { CliCommand } from "./tools.ts";
import { UsageError } from "./usage.ts";

const shown = 50;

/**
 * `telecast failures`: what was set aside, updates by the reference their person was given and background jobs by id;
 * `failures <reference>` opens an update, which holds what the person wrote.
 */
export const failuresCommand: CliCommand = async ({ db, cipher }, [reference]) => {
  if (reference !== undefined) {
    const update = await openFailedUpdate(db, cipher, reference);
    if (update === undefined) throw new UsageError(`failures: no update was set aside under ${reference}`);
    return JSON.stringify(update, null, 2);
  }
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
};
