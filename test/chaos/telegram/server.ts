import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

import { serve } from "../../../bench/harness/rpc.ts";
import { createFaults, type ServerFault, type Treatment } from "./faults.ts";
import { type Fate, type Journal, type JournalLine, openJournal, type SendLine } from "./journal.ts";
import { createPeople, type Heard, type People, type Purchase, type StarLine } from "./people.ts";
import { createUpdateQueue, type UpdateQueue } from "./update-queue.ts";

/**
 * A Bot API server in a process of its own that enforces nothing and forgets nothing: whatever it has taken is on the
 * disk before anybody hears of it. It can be told to be what Telegram is on a bad day.
 */

interface Call {
  readonly method: string;
  readonly payload: Payload;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Payload {
  readonly [field: string]: unknown;
  readonly chat_id?: number;
  readonly text?: string;
  readonly caption?: string;
  readonly message_id?: number;
  readonly offset?: number;
  readonly limit?: number;
  readonly timeout?: number;
  readonly payload?: string;
  readonly prices?: readonly { readonly amount: number }[];
  readonly reply_markup?: { readonly inline_keyboard?: readonly (readonly { readonly callback_data?: string }[])[] };
  readonly pre_checkout_query_id?: string;
  readonly ok?: boolean;
  readonly telegram_payment_charge_id?: string;
}

interface World {
  readonly journal: Journal;
  readonly updates: UpdateQueue;
  readonly people: People;
}

const bot = { id: 1, is_bot: true, first_name: "Chaos", username: "chaos_bot" };
const faults = createFaults();
let world: World | undefined;
let lastMessageId = 0;

function open(journalPath: string, adminId: number): World {
  const journal = openJournal(journalPath);
  const updates = createUpdateQueue((below) => void journal.append({ type: "confirmed", below }));
  return { journal, updates, people: createPeople({ updates, journal, adminId }) };
}

function here(): World {
  if (world === undefined) throw new Error("the server is not open");
  return world;
}

function reply({ response }: Call, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}

function ok(call: Call, result: unknown): void {
  reply(call, 200, { ok: true, result });
}

function refuse(call: Call, code: number, description: string, retryAfterSeconds?: number): void {
  const parameters = retryAfterSeconds === undefined ? undefined : { retry_after: retryAfterSeconds };
  reply(call, code, { ok: false, error_code: code, description, ...(parameters && { parameters }) });
}

function flood(call: Call, seconds: number): void {
  refuse(call, 429, `Too Many Requests: retry after ${seconds}`, seconds);
}

/** A message, or an edit of one. */
async function send(call: Call): Promise<void> {
  const { method, payload } = call;
  const chatId = Number(payload.chat_id);
  const treatment = faults.treat(chatId);
  const fate = fateOf(treatment);
  const isEdit = method.startsWith("edit");
  if (fate === "accepted" && !isEdit) lastMessageId += 1;
  const messageId = isEdit ? Number(payload.message_id) : lastMessageId;
  const text = payload.text ?? payload.caption ?? (method === "sendInvoice" ? `invoice ${payload.payload}` : "");
  const line: SendLine = {
    type: "send",
    method,
    chatId,
    text,
    fate,
    ...(fate === "accepted" && { messageId }),
    ...(treatment.kind === "flood" && { retryAfterSeconds: treatment.retryAfterSeconds }),
    isAmbiguous: treatment.kind === "drop" || treatment.kind === "error",
  };
  await here().journal.append(line);
  if (fate === "accepted") here().people.hear(heardOf(call, { chatId, messageId, text }));
  const chat = { id: chatId, type: chatId > 0 ? "private" : "supergroup", first_name: "P", title: "G" };
  await answerAs(call, treatment, () => {
    ok(call, { message_id: messageId, from: bot, chat, date: Math.floor(Date.now() / 1000), ...contentOf(call, text) });
  });
}

function fateOf(treatment: Treatment): Fate {
  if (treatment.kind === "flood") return "flooded";
  return treatment.kind === "error" && !treatment.accept ? "ignored" : "accepted";
}

function contentOf({ method }: Call, text: string): object {
  if (method !== "sendVideo") return { text };
  const video = { file_id: `video-${lastMessageId}`, file_unique_id: `v${lastMessageId}`, width: 1, height: 1 };
  return { video: { ...video, duration: 1 }, caption: text };
}

function heardOf({ method, payload }: Call, of: Pick<Heard, "chatId" | "messageId" | "text">): Heard {
  const keyboard = payload.reply_markup?.inline_keyboard ?? [];
  return {
    ...of,
    method,
    callbacks: keyboard.flat().flatMap(({ callback_data: data }) => (data === undefined ? [] : [data])),
    payload: method === "sendInvoice" ? payload.payload : undefined,
    stars: payload.prices?.[0]?.amount,
  };
}

async function answerAs(call: Call, treatment: Treatment, usual: () => void): Promise<void> {
  switch (treatment.kind) {
    case "serve":
      usual();
      return;
    case "drop":
      call.request.socket.destroy();
      return;
    case "error":
      refuse(call, 502, "Bad Gateway");
      return;
    case "flood":
      flood(call, treatment.retryAfterSeconds);
      return;
    case "hang":
      await new Promise((resolve) => {
        setTimeout(resolve, treatment.forMs);
      });
      usual();
  }
}

const control: Readonly<Record<string, (call: Call) => Promise<void> | void>> = {
  getMe: (call) => {
    ok(call, bot);
  },
  getWebhookInfo: (call) => {
    ok(call, { url: "", has_custom_certificate: false, pending_update_count: 0 });
  },
  getUpdates: async (call) => {
    const gone = new AbortController();
    call.response.once("close", () => {
      gone.abort();
    });
    const { offset, timeout = 0 } = call.payload;
    const found = await here().updates.poll({ offset, timeoutSeconds: timeout, signal: gone.signal });
    if (found !== undefined) ok(call, found);
    else
      refuse(
        call,
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
      );
  },
  answerPreCheckoutQuery: (call) => {
    const { pre_checkout_query_id: id = "", ok: agreed = false } = call.payload;
    if (here().people.settle(id, agreed)) ok(call, true);
    else refuse(call, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid");
  },
  getStarTransactions: (call) => {
    const { offset = 0, limit = 100 } = call.payload;
    ok(call, {
      transactions: here()
        .people.bank.slice(offset, offset + limit)
        .map(transactionOf),
    });
  },
  refundStarPayment: (call) => {
    const outcome = here().people.refund(call.payload.telegram_payment_charge_id ?? "");
    if (outcome === "refunded") ok(call, true);
    else refuse(call, 400, `Bad Request: CHARGE_${outcome === "already" ? "ALREADY_REFUNDED" : "NOT_FOUND"}`);
  },
};

function transactionOf({ chargeId, personId, stars, orderId, direction, atMs }: StarLine): object {
  const user = { id: personId, is_bot: false, first_name: "P" };
  const partner = { type: "user", transaction_type: "invoice_payment", user, invoice_payload: orderId };
  return {
    id: chargeId,
    amount: stars,
    date: Math.floor(atMs / 1000),
    ...(direction === "in" ? { source: partner } : { receiver: partner }),
  };
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(request);
  const method = request.url?.split("/").at(-1) ?? "";
  const call = { method, payload: payloadOf(request, body), request, response };
  if (/^(?:send(?!ChatAction)|edit)/.test(method)) {
    await send(call);
    return;
  }
  const treatment = faults.treat(undefined);
  if (treatment.kind === "flood") flood(call, treatment.retryAfterSeconds);
  else if (control[method] === undefined) ok(call, true);
  else await control[method](call);
}

/** JSON, or the few fields of a form with files that matter here. */
function payloadOf({ headers }: IncomingMessage, body: Buffer): Payload {
  if (body.length === 0) return {};
  if (headers["content-type"]?.startsWith("multipart/") !== true) return JSON.parse(body.toString()) as Payload;
  const form = body.toString("latin1");
  const field = (name: string): string | undefined =>
    new RegExp(`name="${name}"\\r\\n(?:[^\\r]+\\r\\n)*\\r\\n([^\\r]*)`).exec(form)?.[1];
  const caption = field("caption");
  return { chat_id: Number(field("chat_id")), message_id: Number(field("message_id")), ...(caption && { caption }) };
}

const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  handle(request, response).catch((error: unknown) => {
    // A call that was cut off on its way never came.
    if (!request.complete) return;
    throw error;
  });
});

const methods = {
  listen: async (journalPath: string, adminId: number): Promise<number> => {
    world = open(journalPath, adminId);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  },
  say: (personId: number, text: string): void => {
    here().people.say(personId, text);
  },
  buy: (purchase: Purchase): void => {
    here().people.buy(purchase);
  },
  fault: async (fault: ServerFault): Promise<void> => {
    faults.set(fault);
    await here().journal.append({ type: "fault", name: fault.kind, forMs: fault.forMs });
  },
  heal: (): void => {
    faults.clear();
  },
  unfinished: (): { readonly people: number; readonly updates: number } => ({
    people: here().people.unfinished(),
    updates: here().updates.waiting(),
  }),
  sends: (): number => here().journal.lines.filter(({ type }) => type === "send").length,
  journal: (): readonly JournalLine[] => here().journal.lines,
};

export type TelegramMethods = typeof methods;

serve(methods, async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
  world?.journal.close();
});
