import type { ChatParts } from "../feature.ts";
import { type Gift, rewardSettings } from "../ledger/index.ts";
import type { Cipher } from "../lib/cipher.ts";
import { Html } from "../lib/html.ts";
import { formatCredits, parseCredits } from "../lib/money.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { inPairs } from "./settings-scene.ts";
import { isNewcomer, shareLink } from "./share-link.ts";

const amountDialog = "chat.gift-amount";
/** Thousandths, offered as far as he has them. */
const usualAmounts = [1000n, 2000n, 5000n, 10_000n];
const idPattern = /^[A-Za-z0-9_-]{12}$/;
const idBytes = 9;
/** Against guessing: 96 bits. */
const proofLength = 16;

/** `/gift`: credits for whoever opens a link first. */
export function giftScreen(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "gift",
        description: "chat-command-gift",
        access: "user",
        run: async (context) => {
          await context.reply(await chooseScreen(deps, context));
        },
      },
    ],
    startLinks: [{ name: "gift", run: async (context, value) => await claim(deps, context, value) }],
    callbacks: [
      {
        prefix: "gift",
        access: "user",
        run: async (context, args) => {
          const screen = await press(deps, context, args);
          if (screen !== undefined) await context.editPressed(screen);
        },
      },
    ],
    dialogs: [
      {
        flow: amountDialog,
        onMessage: async (context, { data }, message) => {
          if (message.text === undefined) return "pass";
          await typedAmount(deps, context, { id: String(data["id"]), typed: message.text });
          return "handled";
        },
      },
    ],
  };
}

async function press(
  deps: ChatDeps,
  context: UpdateContext,
  [action, id = "", amount = ""]: readonly string[],
): Promise<Content | undefined> {
  const { t, tx, user, reply, dialog, answer } = context;
  if (action === "list" || !idPattern.test(id)) return await chooseScreen(deps, context);
  if (action === "new" && /^\d{1,10}$/.test(amount)) return await give(deps, context, { id, amount: BigInt(amount) });
  if (action === "other") {
    await dialog.set({ flow: amountDialog, step: "type", data: { id } });
    await reply({ kind: "text", html: t("chat-gift-type"), keyboard: { forceReply: { placeholder: "2.5" } } });
    return undefined;
  }
  if (action === "cancel" && (await deps.ledger.gifts.cancel(tx, { id, userId: user.id })) === undefined)
    answer(t.plain("chat-gift-too-late"), { alert: true });
  const gift = await deps.ledger.gifts.find(tx, id);
  return gift?.giverId === user.id ? giftCard(deps, context, gift) : await chooseScreen(deps, context);
}

/** How much he can give, and what of his is on its way. */
async function chooseScreen({ ledger, ids, settings }: ChatDeps, { t, tx, user }: UpdateContext): Promise<Content> {
  const giveable = await ledger.gifts.giveable(tx, user.id);
  const open = await ledger.gifts.open(tx, user.id);
  const { giftDays } = await settings.read(rewardSettings);
  // Chosen here, so that pressing twice gives once.
  const id = ids.token(idBytes);
  const amounts = usualAmounts.filter((amount) => amount <= giveable);
  const choices = amounts.map((amount) => ({
    text: t.plain("chat-gift-amount", { credits: formatCredits(amount, t.language) }),
    callback: callbackData("gift", "new", id, String(amount)),
  }));
  const other = { text: t.plain("chat-gift-other"), callback: callbackData("gift", "other", id) };
  const buy = { text: t.plain("chat-balance-buy"), callback: callbackData("buy") };
  return {
    kind: "text",
    html: t(giveable > 0n ? "chat-gift-choose" : "chat-gift-nothing", {
      credits: formatCredits(giveable, t.language),
      days: giftDays,
    }),
    keyboard: {
      inline: [...inPairs(giveable > 0n ? [...choices, other] : [buy]), ...open.map((gift) => openGiftButton(t, gift))],
    },
  };
}

