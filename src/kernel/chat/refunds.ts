import type { ChatParts } from "../feature.ts";
import { Html } from "../lib/html.ts";
import { type Button, callbackData, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { decideRefund, type RefundVerdict } from "./decide-refund.ts";
import { paymentHandle } from "./payment-handle.ts";
import { putRefundCard } from "./refund-card.ts";

const reasonDialog = "chat.refund-reason";
const shownPayments = 8;
/** Shown whole on the admins' card. */
const longestReason = 1000;

/** `/paysupport` for people, and the decision of the admins. */
export function refunds(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "paysupport",
        description: "chat-command-paysupport",
        access: "user",
        whenBlocked: true,
        run: async (context) => {
          await showPayments(deps, context);
        },
      },
    ],
    callbacks: [
      {
        prefix: "paysupport",
        access: "user",
        whenBlocked: true,
        run: async (context, [handle]) => {
          await askReason(deps, context, handle);
        },
      },
      {
        prefix: "refund",
        access: "admin",
        inGroups: true,
        run: async (context, [verdict, id]) => {
          await decide(deps, context, { verdict, id });
        },
      },
    ],
    dialogs: [
      {
        flow: reasonDialog,
        whenBlocked: true,
        onMessage: async (context, { data }, message) => {
          if (message.text === undefined) return "pass";
          if (message.text.length > longestReason) {
            await context.reply(context.t("chat-paysupport-reason-long", { longest: longestReason }));
          } else await request(deps, context, { chargeId: String(data["chargeId"]), reason: message.text });
          return "handled";
        },
      },
    ],
    services: [
      {
        kind: "refunded_payment",
        run: async (context) => {
          await refundedByTelegram(deps, context);
        },
      },
    ],
  };
}

async function showPayments({ ledger }: ChatDeps, { t, tx, user, reply }: UpdateContext): Promise<void> {
  const payments = (await ledger.stars.payments(tx, user.id)).slice(0, shownPayments);
  const date = new Intl.DateTimeFormat(t.language, { dateStyle: "medium", timeZone: user.timeZone });
  const rows = payments.map((payment): readonly Button[] => [
    {
      text: t.plain("chat-paysupport-payment", { stars: payment.stars, date: date.format(payment.paidAt) }),
      callback: callbackData("paysupport", paymentHandle(payment)),
    },
  ]);
  const question = t(rows.length === 0 ? "chat-paysupport-none" : "chat-paysupport-choose");
  await reply({
    kind: "text",
    html: Html.join([t("chat-paysupport"), question], "\n\n"),
    ...(rows.length > 0 && { keyboard: { inline: rows } }),
  });
}

async function askReason({ ledger }: ChatDeps, context: UpdateContext, handle: string | undefined): Promise<void> {
  const { t, tx, user, reply, dialog } = context;
  const payment = (await ledger.stars.payments(tx, user.id)).find((known) => paymentHandle(known) === handle);
  if (payment === undefined) {
    await reply(t("chat-paysupport-unknown"));
    return;
  }
  await dialog.set({ flow: reasonDialog, step: "reason", data: { chargeId: payment.chargeId } });
  await reply(t("chat-paysupport-reason", { stars: payment.stars }));
}

async function request(
  deps: ChatDeps,
  { t, tx, user, reply, dialog }: UpdateContext,
  { chargeId, reason }: { readonly chargeId: string; readonly reason: string },
): Promise<void> {
  await dialog.close();
  const result = await deps.ledger.stars.requestRefund(tx, {
    userId: user.id,
    chargeId,
    reason,
  });
  if (!result.ok) {
    await reply(
      t(result.reason === "already_requested" ? "chat-paysupport-already_requested" : "chat-paysupport-unknown"),
    );
    return;
  }
  await putRefundCard(deps, tx, { refund: result.refund });
  await reply(t("chat-paysupport-sent"));
}

const verdicts: readonly RefundVerdict[] = ["approve", "negative", "refuse"];

async function decide(
  deps: ChatDeps,
  { t, tx, user, answer }: UpdateContext,
  given: { readonly verdict: string | undefined; readonly id: string | undefined },
): Promise<void> {
  const verdict = verdicts.find((each) => each === given.verdict);
  const decided =
    given.id === undefined || verdict === undefined
      ? undefined
      : await decideRefund(deps, tx, { user, verdict, id: given.id });
  if (decided?.ok === true) return;
  answer(t.plain(`chat-refund-${decided?.reason ?? "not-open"}`), { alert: true });
}

/** Also comes for the refunds that we made ourselves; the ledger knows those and posts nothing again. */
async function refundedByTelegram({ ledger }: ChatDeps, { tx, t, update, user, reply }: UpdateContext): Promise<void> {
  const refunded = update.message?.refunded_payment;
  if (refunded === undefined) return;
  const posted = await ledger.stars.noteRefund(tx, {
    telegramId: user.telegramId,
    chargeId: refunded.telegram_payment_charge_id,
    stars: refunded.total_amount,
  });
  if (posted === "posted") await reply(t("chat-refunded-by-telegram", { stars: refunded.total_amount }));
}
