import type { Journal } from "./journal.ts";
import type { UpdateQueue } from "./update-queue.ts";

/** A message as the bot sent it to a person. */
export interface Heard {
  readonly chatId: number;
  readonly messageId: number;
  readonly method: string;
  readonly text: string;
  /** Of an inline keyboard. */
  readonly callbacks: readonly string[];
  /** Of an invoice. */
  readonly payload: string | undefined;
  readonly stars: number | undefined;
}

export interface Purchase {
  readonly personId: number;
  /** Telegram tells of the payment in two updates. */
  readonly toldTwice: boolean;
  /** Wants the money back. */
  readonly regrets: boolean;
  /** Spends it on a video. */
  readonly orders: boolean;
}

/** A line of the list of Star transactions. */
export interface StarLine {
  readonly chargeId: string;
  readonly personId: number;
  readonly stars: number;
  readonly orderId: string;
  readonly direction: "in" | "out";
  readonly atMs: number;
}

/** Those who write to the bot, and what they do when it answers. Whatever they hear twice moves them once. */
export interface People {
  readonly say: (personId: number, text: string) => void;
  readonly buy: (purchase: Purchase) => void;
  readonly hear: (heard: Heard) => void;
  /** The bot's answer to a pre-checkout query. @returns false for one that nobody asked, or that has been answered. */
  readonly settle: (queryId: string, ok: boolean) => boolean;
  readonly refund: (chargeId: string) => "refunded" | "already" | "unknown";
  readonly bank: readonly StarLine[];
  /** Those who have begun to buy and have not come to an end. */
  readonly unfinished: () => number;
}

type Stage = "asked" | "pressed" | "checkout" | "paid" | "complaining" | "explaining" | "explained" | "done";

interface Customer extends Purchase {
  stage: Stage;
  chargeId?: string;
}

interface Query {
  readonly customer: Customer;
  readonly orderId: string;
  readonly stars: number;
  isAnswered: boolean;
}

/** Telegram gives the bot so long. */
const answerableMs = 10_000;

