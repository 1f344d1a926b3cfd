import { decodeParams } from "../schema/decode.ts";
import type { Problem, RawParams } from "../schema/decode.ts";
import { findMethod } from "../schema/notation.ts";
import { badRequest, BotApiError } from "./bot-api-error.ts";
import type { ApiContext } from "./context.ts";
import { botMethods } from "./methods/bot.ts";
import { chatMethods } from "./methods/chats.ts";
import { editMethods } from "./methods/edits.ts";
import { inlineMethods } from "./methods/inline.ts";
import { mediaMethods } from "./methods/media.ts";
import { messageMethods } from "./methods/messages.ts";
import { paymentMethods } from "./methods/payments.ts";
import { topicMethods } from "./methods/topics.ts";
import { updateMethods } from "./methods/updates.ts";
import { refusalFor } from "./refusals.ts";

/** A call that has been read but not yet done. */
export interface ReadCall {
  /** The documented spelling. */
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Everything that the schema does not allow, whether Telegram minds or not. */
  readonly problems: readonly Problem[];
}

/** A handler once its parameters are known to conform to what it declares. */
type AnyHandler = (context: ApiContext, params: unknown) => unknown;

const handlers = new Map<string, AnyHandler>(
  // The schema comes from the very types that the handlers declare, so checked parameters are what they expect.
  Object.entries({
    ...botMethods,
    ...chatMethods,
    ...editMethods,
    ...inlineMethods,
    ...mediaMethods,
    ...messageMethods,
    ...paymentMethods,
    ...topicMethods,
    ...updateMethods,
  }) as unknown as Iterable<[string, AnyHandler]>,
);

/** Names of the methods that do something here; the others are refused, clearly marked. */
export const simulatedMethods: ReadonlySet<string> = new Set(handlers.keys());

/** @throws BotApiError 404 when there is no such method. */
export function readCall(methodName: string, raw: RawParams): ReadCall {
  const method = findMethod(methodName);
  if (method === undefined) throw new BotApiError(404, "Not Found");
  return { method, ...decodeParams(method, raw) };
}

/** Does what the call asks. @throws BotApiError in Telegram's words. */
export async function runCall(context: ApiContext, call: ReadCall): Promise<unknown> {
  const handler = handlers.get(call.method);
  if (handler === undefined) throw badRequest("method is not supported by the sandbox");
  const refusal = refusalFor(call.method, call.problems);
  if (refusal !== undefined) throw refusal;
  return await handler(context, call.params);
}
