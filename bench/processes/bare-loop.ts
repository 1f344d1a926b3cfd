import { Bot } from "grammy";
import { Telegram } from "telegraf";

import { machineMs } from "../harness/machine-clock.ts";
import { serve } from "../harness/rpc.ts";
import { sendByUndici, type SendOne } from "./send-by-undici.ts";

/** What somebody writes who does not care whether a message is lost: a loop, nothing stored, nothing looked up. */
let sendOne: SendOne | undefined;

function withGrammy(root: string, token: string): SendOne {
  const { api } = new Bot(token, { client: { apiRoot: root } });
  return async (chatId, text) => (await api.sendMessage(chatId, text)).message_id;
}

function withTelegraf(root: string, token: string): SendOne {
  const telegram = new Telegram(token, { apiRoot: root });
  return async (chatId, text) => (await telegram.sendMessage(chatId, text)).message_id;
}

const clients = { grammy: withGrammy, telegraf: withTelegraf, undici: sendByUndici };

export type BareClient = keyof typeof clients;

const methods = {
  open: (client: BareClient, root: string, token: string, connections: number): void => {
    sendOne = clients[client](root, token, connections);
  },
  /** Sends one message to each of `count` chats, `concurrency` at once. @returns milliseconds, and how many have a message id. */
  run: async (
    count: number,
    concurrency: number,
    firstChat: number,
  ): Promise<{ readonly tookMs: number; readonly delivered: number }> => {
    const send = sendOne;
    if (send === undefined) throw new Error("not opened");
    let next = 0;
    let delivered = 0;
    const worker = async (): Promise<void> => {
      while (next < count) {
        const index = next;
        next += 1;
        if ((await send(firstChat + index, "Good morning! This is message one of many.")) > 0) delivered += 1;
      }
    };
    const began = machineMs();
    await Promise.all(Array.from({ length: concurrency }, worker));
    return { tookMs: machineMs() - began, delivered };
  },
};

export type BareLoopMethods = typeof methods;

serve(methods);
