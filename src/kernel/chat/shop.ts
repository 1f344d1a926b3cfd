import type { ChatParts } from "../feature.ts";
import { type OrderProblem, packsOf, starsSettings } from "../ledger/index.ts";
import { toError } from "../lib/errors.ts";
import { Html } from "../lib/html.ts";
import { languageFor } from "../lib/language.ts";
import { formatCredits } from "../lib/money.ts";
import { type Button, callbackData, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";

/** Telegram gives 10 s to answer a pre-checkout query; the person should not wait even one. */
const checkMs = 2000;

/** `/buy`: packs, invoices, the check before a payment and the receipt after it. */
export function shop(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "buy",
        description: "chat-command-buy",
        access: "user",
        run: async (context) => {
          await showPacks(deps, context);
        },
      },
    ],
    startLinks: [
      {
        name: "buy",
        run: async (context) => {
          await showPacks(deps, context);
          return "handled";
        },
      },
    ],
    callbacks: [
      {
        prefix: "buy",
        access: "user",
        run: async (context, [packId]) => {
          await (packId === undefined ? showPacks(deps, context) : sendInvoice(deps, context, packId));
        },
      },
    ],
    preCheckout: {
      check: async (query) => {
        const t = deps.texts(languageFor(query.from.language_code));
        const problem = await checkInTime(deps, {
          telegramId: query.from.id,
          orderId: query.invoice_payload,
          currency: query.currency,
          stars: query.total_amount,
        });
        return problem && t.plain(`chat-order-${problem}`);
      },
    },
    services: [
      {
        kind: "successful_payment",
        run: async (context) => {
          await credit(deps, context);
        },
      },
    ],
  };
}

async function showPacks(deps: ChatDeps, { t, tx, user, reply }: UpdateContext): Promise<void> {
  const { available } = await deps.ledger.balance(tx, user.id);
  const packs = packsOf(await deps.settings.read(starsSettings));
  await reply({
    kind: "text",
    html: Html.join([t("chat-buy-title"), t("chat-buy-intro", { credits: formatCredits(available, t.language) })]),
    keyboard: {
      inline: packs.map((pack): readonly Button[] => [
        {
          text: t.plain("chat-buy-pack", { credits: formatCredits(pack.credits, t.language), stars: pack.stars }),
          callback: callbackData("buy", pack.id),
        },
      ]),
    },
  });
}

async function sendInvoice(deps: ChatDeps, { t, tx, user, reply }: UpdateContext, packId: string): Promise<void> {
  const packs = packsOf(await deps.settings.read(starsSettings));
  const pack = packs.find(({ id }) => id === packId);
  if (pack === undefined) {
    await reply(t("chat-buy-gone"));
    return;
  }
  const order = await deps.ledger.stars.openOrder(tx, { userId: user.id, pack });
  const credits = formatCredits(pack.credits, t.language);
  await reply({
    kind: "invoice",
    title: t.plain("chat-invoice-title", { credits }),
    description: t.plain("chat-invoice-description", { credits }),
    payload: order.id,
    stars: order.stars,
    startParameter: "buy",
  });
}

type Check = Parameters<ChatDeps["ledger"]["stars"]["checkOrder"]>[1];

/** A refusal costs nothing; a silence lets Telegram's own time-out decide. So whatever goes wrong is a refusal. */
async function checkInTime(
  { ledger, db, clock, log }: ChatDeps,
  query: Check,
): Promise<OrderProblem | "unavailable" | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<"unavailable">();
  const timer = clock.schedule(checkMs, () => {
    resolve("unavailable");
  });
  try {
    return await Promise.race([ledger.stars.checkOrder(db, query), late]);
  } catch (error) {
    log.error({ err: toError(error) }, "pre-checkout failed");
    return "unavailable";
  } finally {
    timer.cancel();
  }
}

/** Credits and tells in the transaction that marks the update as handled: once, whatever crashes. */
async function credit({ ledger, delivery }: ChatDeps, context: UpdateContext): Promise<void> {
  const { tx, t, user, chat, update } = context;
  const payment = update.message?.successful_payment;
  if (payment === undefined) return;
  const outcome = await ledger.stars.creditPayment(tx, {
    telegramId: user.telegramId,
    orderId: payment.invoice_payload,
    currency: payment.currency,
    stars: payment.total_amount,
    chargeId: payment.telegram_payment_charge_id,
  });
  const charge = payment.telegram_payment_charge_id;
  const html = outcome.ok
    ? t("chat-receipt", {
        stars: payment.total_amount,
        credits: formatCredits(outcome.credits, t.language),
        balance: formatCredits(outcome.balance.available, t.language),
        charge,
      })
    : t("chat-receipt-unknown", { stars: payment.total_amount, charge });
  await delivery.enqueue(tx, {
    chatId: chat.id,
    topic: "payment",
    content: { kind: "text", html },
    dedupeKey: `payment:${charge}`,
  });
}