export function createPeople(of: {
  readonly updates: UpdateQueue;
  readonly journal: Journal;
  readonly adminId: number;
}): People {
  const { updates, journal, adminId } = of;
  const customers = new Map<number, Customer>();
  const queries = new Map<string, Query>();
  const pressed = new Set<string>();
  const bank: StarLine[] = [];
  let names = 0;
  let messages = 0;

  const push = (chatId: number, what: string, body: Readonly<Record<string, unknown>>): void => {
    const updateId = updates.push(body);
    void journal.append({ type: "update", updateId, chatId, what });
  };
  const person = (id: number) => ({ id, is_bot: false, first_name: `Person ${id}`, language_code: "en" });
  const message = (id: number, what: string, content: Readonly<Record<string, unknown>>): void => {
    messages += 1;
    const chat = { id, type: "private", first_name: `Person ${id}` };
    const date = Math.floor(Date.now() / 1000);
    push(id, what, { message: { message_id: 500_000 + messages, date, from: person(id), chat, ...content } });
  };
  const say = (id: number, text: string): void => {
    const entities = text.startsWith("/") ? [{ type: "bot_command", offset: 0, length: text.length }] : undefined;
    message(id, text, { text, ...(entities && { entities }) });
  };
  const press = ({ chatId, messageId }: Heard, data: string): void => {
    names += 1;
    push(chatId, `press ${data}`, {
      callback_query: {
        id: `press-${names}`,
        from: person(chatId),
        chat_instance: "1",
        data,
        message: { message_id: messageId, date: 1, chat: { id: chatId, type: "private", first_name: "P" }, text: "…" },
      },
    });
  };

  const askToPay = (customer: Customer, { payload, stars }: Heard): void => {
    if (payload === undefined || stars === undefined) return;
    customer.stage = "checkout";
    names += 1;
    const queryId = `query-${names}`;
    queries.set(queryId, { customer, orderId: payload, stars, isAnswered: false });
    void journal.append({ type: "asked", queryId, orderId: payload });
    const from = person(customer.personId);
    const query = { id: queryId, from, currency: "XTR", total_amount: stars, invoice_payload: payload };
    push(customer.personId, "pre-checkout", { pre_checkout_query: query });
    setTimeout(() => {
      const asked = queries.get(queryId);
      if (asked === undefined || asked.isAnswered) return;
      asked.isAnswered = true;
      customer.stage = "done";
    }, answerableMs).unref();
  };

  const charge = ({ customer, orderId, stars }: Query): void => {
    names += 1;
    const { personId, toldTwice } = customer;
    const chargeId = `charge-${names}-${personId}`;
    customer.chargeId = chargeId;
    customer.stage = "paid";
    bank.push({ chargeId, personId, stars, orderId, direction: "in", atMs: Date.now() });
    void journal.append({ type: "charged", chargeId, personId, stars });
    for (let told = 0; told < (toldTwice ? 2 : 1); told += 1) {
      message(personId, `paid ${chargeId}`, {
        successful_payment: {
          currency: "XTR",
          total_amount: stars,
          invoice_payload: orderId,
          telegram_payment_charge_id: chargeId,
          provider_payment_charge_id: `provider-${chargeId}`,
        },
      });
    }
  };

  const goOn = (customer: Customer, heard: Heard): void => {
    const offer = heard.callbacks.find((data) => data.startsWith("buy:"));
    const complaint = heard.callbacks.find((data) => data.startsWith("paysupport:"));
    if (customer.stage === "asked" && offer !== undefined) {
      customer.stage = "pressed";
      press(heard, offer);
    } else if (customer.stage === "pressed" && heard.payload !== undefined) {
      askToPay(customer, heard);
    } else if (customer.stage === "paid" && heard.text.includes(String(customer.chargeId))) {
      customer.stage = customer.regrets ? "complaining" : "done";
      if (customer.regrets) say(customer.personId, "/paysupport");
      else if (customer.orders) say(customer.personId, "A storm over a small town");
    } else if (customer.stage === "complaining" && complaint !== undefined) {
      customer.stage = "explaining";
      press(heard, complaint);
    } else if (customer.stage === "explaining" && heard.callbacks.length === 0 && /why|reason/i.test(heard.text)) {
      customer.stage = "explained";
      say(customer.personId, "It was a mistake");
    }
  };

  return {
    bank,
    say,
    buy: (purchase) => {
      if (customers.has(purchase.personId)) throw new Error(`${purchase.personId} buys already`);
      customers.set(purchase.personId, { ...purchase, stage: "asked" });
      say(purchase.personId, "/buy");
    },
    hear: (heard) => {
      if (heard.chatId === adminId) {
        const approval = heard.callbacks.find((data) => data.startsWith("refund:approve:"));
        if (approval === undefined || pressed.has(approval)) return;
        pressed.add(approval);
        press(heard, approval);
        return;
      }
      const customer = customers.get(heard.chatId);
      if (customer !== undefined) goOn(customer, heard);
    },
    settle: (queryId, ok) => {
      const query = queries.get(queryId);
      if (query === undefined || query.isAnswered) return false;
      query.isAnswered = true;
      void journal.append({ type: "answered", queryId, ok });
      if (ok) charge(query);
      else query.customer.stage = "done";
      return true;
    },
    refund: (chargeId) => {
      const paid = bank.find((line) => line.chargeId === chargeId && line.direction === "in");
      if (paid === undefined) return "unknown";
      if (bank.some((line) => line.chargeId === chargeId && line.direction === "out")) return "already";
      bank.push({ ...paid, direction: "out", atMs: Date.now() });
      void journal.append({ type: "refunded", chargeId });
      const customer = customers.get(paid.personId);
      if (customer !== undefined) customer.stage = "done";
      message(paid.personId, `refunded ${chargeId}`, {
        refunded_payment: {
          currency: "XTR",
          total_amount: paid.stars,
          invoice_payload: paid.orderId,
          telegram_payment_charge_id: chargeId,
        },
      });
      return "refunded";
    },
    unfinished: () => [...customers.values()].filter(({ stage }) => stage !== "done").length,
  };
}