function openGiftButton(t: UpdateContext["t"], gift: Gift): readonly Button[] {
  const text = t.plain("chat-gift-open", { credits: formatCredits(gift.amount, t.language) });
  return [{ text, callback: callbackData("gift", "show", gift.id) }];
}

async function typedAmount(
  deps: ChatDeps,
  context: UpdateContext,
  { id, typed }: { readonly id: string; readonly typed: string },
): Promise<void> {
  const amount = parseCredits(typed);
  if (amount === undefined || amount <= 0n) {
    await context.reply(context.t("chat-gift-unknown-amount"));
    return;
  }
  await context.dialog.close();
  await context.reply(await give(deps, context, { id, amount }));
}

async function give(
  deps: ChatDeps,
  context: UpdateContext,
  { id, amount }: { readonly id: string; readonly amount: bigint },
): Promise<Content> {
  const { t, tx, user } = context;
  const before = await deps.ledger.gifts.find(tx, id);
  if (before !== undefined)
    return before.giverId === user.id ? giftCard(deps, context, before) : await chooseScreen(deps, context);
  if (amount <= 0n) return await chooseScreen(deps, context);
  const given = await deps.ledger.gifts.give(tx, { id, userId: user.id, amount });
  if (given.ok) return giftCard(deps, context, given.gift);
  const giveable = given.reason === "insufficient_credits" ? given.giveable : 0n;
  return { kind: "text", html: t(`chat-gift-${given.reason}`, { credits: formatCredits(giveable, t.language) }) };
}

/** What the giver sees of it: the link while it is open, and how it ended. */
function giftCard({ deepLink, cipher }: ChatDeps, { t, user }: UpdateContext, gift: Gift): Content {
  const link = gift.state === "open" ? deepLink("gift", `${gift.id}${proofOf(cipher, gift.id)}`) : undefined;
  const date = new Intl.DateTimeFormat(t.language, { dateStyle: "medium", timeZone: user.timeZone });
  const credits = formatCredits(gift.amount, t.language);
  const card = t("chat-gift-card", { credits, state: gift.state, until: date.format(gift.expiresAt) });
  const back: Button = { text: t.plain("chat-settings-back"), callback: callbackData("gift", "list") };
  const cancel: Button = {
    text: t.plain("chat-gift-cancel"),
    style: "danger",
    callback: callbackData("gift", "cancel", gift.id),
  };
  return {
    kind: "text",
    html: link === undefined ? card : Html.join([card, Html.text(link)], "\n\n"),
    keyboard: {
      inline: [
        ...(link === undefined ? [] : shareLink(t, { link, text: t.plain("chat-gift-share", { credits }) })),
        ...(gift.state === "open" ? [[cancel]] : []),
        [back],
      ],
    },
  };
}

/** Only who was given the link has this: the id alone claims nothing. */
function proofOf(cipher: Pick<Cipher, "sign">, id: string): string {
  return cipher.sign(id, "gift.link").slice(0, proofLength);
}

async function claim(deps: ChatDeps, context: UpdateContext, value: string): Promise<"handled" | "pass"> {
  const { t, tx, user, reply } = context;
  const id = value.slice(0, -proofLength);
  if (!idPattern.test(id) || value.slice(-proofLength) !== proofOf(deps.cipher, id)) {
    await reply(t("chat-gift-gone"));
    return "handled";
  }
  const result = await deps.ledger.gifts.claim(tx, { id, userId: user.id });
  if (result.ok) {
    const giver = await deps.accounts.userById(tx, result.gift.giverId);
    await reply(
      t("chat-gift-claimed", {
        name: giver?.firstName ?? "?",
        credits: formatCredits(result.gift.amount, t.language),
        balance: formatCredits(result.balance.available, t.language),
      }),
    );
    return isNewcomer(context) ? "pass" : "handled";
  }
  const own = result.reason === "own" ? await deps.ledger.gifts.find(tx, id) : undefined;
  await reply(own === undefined ? t(`chat-gift-${result.reason}`) : giftCard(deps, context, own));
  return "handled";
}
