import assert from "node:assert/strict";

import type { InlineKeyboardButton, Message } from "@grammyjs/types";
import { WebSocket } from "ws";

import type {
  ChatView,
  FaultRequest,
  InlineView,
  PaymentResult,
  SandboxEvent,
  SandboxState,
} from "../../src/sandbox/protocol.ts";
import { cleanUp } from "./clean-up.ts";
import { until } from "./until.ts";

/** Somebody with a Telegram client: does what a person can do and sees what a person sees. */
export interface SandboxPerson {
  readonly id: number;
  /** The messages of a chat as they stand now, oldest first; the private chat with the bot by default. */
  readonly messages: (chatId?: number) => readonly Message[];
  /** Types a text. In the private chat by default. */
  readonly say: (
    text: string,
    chatId?: number,
    place?: { readonly replyToMessageId?: number; readonly threadId?: number },
  ) => Promise<Message>;
  readonly start: (payload?: string) => Promise<void>;
  /** Presses the button whose label contains `label`, on the newest message that has one. @returns the bot's answer. */
  readonly press: (
    label: string | RegExp,
    chatId?: number,
  ) => Promise<{ readonly text?: string; readonly showAlert: boolean }>;
  /** Presses with data of one's own choosing, as a modified client can. */
  readonly forge: (message: Message, data: string) => Promise<{ readonly text?: string; readonly showAlert: boolean }>;
  readonly pay: (message: Message) => Promise<PaymentResult>;
  /** In the private chat unless the place says otherwise. */
  readonly photo: (
    image: Buffer,
    caption?: string,
    place?: { readonly chatId?: number; readonly threadId?: number },
  ) => Promise<Message>;
  /** Types words after the bot's name and waits for what it offers. In the private chat by default. */
  readonly inline: (
    query: string,
    more?: { readonly chatId?: number; readonly offset?: string },
  ) => Promise<InlineView>;
  /** Sends one of those. */
  readonly choose: (view: InlineView, resultId: string, place?: { readonly chatId?: number }) => Promise<Message>;
  /** Waits for a message (new or edited) of the bot whose visible text matches. Looks only after `since`, if given. */
  readonly sees: (
    pattern: string | RegExp,
    options?: { readonly chatId?: number; readonly since?: Message; readonly timeoutMs?: number },
  ) => Promise<Message>;
  /** Waits for a message of the bot that the test accepts. */
  readonly waits: (
    what: string,
    accepts: (message: Message) => boolean,
    options?: { readonly chatId?: number; readonly timeoutMs?: number },
  ) => Promise<Message>;
  readonly chats: () => readonly ChatView[];
  readonly stars: () => number;
  readonly act: (action: string, body?: object) => Promise<unknown>;
  readonly file: (fileId: string) => Promise<Buffer>;
}

/** Everything a person reads in a message: text or caption, and the labels of its buttons. */
export function visibleText(message: Message): string {
  return [
    message.text ?? message.caption ?? message.invoice?.title ?? "",
    ...buttonsOf(message).map(({ text }) => text),
  ].join("\n");
}

export function buttonsOf(message: Message): readonly InlineKeyboardButton[] {
  return message.reply_markup?.inline_keyboard.flat() ?? [];
}

