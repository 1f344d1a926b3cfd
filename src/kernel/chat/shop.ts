import type { ChatParts } from "../feature.ts";
import { type OrderProblem, packsOf, type Plan, starsSettings, type Subscription } from "../ledger/index.ts";
import { toError } from "../lib/errors.ts";
import { Html } from "../lib/html.ts";
import { languageFor } from "../lib/language.ts";
import { formatCredits } from "../lib/money.ts";
import { type Button, callbackData, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { dayOf, planName } from "./plan-words.ts";
import { receiptText } from "./receipt.ts";

/** Telegram gives 10 s to answer a pre-checkout query; the person should not wait even one. */
const checkMs = 2000;

/** `/buy`: packs and plans, invoices, the check before a payment and the receipt after it. */
export function shop(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "buy",
        description: "chat-command-buy",
        access: "user",
        run: async (context) => {
          await showOffers(deps, context);
        },
      },
    ],
    startLinks: [
      {
        name: "buy",
        run: async (context) => {
          await showOffers(deps, context);
          return "handled";
        },
      },
    ],
    callbacks: [
      {
        prefix: "buy",
        access: "user",
        run: async (context, [packId]) => {
          await (packId === undefined ? showOffers(deps, context) : sendInvoice(deps, context, packId));
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

async function showOffers(deps: ChatDeps, { t, tx, user, reply }: UpdateContext): Promise<void> {
  const { subscriptions } = deps.ledger;
  const { available } = await deps.ledger.balance(tx, user.id);
  const packs = packsOf(await deps.settings.read(starsSettings));
  const plans = await subscriptions.plans();
  const running = await subscriptions.list(tx, user.id);
  await reply({
    kind: "text",
    html: Html.join([
      t("chat-buy-title"),
      t("chat-buy-intro", { credits: formatCredits(available, t.language) }),
      ...(plans.length === 0 ? [] : [t("chat-buy-monthly")]),
      t("chat-buy-terms"),
    ]),
    keyboard: {
      inline: [
        ...packs.map((pack): readonly Button[] => [
          {
            text: t.plain("chat-buy-pack", { credits: formatCredits(pack.credits, t.language), stars: pack.stars }),
            callback: callbackData("buy", pack.id),
          },
        ]),
        ...plans.map((plan): readonly Button[] => [planOffer(deps, { t, user }, { plan, running })]),
      ],
    },
  });
}

/** What the person has already, and Telegram goes on with, says until when instead of being sold twice. */
function planOffer(
  deps: ChatDeps,
  reader: Pick<UpdateContext, "t" | "user">,
  { plan, running }: { readonly plan: Plan; readonly running: readonly Subscription[] },
): Button {
  const { t, user } = reader;
  const name = planName(deps, t, plan);
  const has = running.find((subscription) => subscription.plan.id === plan.id && subscription.state !== "failed");
  if (has === undefined) {
    const text = t.plain("chat-buy-plan", { name, stars: plan.stars });
    return { text, callback: callbackData("plan", "buy", plan.id) };
  }
  return {
    text: t.plain("chat-buy-plan-running", { name, day: dayOf(has.expiresAt, t, user) }),
    callback: callbackData("plan", "show"),
  };
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
async function credit(deps: ChatDeps, context: UpdateContext): Promise<void> {
  const { tx, user, chat, update } = context;
  const payment = update.message?.successful_payment;
  if (payment === undefined) return;
  const { total_amount: stars, telegram_payment_charge_id: charge, subscription_expiration_date: until } = payment;
  const isFirst = payment.is_first_recurring === true;
  const outcome = await deps.ledger.stars.creditPayment(tx, {
    telegramId: user.telegramId,
    orderId: payment.invoice_payload,
    currency: payment.currency,
    stars,
    chargeId: charge,
    paidUntil: until === undefined ? undefined : new Date(until * 1000),
    isFirst,
  });
  await deps.delivery.enqueue(tx, {
    chatId: chat.id,
    topic: "payment",
    content: { kind: "text", html: receiptText(deps, context, { outcome, stars, charge, isFirst }) },
    dedupeKey: `payment:${charge}`,
  });
}
