import type { KeyboardButton, Message } from "@grammyjs/types";

import type { ChatView } from "../../../src/sandbox/protocol.ts";

/** The keyboard under the input field: it belongs to a person in a chat, not to the message that brought it. */
export interface ReplyKeyboard {
  readonly messageId: number;
  readonly rows: readonly (readonly KeyboardButton[])[];
  readonly isOneTime: boolean;
  /** Stays in view: there is no button to hide it. */
  readonly isPersistent: boolean;
  readonly placeholder: string | undefined;
}

export interface ForcedReply {
  readonly message: Message;
  readonly placeholder: string | undefined;
}

type KeyboardChat = Pick<ChatView, "keyboard">;

export function replyKeyboard({ keyboard: shown }: KeyboardChat): ReplyKeyboard | undefined {
  if (shown === undefined || !("keyboard" in shown.markup)) return undefined;
  return {
    messageId: shown.messageId,
    rows: shown.markup.keyboard,
    isOneTime: shown.markup.one_time_keyboard === true,
    isPersistent: shown.markup.is_persistent === true,
    placeholder: shown.markup.input_field_placeholder,
  };
}

/** The bot's message that waits for a reply, as long as it still exists. */
export function forcedReply({ keyboard: shown }: KeyboardChat, messages: readonly Message[]): ForcedReply | undefined {
  if (shown?.markup.force_reply !== true) return undefined;
  const message = messages.findLast((one) => one.message_id === shown.messageId);
  return message && { message, placeholder: shown.markup.input_field_placeholder };
}

/** What pressing a reply button types; `undefined` when it asks for something the sandbox cannot give. */
export function typedBy(button: KeyboardButton): string | undefined {
  if (typeof button === "string") return button;
  const isSpecial = Object.keys(button).some((field) => field.startsWith("request_") || field === "web_app");
  return isSpecial ? undefined : button.text;
}
