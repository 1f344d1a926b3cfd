import type { ActiveFault, FaultKind, FaultRequest } from "../../../src/sandbox/protocol.ts";

/** From the mildest to the hardest. */
export const faultKinds = [
  "rate_limit",
  "server_error",
  "hang",
  "reset",
  "drop_answer",
  "outage",
] as const satisfies readonly FaultKind[];

export const faultScopes = ["all", "sending", "chat"] as const;
export type FaultScope = (typeof faultScopes)[number];

export const faultEndings = ["once", "five", "seconds", "never"] as const;
export type FaultEnding = (typeof faultEndings)[number];

export interface FaultChoice {
  readonly kind: FaultKind;
  readonly scope: FaultScope;
  readonly ending: FaultEnding;
}

/** What "sending and editing" means: the calls that put something into a chat or change it. */
const sendingMethods = [
  "sendMessage",
  "sendPhoto",
  "sendVideo",
  "sendAnimation",
  "sendDocument",
  "sendMediaGroup",
  "sendInvoice",
  "editMessageText",
  "editMessageCaption",
  "editMessageMedia",
  "editMessageReplyMarkup",
] as const;

const endings: Readonly<Record<FaultEnding, Pick<FaultRequest, "times" | "seconds">>> = {
  once: { times: 1 },
  five: { times: 5 },
  seconds: { seconds: 30 },
  never: {},
};

/** The request for a choice made in the panel; an outage concerns everything, whatever scope was chosen. */
export function faultRequest({ kind, scope, ending }: FaultChoice, chatId: number | undefined): FaultRequest {
  const request: FaultRequest = { kind, ...endings[ending] };
  if (kind === "outage" || scope === "all") return request;
  if (scope === "sending") return { ...request, methods: sendingMethods };
  return chatId === undefined ? request : { ...request, chatId };
}

/** What an active fault concerns, for people: a method's name, a number of methods, or nothing special. */
export function faultScope(fault: ActiveFault): FaultScope {
  if (fault.chatId !== undefined) return "chat";
  return fault.methods === undefined ? "all" : "sending";
}