/** Opens the client of one persona of the sandbox at `url`; it closes after the file's tests. */
export async function openPerson(url: string, personId: number): Promise<SandboxPerson> {
  let state: SandboxState | undefined;
  const messages = new Map<number, Message[]>();
  const answers = new Map<string, { text?: string; showAlert: boolean }>();
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/sandbox/events?as=${personId}`);
  cleanUp(() => {
    socket.terminate();
  });
  socket.on("message", (data: Buffer) => {
    const event = JSON.parse(data.toString()) as SandboxEvent;
    if (event.type === "state") {
      state = event.state;
      for (const [chatId, list] of Object.entries(event.state.messages)) messages.set(Number(chatId), [...list]);
    }
    if (event.type === "message") listOf(messages, event.chatId).push(event.message);
    if (event.type === "edited") replace(listOf(messages, event.chatId), event.message);
    if (event.type === "deleted") {
      const left = listOf(messages, event.chatId).filter(({ message_id }) => !event.messageIds.includes(message_id));
      messages.set(event.chatId, left);
    }
    if (event.type === "callback_answer") answers.set(event.queryId, event);
    if (event.type === "person" && state !== undefined && event.person.id === personId)
      state = { ...state, me: event.person };
    if (event.type === "chat" && state !== undefined) {
      state = { ...state, chats: [...state.chats.filter(({ id }) => id !== event.chat.id), event.chat] };
    }
  });
  await until(`the client of ${personId} to connect`, () => state !== undefined);

  const post = async (path: string, body: object): Promise<unknown> =>
    await answerOf(
      await fetch(`${url}/sandbox/api/people/${personId}/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
  const ofBot = (chatId: number): readonly Message[] =>
    listOf(messages, chatId).filter(({ from }) => from?.id !== personId);
  const waits: SandboxPerson["waits"] = async (what, accepts, { chatId = personId, timeoutMs = 15_000 } = {}) =>
    await until(what, () => ofBot(chatId).findLast(accepts), timeoutMs).catch((error: unknown) => {
      const seen = ofBot(chatId)
        .slice(-5)
        .map((message) => visibleText(message));
      throw new Error(`${personId} did not see ${what}; the last messages were ${JSON.stringify(seen, null, 2)}`, {
        cause: error,
      });
    });
  const forge: SandboxPerson["forge"] = async (message, data) => {
    const { queryId } = (await post("presses", { chatId: message.chat.id, messageId: message.message_id, data })) as {
      queryId: string;
    };
    return await until("the answer to a pressed button", () => answers.get(queryId));
  };
  return {
    id: personId,
    messages: (chatId = personId) => listOf(messages, chatId),
    say: async (text, chatId = personId, place = {}) =>
      ((await post("messages", { chatId, text, ...place })) as { message: Message }).message,
    start: async (payload) => {
      await post("start", payload === undefined ? {} : { payload });
    },
    press: async (label, chatId = personId) => {
      const fits = ({ text }: InlineKeyboardButton): boolean =>
        typeof label === "string" ? text.includes(label) : label.test(text);
      const message = await waits(`a button ${String(label)}`, (each) => buttonsOf(each).some(fits), { chatId });
      const button = buttonsOf(message).find(fits);
      assert.ok(button !== undefined && "callback_data" in button, `the button ${String(label)} sends nothing back`);
      return await forge(message, button.callback_data);
    },
    forge,
    pay: async (message) =>
      (await post("payments", { chatId: message.chat.id, messageId: message.message_id })) as PaymentResult,
    photo: async (image, caption, { chatId = personId, threadId } = {}) => {
      const query = new URLSearchParams({
        chatId: String(chatId),
        ...(caption !== undefined && { caption }),
        ...(threadId !== undefined && { threadId: String(threadId) }),
      });
      const response = await fetch(`${url}/sandbox/api/people/${personId}/photos?${query.toString()}`, {
        method: "POST",
        headers: { "content-type": "image/png" },
        body: new Uint8Array(image),
      });
      return ((await answerOf(response)) as { message: Message }).message;
    },
    inline: async (query, { chatId = personId, ...more } = {}) =>
      (await post("inline", { chatId, query, ...more })) as InlineView,
    choose: async ({ queryId }, resultId, { chatId = personId } = {}) =>
      ((await post("inline/choose", { chatId, queryId, resultId })) as { message: Message }).message,
    waits,
    sees: async (pattern, { since, ...options } = {}) =>
      await waits(
        String(pattern),
        (message) =>
          (since === undefined || message.message_id > since.message_id) &&
          (typeof pattern === "string" ? visibleText(message).includes(pattern) : pattern.test(visibleText(message))),
        options,
      ),
    chats: () => state?.chats ?? [],
    stars: () => state?.me.stars ?? 0,
    act: async (action, body = {}) => await post(action, body),
    file: async (fileId) => Buffer.from(await (await fetch(`${url}/sandbox/api/files/${fileId}`)).arrayBuffer()),
  };
}

/** Makes the sandbox misbehave; taken back with `clearFaults`. */
export async function injectFault(url: string, fault: FaultRequest): Promise<void> {
  await answerOf(
    await fetch(`${url}/sandbox/api/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(fault),
    }),
  );
}

export async function clearFaults(url: string): Promise<void> {
  await answerOf(await fetch(`${url}/sandbox/api/faults`, { method: "DELETE" }));
}

async function answerOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  assert.ok(response.ok, `the sandbox refused: ${JSON.stringify(body)}`);
  return body;
}

function listOf(messages: Map<number, Message[]>, chatId: number): Message[] {
  const list = messages.get(chatId) ?? [];
  messages.set(chatId, list);
  return list;
}

function replace(list: Message[], message: Message): void {
  const index = list.findIndex(({ message_id }) => message_id === message.message_id);
  if (index < 0) list.push(message);
  else list[index] = message;
}
