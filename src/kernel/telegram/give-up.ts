import type { Update } from "grammy/types";

import { inTransaction } from "../db/index.ts";
import { toError } from "../lib/errors.ts";
import type { Ids } from "../lib/ids.ts";
import type { TurnOutcome } from "./chat-queue.ts";
import { collectEffects, type Effects } from "./effects.ts";
import type { Head } from "./turns.ts";
import { factsOf } from "./update-facts.ts";
import { graceMs, type UpdateHandlerDeps } from "./update-work.ts";

export interface FailedUpdate {
  readonly chatId: number;
  readonly head: Head;
  readonly reason: unknown;
}

/**
 * Puts an update aside whose handler threw or hung: keeps it with the error, gives the person a code to quote, and lets
 * the chat go on. Not tried again: what a handler does not expect today it will not expect in a second either.
 */
export async function giveUp(
  deps: UpdateHandlerDeps & { readonly perform: (effects: Effects, update: Update | undefined) => void },
  { chatId, head, reason }: FailedUpdate,
): Promise<TurnOutcome> {
  const { db, turns, router, api, ids, log, meter } = deps;
  const error = toError(reason);
  const reference = referenceCode(ids);
  const note = { reference, error: `${error.name}: ${error.message}`.slice(0, 500) };
  const update = readOrNothing(head);
  const effects = collectEffects(api, log);

  const record = async (isToldTo: boolean): Promise<"recorded" | "not ours" | "busy"> =>
    await inTransaction(db, async (tx) => {
      effects.clear();
      if ((await turns.take(tx, chatId, graceMs)) === undefined) return "busy";
      if (!(await turns.markFailed(tx, head.updateId, note))) return "not ours";
      if (isToldTo && update !== undefined) {
        const work = { tx, update, facts: factsOf(update), receivedAt: head.receivedAt, effects };
        await router.apologise(work, reference);
      }
      return "recorded";
    });

  try {
    // If even the apology fails, the chat must go on without it.
    const recorded = await record(true).catch(async () => await record(false));
    if (recorded === "busy") return "busy";
    if (recorded === "not ours") return "more";
  } catch (recording) {
    log.warn({ err: toError(recording).message, updateId: head.updateId }, "failure could not be recorded yet");
    return "later";
  }
  const kind = update === undefined ? "other" : factsOf(update).kind;
  // Not the whole error: a database's detail quotes the row, and so what the person wrote.
  const { name, message, stack } = error;
  log.error({ err: { name, message, stack }, updateId: head.updateId, kind, reference }, "update was put aside");
  meter.failed(kind);
  deps.perform(effects, update);
  return "more";
}

function readOrNothing(head: Head): Update | undefined {
  try {
    return head.read();
  } catch {
    // Sealed with a key that is gone: it can be put aside, but nobody can be told.
    return undefined;
  }
}

/** Short enough to be read out, and no secret: it only finds the row. */
function referenceCode(ids: Ids): string {
  return Math.floor(ids.random() * 36 ** 6)
    .toString(36)
    .padStart(6, "0")
    .toUpperCase();
}
