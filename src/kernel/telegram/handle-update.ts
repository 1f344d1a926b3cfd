import type { Update } from "grammy/types";

import { inTransaction, type Tx, withCommit } from "../db/index.ts";
import { toError } from "../lib/errors.ts";
import type { TurnOutcome } from "./chat-queue.ts";
import { collectEffects, type Effects } from "./effects.ts";
import { giveUp } from "./give-up.ts";
import { isTransient } from "./transient.ts";
import type { Head, Turn } from "./turns.ts";
import { factsOf } from "./update-facts.ts";
import { graceMs, type UpdateHandlerDeps, type UpdateWork } from "./update-work.ts";
import { withinLimit } from "./within-limit.ts";

export interface UpdateHandler {
  /** Handles the oldest waiting update of the chat, if there is one and no other replica is at it. Never rejects. */
  readonly takeTurn: (chatId: number) => Promise<TurnOutcome>;
  /** Resolves when what was begun after commits has ended. */
  readonly settled: () => Promise<void>;
}

/** After this many processes have ended in the middle of handling an update, it is taken for the reason. */
const mostAttempts = 10;

/** One attempt at a turn, as far as it got. */
interface Attempt {
  outcome: TurnOutcome;
  head: Head | undefined;
  update: Update | undefined;
  /** What the handler threw. On a connection that had to be ended, the error of the rollback would hide it. */
  thrown: unknown;
  isUncounted: boolean;
}

function newAttempt(): Attempt {
  return { outcome: "done", head: undefined, update: undefined, thrown: undefined, isUncounted: false };
}

export function createUpdateHandler(deps: UpdateHandlerDeps): UpdateHandler {
  const { db, turns, router, api, clock, log, limitMs } = deps;
  const startedAt = clock.now();
  /** Updates that came before this process and whose attempt has been counted. */
  const counted = new Set<number>();
  const underWay = new Set<Promise<void>>();

  const perform = (effects: Effects, update: Update | undefined): void => {
    const done = effects.perform(update?.callback_query?.id).finally(() => underWay.delete(done));
    underWay.add(done);
  };

  const attempt = async (
    tx: Tx,
    chatId: number,
    { attempt, effects }: { attempt: Attempt; effects: Effects },
  ): Promise<void> => {
    Object.assign(attempt, newAttempt());
    effects.clear();
    const taking = turns.take(tx, chatId, limitMs + graceMs);
    const sender = router.foresee(tx, chatId);
    const turn = await taking;
    if (turn === undefined) {
      attempt.outcome = "busy";
      return;
    }
    const { head } = turn;
    if (head === undefined) return;
    attempt.head = head;
    attempt.outcome = head.hasNext ? "more" : "done";
    // Only what another process left may have ended one; fresh updates are spared the extra write.
    attempt.isUncounted = head.receivedAt < startedAt && !counted.has(head.updateId);
    if (attempt.isUncounted) return;
    try {
      if (head.attempts > mostAttempts) throw new Error(`${mostAttempts} processes ended while handling it`);
      const update = head.read();
      attempt.update = update;
      await handle(deps, turn, { tx, update, facts: factsOf(update), receivedAt: head.receivedAt, effects, sender });
    } catch (error) {
      attempt.thrown = error;
      throw error;
    }
  };

  const takeTurn = async (chatId: number): Promise<TurnOutcome> => {
    const effects = collectEffects(api, log);
    const made = newAttempt();
    try {
      await inTransaction(db, async (tx) => {
        await attempt(tx, chatId, { attempt: made, effects });
      });
      if (made.head === undefined) return made.outcome;
      if (made.isUncounted) {
        await turns.countAttempt(made.head.updateId);
        counted.add(made.head.updateId);
        return "more";
      }
      counted.delete(made.head.updateId);
      perform(effects, made.update);
      return made.outcome;
    } catch (error) {
      const reason = made.thrown ?? error;
      if (made.head !== undefined && !isTransient(reason)) {
        return await giveUp({ ...deps, perform }, { chatId, head: made.head, reason });
      }
      log.warn({ err: toError(reason).message }, "update could not be handled now");
      return "later";
    }
  };

  return {
    takeTurn,
    settled: async () => {
      await Promise.all(underWay);
    },
  };
}

async function handle(deps: UpdateHandlerDeps, turn: Turn, work: UpdateWork): Promise<void> {
  const { turns, router, clock, limitMs, meter } = deps;
  const measured = meter.start();
  const end = async (): Promise<void> => {
    await turns.end(turn);
  };
  const handledBy = await withinLimit(router.route(work), { clock, limitMs, end });
  withCommit(work.tx, async () => {
    await turns.markHandled(work.tx, work.facts.updateId, handledBy);
  });
  measured.end(handledBy);
}
