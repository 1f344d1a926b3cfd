import type { Message } from "@grammyjs/types";

import type { Clock } from "#kernel/lib/clock.ts";

import type { JournalWriter } from "../journal.ts";
import type { Limiter } from "../limits.ts";
import type { World } from "../world/world.ts";
import { BotApiError, tooManyRequests } from "./bot-api-error.ts";
import type { ApiContext } from "./context.ts";
import { Described } from "./described.ts";
import { runCall } from "./dispatch.ts";
import type { ReadCall } from "./dispatch.ts";
import { spendingOf } from "./spending.ts";

export interface ExecuteParts {
  readonly clock: Clock;
  readonly limiter: Limiter;
  readonly journal: JournalWriter;
  readonly context: Omit<ApiContext, "signal">;
  /** Gets what is a bug of the sandbox; the bot gets a 500. */
  readonly onError: (error: unknown) => void;
}

/** What the bot gets back. `note` says why, when it is an error. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
  readonly note?: string;
}

/** Does a call within the limits and writes it down. Never throws. */
export async function execute(parts: ExecuteParts, call: ReadCall, signal: AbortSignal): Promise<ApiAnswer> {
  const { journal, limiter, context } = parts;
  journal.noteCall(call.method, call.problems);
  const spending = spendingOf(call);
  const admission = spending === undefined ? undefined : limiter.admit(spending);
  if (admission?.ok === false) {
    journal.noteRateLimit(admission.limit);
    return answerOf(tooManyRequests(admission.retryAfter));
  }
  try {
    const result = await runCall({ ...context, signal }, call);
    journal.noteMessages(call.method, messagesOf(context.world, call, result), parts.clock.now().getTime());
    return { status: 200, body: JSON.stringify(success(result)) };
  } catch (error) {
    admission?.giveBack();
    if (error instanceof BotApiError) return answerOf(error);
    parts.onError(error);
    return answerOf(new BotApiError(500, "Internal Server Error"));
  }
}

function success(result: unknown): object {
  if (!(result instanceof Described)) return { ok: true, result };
  return { ok: true, result: result.result, description: result.description };
}

export function answerOf(error: BotApiError): ApiAnswer {
  return { status: error.code, body: JSON.stringify(error), note: error.message };
}

/** The messages a call has made or changed; copies answer with bare ids. */
function messagesOf(world: World, { params }: ReadCall, result: unknown): readonly Message[] {
  return (Array.isArray(result) ? result : [result]).flatMap((item: unknown) => {
    if (typeof item !== "object" || item === null || !("message_id" in item)) return [];
    if ("chat" in item) return [item as Message];
    const chat = world.chats.get(Number(params["chat_id"]));
    return chat?.messages.get(Number(item.message_id))?.message ?? [];
  });
}
