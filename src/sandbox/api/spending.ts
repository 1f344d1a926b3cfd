import type { Spending } from "../limits.ts";
import type { ReadCall } from "./dispatch.ts";

const free: ReadonlySet<string> = new Set([
  "sendChatAction",
  "sendMessageDraft",
  "sendRichMessageDraft",
  "sendChatJoinRequestWebApp",
]);

/** What a call takes from the limits; undefined when it sends nothing to a chat. */
export function spendingOf({ method, params }: ReadCall): Spending | undefined {
  const chatId = Number(params["chat_id"]);
  if (!Number.isSafeInteger(chatId) || free.has(method)) return undefined;
  if (method.startsWith("editMessage")) return { kind: "edit", chatId, messages: 1 };
  if (!/^(send|copyMessage|forwardMessage)/.test(method)) return undefined;
  const list = method === "sendMediaGroup" ? params["media"] : params["message_ids"];
  return { kind: "send", chatId, messages: Array.isArray(list) ? Math.max(list.length, 1) : 1 };
}
