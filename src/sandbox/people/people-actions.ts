import type { Message } from "@grammyjs/types";

import type { PaymentResult, PayInvoice, PressButton, SendText } from "../protocol.ts";
import { detectEntities } from "../text/detect-entities.ts";
import { pressButton } from "../world/callbacks.ts";
import { isMember, privateChat, setBlocked } from "../world/chats.ts";
import { editOwnMessage, postMessage } from "../world/messages.ts";
import { payInvoice } from "../world/payments.ts";
import type { ChatRecord, InvoiceTerms, PersonRecord, StoredMessage, World } from "../world/world.ts";

/** Why a person cannot do something; the people API answers it as 400 or 404 in plain words. */
export class PersonError extends Error {
  override readonly name = "PersonError";
  readonly status: 400 | 404;

  constructor(message: string, status: 400 | 404 = 400) {
    super(message);
    this.status = status;
  }
}

const longestText = 4096;

export function findPerson(world: World, personId: number): PersonRecord {
  const person = world.people.get(personId);
  if (person === undefined) throw new PersonError("There is no such person.", 404);
  return person;
}

/** The chat as this person may use it. */
export function findChat(world: World, person: PersonRecord, chatId: number): ChatRecord {
  if (chatId === person.id) return privateChat(world, person);
  const chat = world.chats.get(chatId);
  if (chat === undefined || !isMember(chat, person.id)) throw new PersonError("There is no such chat.", 404);
  if (chat.migratedTo !== undefined) throw new PersonError(`The group has become a supergroup: ${chat.migratedTo}.`);
  return chat;
}

function findMessage(chat: ChatRecord, messageId: number): StoredMessage {
  const stored = chat.messages.get(messageId);
  if (stored === undefined) throw new PersonError("There is no such message.", 404);
  return stored;
}

/** Types a text. The first one in the private chat counts as pressing Start, and unblocks nothing. */
export function sendText(world: World, person: PersonRecord, request: SendText): Message {
  const chat = findChat(world, person, request.chatId);
  return say(world, { person, chat, request, content: textContent(request.text) });
}

export interface EditText {
  readonly chatId: number;
  readonly messageId: number;
  readonly text: string;
}

/** Changes an own text: an `edited_message` for the bot. */
export function editText(world: World, person: PersonRecord, request: EditText): Message {
  const chat = findChat(world, person, request.chatId);
  const stored = findMessage(chat, request.messageId);
  if (stored.message.from?.id !== person.id || stored.message.text === undefined) {
    throw new PersonError("Only an own text can be edited.");
  }
  return editOwnMessage(world, chat, stored, textContent(request.text));
}

function textContent(given: string): Pick<Message, "text" | "entities"> {
  const text = given.trim();
  if (text === "") throw new PersonError("The text is empty.");
  if (text.length > longestText) throw new PersonError(`The text is longer than ${longestText} characters.`);
  const entities = [...detectEntities(text)];
  return { text, ...(entities.length > 0 ? { entities } : {}) };
}

export interface Speech {
  readonly person: PersonRecord;
  readonly chat: ChatRecord;
  readonly request: { readonly replyToMessageId?: number; readonly threadId?: number };
  readonly content: Partial<Message>;
}

/** What every message of a person has in common, whatever it contains. */
export function say(world: World, { person, chat, request, content }: Speech): Message {
  if (chat.type === "private") {
    if (person.hasBlockedBot) throw new PersonError("You have blocked the bot. Unblock it first.");
    start(world, person, chat);
  }
  if (request.threadId !== undefined && !chat.topics.has(request.threadId))
    throw new PersonError("There is no such topic.", 404);
  useKeyboard(world, person, chat);
  const replyTo = request.replyToMessageId === undefined ? undefined : findMessage(chat, request.replyToMessageId);
  return postMessage(world, chat, {
    from: person,
    content,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(request.threadId === undefined ? {} : { threadId: request.threadId }),
  }).message;
}

/** A requested reply, and a keyboard for one use, are gone with the next message. */
function useKeyboard(world: World, person: PersonRecord, chat: ChatRecord): void {
  const markup = chat.keyboards.get(person.id)?.markup;
  if (markup === undefined || ("keyboard" in markup && markup.one_time_keyboard !== true)) return;
  chat.keyboards.delete(person.id);
  world.bus.emit({ to: "viewers", chatId: chat.id });
}

function start(world: World, person: PersonRecord, chat: ChatRecord): void {
  if (person.hasStarted) return;
  person.hasStarted = true;
  world.bus.emit({ to: "viewers", chatId: chat.id });
}

/** Presses Start, from a deep link when there is a payload. Unblocks the bot, as Telegram does. */
export function pressStart(world: World, person: PersonRecord, payload?: string): Message {
  if (payload !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(payload)) {
    throw new PersonError("A start payload has 1 to 64 characters of A-Z, a-z, 0-9, _ and -.");
  }
  setBlocked(world, person, false);
  return sendText(world, person, { chatId: person.id, text: payload === undefined ? "/start" : `/start ${payload}` });
}

/** Presses an inline button. @returns the callback query's id. */
export function press(world: World, person: PersonRecord, request: PressButton): string {
  const chat = findChat(world, person, request.chatId);
  const stored = findMessage(chat, request.messageId);
  if (!stored.isByBot) throw new PersonError("Only messages of the bot have buttons.");
  return pressButton(world, person, { chat, stored, data: request.data });
}

export async function pay(world: World, person: PersonRecord, request: PayInvoice): Promise<PaymentResult> {
  return await payInvoice(world, person, findInvoice(world, person, request));
}

function findInvoice(world: World, person: PersonRecord, { chatId, messageId, link }: PayInvoice): InvoiceTerms {
  if (link !== undefined) return findInvoiceLink(world, link);
  if (chatId === undefined || messageId === undefined) throw new PersonError("Name a message or a link to pay.");
  const { invoice } = findMessage(findChat(world, person, chatId), messageId);
  if (invoice === undefined) throw new PersonError("This message is not an invoice.");
  return invoice;
}

/** What an invoice link is for; only its last part counts. */
export function findInvoiceLink(world: World, link: string): InvoiceTerms {
  const terms = world.bank.links.get(link.slice(link.lastIndexOf("/") + 1).replace(/^\$/, ""));
  if (terms === undefined) throw new PersonError("There is no such invoice link.", 404);
  return terms;
}

export function block(world: World, person: PersonRecord): void {
  setBlocked(world, person, true);
}

export function unblock(world: World, person: PersonRecord): void {
  setBlocked(world, person, false);
}
