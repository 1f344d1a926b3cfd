import { z } from "zod";

import { inTransaction } from "../db/index.ts";
import type { ChatParts, ChatSection } from "../feature.ts";
import { defineJob, type Job } from "../jobs/index.ts";
import type { Plan } from "../ledger/index.ts";
import { Html } from "../lib/html.ts";
import { TelegramRefused, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { planName, subscriptionSection } from "./plan-words.ts";

const longestTitle = 32;

const offer = z.object({
  orderId: z.string(),
  userId: z.number(),
  title: z.string(),
  stars: z.number(),
});

type OfferPlan = Job<z.input<typeof offer>>;

/** Buying, cancelling and taking up again what is paid every month; how it stands is part of `/status`. */
export function subscriptions(deps: ChatDeps, offerPlan: OfferPlan): ChatParts {
  return {
    callbacks: [
      {
        prefix: "plan",
        access: "user",
        // Who is shut out can still stop paying.
        whenBlocked: true,
        run: async (context, [action, id = ""]) => {
          if (action === "buy") await openOffer(deps, offerPlan, context, id);
          else if (action === "cancel" || action === "allow") await ask(deps, context, { orderId: id, wish: action });
          else await showAll(deps, context);
        },
      },
    ],
    services: [
      {
        kind: "subscription",
        run: async ({ tx, user }, { subscription }) => {
          if (subscription === undefined) return;
          const { invoice_payload: orderId, state } = subscription;
          await deps.ledger.subscriptions.note(tx, { telegramId: user.telegramId, orderId, state });
        },
      },
    ],
    statusSection: async (context) => await section(deps, context),
  };
}

/**
 * Sends the link of an offer. Telegram makes it, and a network call has no place in the transaction that opens the order;
 * made twice, both links are for the one order, and one message goes out.
 */
export function makeOfferPlan({ db, accounts, delivery, texts, invoiceLink }: ChatDeps): OfferPlan {
  return defineJob({
    name: "chat.offer-plan",
    payload: offer,
    timeoutSeconds: 60,
    concurrency: 4,
    run: async ({ orderId, userId, title, stars }) => {
      const person = await accounts.userById(db, userId);
      if (person === undefined) return;
      const t = texts(person.language);
      const link = await invoiceLink({
        title: Array.from(title).slice(0, longestTitle).join(""),
        description: t.plain("chat-plan-invoice", { name: title }),
        payload: orderId,
        stars,
      }).catch((error: unknown) => {
        if (error instanceof TelegramRefused && error.errorCode === 400) return undefined;
        throw error;
      });
      await inTransaction(db, async (tx) => {
        await delivery.enqueue(tx, {
          chatId: person.telegramId,
          topic: "reply",
          dedupeKey: `plan-offer:${orderId}`,
          content: {
            kind: "text",
            html: link === undefined ? t("chat-order-unavailable") : t("chat-plan-offer", { name: title, stars }),
            ...(link !== undefined && {
              keyboard: { inline: [[{ text: t.plain("chat-plan-pay", { stars }), url: link }]] },
            }),
          },
        });
      });
    },
  });
}

async function openOffer(
  deps: ChatDeps,
  job: OfferPlan,
  { t, tx, user, answer }: UpdateContext,
  planId: string,
): Promise<void> {
  const plan = await planOnSale(deps, planId);
  if (plan === undefined) {
    answer(t.plain("chat-plan-gone"), { alert: true });
    return;
  }
  const { id: orderId, stars } = await deps.ledger.subscriptions.openOrder(tx, { userId: user.id, plan });
  await deps.jobs.enqueue(tx, job, { orderId, userId: user.id, title: planName(deps, t, plan), stars });
}

async function planOnSale({ ledger }: ChatDeps, id: string): Promise<Plan | undefined> {
  return (await ledger.subscriptions.plans()).find((plan) => plan.id === id);
}

async function ask(
  deps: ChatDeps,
  { t, tx, user, answer }: UpdateContext,
  request: { readonly orderId: string; readonly wish: "cancel" | "allow" },
): Promise<void> {
  const asked = await deps.ledger.subscriptions.ask(tx, { userId: user.id, ...request });
  // The outcome follows in a message of its own.
  answer(t.plain(asked.ok ? "chat-plan-asking" : "chat-plan-unchanged"), { alert: !asked.ok });
}

async function showAll(deps: ChatDeps, context: UpdateContext): Promise<void> {
  const all = await section(deps, context);
  await context.reply(
    all === undefined
      ? context.t("chat-plan-none")
      : { kind: "text", html: all.html, keyboard: { inline: all.buttons ?? [] } },
  );
}

async function section(deps: ChatDeps, context: UpdateContext): Promise<ChatSection | undefined> {
  if (context.chat.type !== "private") return undefined;
  const running = await deps.ledger.subscriptions.list(context.tx, context.user.id);
  if (running.length === 0) return undefined;
  const each = running.map((subscription) => subscriptionSection(deps, context, subscription));
  return {
    html: Html.join(
      each.map(({ html }) => html),
      "\n\n",
    ),
    buttons: each.flatMap(({ buttons }) => (buttons.length === 0 ? [] : [buttons])),
  };
}
