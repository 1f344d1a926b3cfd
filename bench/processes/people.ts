import { Pool } from "undici";

import { machineMs, sleep } from "../harness/machine-clock.ts";
import { seeded } from "../harness/seeded.ts";

/** Commands that people send, one after the other in random intervals (a Poisson process, the same one every time). */
export interface Offer {
  readonly text: string;
  readonly perSecond: number;
  readonly count: number;
  /** Each writes in turn. */
  readonly people: number;
  /** The first one's id; the others follow. */
  readonly firstPerson: number;
  /** The answers that come within this time after the last update count. */
  readonly patienceMs: number;
}

/** Those who write to the bot, over long polling or the webhook, whichever the bot has chosen. */
export interface People {
  /** @returns milliseconds from each update's offer to the arrival of its answer. Fewer than offered: some got none. */
  readonly converse: (offer: Offer) => Promise<readonly number[]>;
  readonly answered: (chatId: number) => void;
  readonly poll: (body: string, answer: (updates: readonly Update[]) => void) => void;
  readonly setWebhook: (body: string) => void;
}

interface Update {
  readonly update_id: number;
  readonly message: object;
}

/** As Telegram opens by default. */
const webhookConnections = 40;
const batch = 100;

/** One of several that may go on at once, between people of its own and the bot. */
interface Conversation {
  /** When somebody asked what has not been answered. */
  readonly asked: Map<number, number[]>;
  readonly latencies: number[];
}

export function createPeople(): People {
  const conversations = new Set<Conversation>();
  let unconfirmed: Update[] = [];
  let poller: { readonly answer: (updates: readonly Update[]) => void; readonly timer: NodeJS.Timeout } | undefined;
  let webhook: { readonly post: (update: Update) => Promise<void> } | undefined;
  let nextUpdateId = 1000;

  const offer = ({ asked }: Conversation, personId: number, text: string): void => {
    const moments = asked.get(personId) ?? [];
    moments.push(machineMs());
    asked.set(personId, moments);
    const update = updateOf(nextUpdateId, personId, text);
    nextUpdateId += 1;
    if (webhook !== undefined) {
      void webhook.post(update);
      return;
    }
    unconfirmed.push(update);
    if (poller === undefined) return;
    const { answer, timer } = poller;
    poller = undefined;
    clearTimeout(timer);
    answer(unconfirmed.slice(0, batch));
  };

  return {
    converse: async ({ text, perSecond, count, people, firstPerson, patienceMs }) => {
      const conversation: Conversation = { asked: new Map(), latencies: [] };
      conversations.add(conversation);
      const random = seeded(7);
      let dueMs = machineMs();
      for (let sent = 0; sent < count; sent += 1) {
        dueMs += (-Math.log(1 - random()) * 1000) / perSecond;
        const waitMs = dueMs - machineMs();
        if (waitMs > 0) await sleep(waitMs);
        offer(conversation, firstPerson + (sent % people), text);
      }
      const untilMs = machineMs() + patienceMs;
      while (conversation.latencies.length < count && machineMs() < untilMs) await sleep(10);
      conversations.delete(conversation);
      return conversation.latencies;
    },
    answered: (chatId) => {
      for (const { asked, latencies } of conversations) {
        const askedMs = asked.get(chatId)?.shift();
        if (askedMs !== undefined) latencies.push(machineMs() - askedMs);
      }
    },
    poll: (body, answer) => {
      const { offset = 0, timeout = 0 } = JSON.parse(body || "{}") as { offset?: number; timeout?: number };
      unconfirmed = unconfirmed.filter(({ update_id: id }) => id >= offset);
      if (unconfirmed.length > 0) {
        answer(unconfirmed.slice(0, batch));
        return;
      }
      const timer = setTimeout(() => {
        poller = undefined;
        answer([]);
      }, timeout * 1000);
      poller = { answer, timer };
    },
    setWebhook: (body) => {
      const { url, secret_token: secret = "" } = JSON.parse(body) as { url: string; secret_token?: string };
      const { origin, pathname } = new URL(url);
      const pool = new Pool(origin, { connections: webhookConnections });
      const headers = { "content-type": "application/json", "x-telegram-bot-api-secret-token": secret };
      webhook = {
        post: async (update) => {
          const answer = await pool.request({ method: "POST", path: pathname, headers, body: JSON.stringify(update) });
          await answer.body.dump();
        },
      };
    },
  };
}

function updateOf(id: number, personId: number, text: string): Update {
  const person = { id: personId, first_name: "Somebody", language_code: "en" };
  return {
    update_id: id,
    message: {
      message_id: id,
      date: Math.floor(Date.now() / 1000),
      from: { ...person, is_bot: false },
      chat: { ...person, type: "private" },
      text,
      ...(text.startsWith("/") && { entities: [{ type: "bot_command", offset: 0, length: text.length }] }),
    },
  };
}
