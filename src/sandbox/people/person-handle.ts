import type { Message } from "@grammyjs/types";

import type { PaymentResult } from "../protocol.ts";
import { addPerson } from "../world/people.ts";
import type { World } from "../world/world.ts";
import * as actions from "./people-actions.ts";

/** A person in a test's hands: the same actions as over HTTP, without it. */
export interface PersonHandle {
  readonly id: number;
  readonly start: (payload?: string) => Message;
  /** Types a text, in the private chat unless another is named. */
  readonly say: (text: string, options?: { chatId?: number; replyToMessageId?: number; threadId?: number }) => Message;
  readonly editText: (message: Message, text: string) => Message;
  /** Presses the button with this text or callback data, below this message. @returns the query's id. */
  readonly press: (message: Message, button: string) => string;
  readonly pay: (invoice: Message | string) => Promise<PaymentResult>;
  readonly block: () => void;
  readonly unblock: () => void;
  /** All messages of a chat, the private one unless another is named, oldest first. */
  readonly messages: (chatId?: number) => readonly Message[];
}

export function personHandle(world: World, id: number): PersonHandle {
  const person = actions.findPerson(world, id);
  return {
    id,
    start: (payload) => actions.pressStart(world, person, payload),
    say: (text, { chatId = id, ...options } = {}) => actions.sendText(world, person, { chatId, text, ...options }),
    editText: (message, text) =>
      actions.editText(world, person, { chatId: message.chat.id, messageId: message.message_id, text }),
    press: (message, button) =>
      actions.press(world, person, {
        chatId: message.chat.id,
        messageId: message.message_id,
        data: callbackData(message, button),
      }),
    pay: async (invoice) =>
      await actions.pay(
        world,
        person,
        typeof invoice === "string" ? { link: invoice } : { chatId: invoice.chat.id, messageId: invoice.message_id },
      ),
    block: () => {
      actions.block(world, person);
    },
    unblock: () => {
      actions.unblock(world, person);
    },
    messages: (chatId = id) =>
      [...actions.findChat(world, person, chatId).messages.values()].map(({ message }) => message),
  };
}

function callbackData(message: Message, button: string): string {
  const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
  for (const shown of buttons) {
    if ("callback_data" in shown && (shown.text === button || shown.callback_data === button))
      return shown.callback_data;
  }
  const texts = buttons.map(({ text }) => text).join(", ");
  throw new actions.PersonError(`There is no button "${button}"; there are: ${texts}`);
}

/** Quickly makes people who have already pressed Start, for tests of throughput. The bot hears nothing of it. */
export function addStartedPeople(world: World, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => {
    const person = addPerson(world, { firstName: `Person ${index + 1}` });
    person.hasStarted = true;
    return person.id;
  });
}
