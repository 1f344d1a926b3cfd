import type { ChatParts } from "../feature.ts";
import type { LedgerEntry } from "../ledger/index.ts";
import { Html } from "../lib/html.ts";
import { formatCredits } from "../lib/money.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { paymentHandle } from "./payment-handle.ts";

const entriesPerPage = 6;

/** `/balance`: what is there, what is reserved, and every entry of the account with what was left after it. */
export function balanceScreen(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "balance",
        description: "chat-command-balance",
        access: "user",
        whenBlocked: true,
        run: async (context) => {
          await context.reply(await page(deps, context));
        },
      },
    ],
    callbacks: [
      {
        prefix: "balance",
        access: "user",
        whenBlocked: true,
        run: async (context, [what, number]) => {
          const at = /^\d{1,15}$/.test(number ?? "") ? Number(number) : undefined;
          const screen = what === "receipt" && at !== undefined ? await receipt(deps, context, at) : undefined;
          await context.editPressed(screen ?? (await page(deps, context, at)));
        },
      },
    ],
  };
}

/** @param upTo the number of the newest entry shown. */
async function page({ ledger }: ChatDeps, context: UpdateContext, upTo?: number): Promise<Content> {
  const { t, tx, user } = context;
  const { available, held } = await ledger.balance(tx, user.id);
  const [newest] = await ledger.history(tx, user.id, 1);
  const entries = await ledger.history(tx, user.id, entriesPerPage, upTo);
  const head = [
    t("chat-balance-title"),
    t(available < 0n ? "chat-balance-owed" : "chat-balance-available", {
      credits: formatCredits(available < 0n ? -available : available, t.language),
    }),
  ];
  if (held > 0n) head.push(t("chat-balance-held", { credits: formatCredits(held, t.language) }));
  const first = entries[0]?.number ?? 0;
  const last = entries.at(-1)?.number ?? 0;
  const top = newest?.number ?? 0;
  const turn: Button[] = [];
  if (first < top) turn.push(pageButton(context, "chat-balance-newer", Math.min(first + entriesPerPage, top)));
  if (last > 1) turn.push(pageButton(context, "chat-balance-older", last - 1));
  return {
    kind: "text",
    html: Html.join(
      [Html.join(head), ...(entries.length === 0 ? [t("chat-balance-nothing")] : entries.map(entryLine(context)))],
      "\n\n",
    ),
    keyboard: {
      inline: [
        ...entries.flatMap((entry) => receiptButton(context, entry)),
        ...(turn.length > 0 ? [turn] : []),
        [{ text: t.plain("chat-balance-buy"), callback: callbackData("buy") }],
      ],
    },
  };
}

function pageButton({ t }: UpdateContext, text: string, upTo: number): Button {
  return { text: t.plain(text), callback: callbackData("balance", "page", upTo) };
}

/** An entry of somebody's account in words, in the language and by the clock of who reads it. */
export function entryLine({ t, user }: Pick<UpdateContext, "t" | "user">): (entry: LedgerEntry) => Html {
  const date = new Intl.DateTimeFormat(t.language, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: user.timeZone,
  });
  return (entry) =>
    t("chat-balance-entry", {
      amount: `${entry.amount > 0n ? "+" : ""}${formatCredits(entry.amount, t.language)}`,
      what: whatOf(t, entry),
      date: date.format(entry.at),
      balance: formatCredits(entry.balanceAfter, t.language),
    });
}

/** In plain words. A welcome is a grant without a reason. */
function whatOf(t: UpdateContext["t"], { kind, note, payment }: LedgerEntry): string {
  if (kind === "grant" && note === undefined) return t.plain("chat-entry-welcome");
  const key = `chat-entry-${kind}`;
  return t.plain(t.has(key) ? key : "chat-entry-other", { note: note ?? "–", stars: payment?.stars ?? 0 });
}

function receiptButton({ t, user }: UpdateContext, entry: LedgerEntry): readonly (readonly Button[])[] {
  if (entry.payment === undefined) return [];
  const date = new Intl.DateTimeFormat(t.language, { dateStyle: "medium", timeZone: user.timeZone }).format(entry.at);
  const text = t.plain("chat-balance-receipt", { stars: entry.payment.stars, date });
  return [[{ text, callback: callbackData("balance", "receipt", entry.number) }]];
}

/** One payment with what payment support asks for. Undefined when this entry of his was not paid for. */
async function receipt({ ledger }: ChatDeps, context: UpdateContext, number: number): Promise<Content | undefined> {
  const { t, tx, user } = context;
  const [entry] = await ledger.history(tx, user.id, 1, number);
  if (entry?.payment === undefined || entry.number !== number) return undefined;
  const { chargeId, stars } = entry.payment;
  const isRefundable = (await ledger.stars.payments(tx, user.id)).some((payment) => payment.chargeId === chargeId);
  const date = new Intl.DateTimeFormat(t.language, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: user.timeZone,
  });
  const refund: Button = {
    text: t.plain("chat-balance-refund"),
    callback: callbackData("paysupport", paymentHandle({ chargeId })),
  };
  return {
    kind: "text",
    html: t("chat-balance-payment", {
      stars,
      credits: formatCredits(entry.amount, t.language),
      date: date.format(entry.at),
      charge: chargeId,
    }),
    keyboard: { inline: [...(isRefundable ? [[refund]] : []), [pageButton(context, "chat-settings-back", number)]] },
  };
}
