import type { Message } from "grammy/types";

import type { Kernel } from "#kernel/feature.ts";
import type { Job } from "#kernel/jobs/index.ts";
import type { Html } from "#kernel/lib/html.ts";
import type { Button, MentionRoute, UpdateContext } from "#kernel/telegram/index.ts";

import { type GroupRules, readGroupRules, usedThisHour } from "../group-rules.ts";
import { keepGroupWish } from "../group-wish.ts";
import { jobTopic } from "../notifications.ts";
import { lockOrders, type OrderOutcome } from "../order.ts";
import { type Asked, offerModels, type OrderingDeps, placeOrder, refusalText } from "./ordering.ts";
import { type Prompt, promptOf } from "./prompt.ts";

export interface GroupDeps extends OrderingDeps, Pick<Kernel, "jobs" | "deepLink"> {
  readonly judgeGroupWish: Job<{ wishId: string }>;
}

/** Who asks where: an update's context, or what is left of it later. */
export type Asker = Pick<UpdateContext, "tx" | "t" | "user" | "chat" | "now">;

/** The bot's name, and then what to make. */
export function mentionRoute(deps: GroupDeps): MentionRoute {
  return {
    name: "studio.mention",
    run: async (context, message) => {
      await generateInGroup(deps, context, message);
      return "handled";
    },
  };
}

/** `/generate` or the bot's name in a group: with words or a picture an order, alone the question for them. */
export async function generateInGroup(deps: GroupDeps, context: UpdateContext, message: Message): Promise<void> {
  const prompt = promptOf(message);
  if (prompt !== undefined) {
    if (await askInGroup(deps, context, { prompt })) context.showAction("upload_video");
    return;
  }
  const { t } = context;
  await sayInGroup(deps, context, {
    messageId: message.message_id,
    html: t("studio-group-how"),
    button: { text: t.plain("studio-start-generate"), link: "generate" },
    once: "how",
  });
}

/**
 * Orders with the asker's own credits what he asked for in a group, as far as the group's rules let him. Nothing of his
 * money is said there. @returns whether it was ordered, or will be once Telegram has said that he is an admin.
 */
export async function askInGroup(deps: GroupDeps, asker: Asker, asked: Asked): Promise<boolean> {
  const { tx, t, user, chat } = asker;
  const { messageId } = asked.prompt;
  const rules = await readGroupRules(tx, { ...deps, chatId: chat.id });
  const hindrance = await findHindrance(deps, asker, rules);
  if (hindrance !== undefined) {
    await sayInGroup(deps, asker, { messageId, ...hindrance });
    return false;
  }
  if (rules.who === "admins" && !(await deps.accounts.isChatAdmin(tx, chat.id, user.id))) {
    await waitForJudgement(deps, asker, asked);
    return true;
  }
  const placed = await placeOrder(deps, asker, asked);
  if (placed === "nothing_on_offer") {
    await sayInGroup(deps, asker, { messageId, html: t("studio-refused-no_models"), once: "no_models" });
    return false;
  }
  if (placed.outcome.ok) return true;
  await explainInGroup(deps, asker, { prompt: asked.prompt, outcome: placed.outcome, longest: placed.longest });
  return false;
}

interface Said {
  readonly html: Html;
  /** Leads into the private chat: the name of a start link, or any other for the greeting. */
  readonly button?: { readonly text: string; readonly link: string };
  /** Said to this person only once in a while: the group's messages are few, and he knows by then. */
  readonly once: string;
}

const onceInMs = 10 * 60_000;
/** What he asked for may be put right at once. */
const refusalOnceInMs = 60_000;

/** Answers the message that asked, in its topic. */
async function sayInGroup(
  { delivery, deepLink }: Pick<GroupDeps, "delivery" | "deepLink">,
  { tx, user, chat, now }: Asker,
  {
    messageId,
    html,
    button,
    once,
    everyMs = onceInMs,
  }: Said & { readonly messageId: number; readonly everyMs?: number },
): Promise<void> {
  const url = button && deepLink(button.link);
  const buttons: readonly Button[] = button !== undefined && url !== undefined ? [{ text: button.text, url }] : [];
  const period = Math.floor(now.getTime() / everyMs);
  await delivery.enqueue(tx, {
    chatId: chat.id,
    topic: jobTopic,
    replyToMessageId: messageId,
    content: { kind: "text", html, ...(buttons.length > 0 && { keyboard: { inline: [buttons] } }) },
    dedupeKey: `studio.group:${once}:${chat.id}:${user.id}:${period}`,
    ...(chat.threadId !== undefined && { threadId: chat.threadId }),
  });
}

/** What keeps this person from asking here, whatever he asks for. */
async function findHindrance(
  { accounts }: GroupDeps,
  { tx, t, user, chat, now }: Asker,
  { enabled, perHour }: GroupRules,
): Promise<Said | undefined> {
  const openChat = { text: t.plain("studio-group-open"), link: "group" };
  if (!enabled) return { html: t("studio-group-off"), button: openChat, once: "off" };
  // His receipt, and what comes back to him, is said in private: so there must be a place to say it.
  const ownChat = await accounts.chatById(tx, user.telegramId);
  if (ownChat === undefined || ownChat.suspended !== undefined) {
    return { html: t("studio-group-hello"), button: openChat, once: "hello" };
  }
  if (perHour === 0) return undefined;
  // Two of his messages at once must not both find the last place free.
  await lockOrders(tx, user.id);
  if ((await usedThisHour(tx, { chatId: chat.id, userId: user.id, now })) < perHour) return undefined;
  return { html: t("studio-group-limit", { most: perHour }), button: openChat, once: "limit" };
}

/** Who administers the group only Telegram knows, and it is not asked inside a transaction. */
async function waitForJudgement(deps: GroupDeps, { tx, user, chat }: Asker, asked: Asked): Promise<void> {
  const id = deps.ids.next();
  const { prompt, ...rest } = asked;
  const place = { chatId: chat.id, threadId: chat.threadId };
  const kept = await keepGroupWish(tx, deps, { id, userId: user.id, ...place, asked: { prompt, ...rest } });
  if (kept) await deps.jobs.enqueue(tx, deps.judgeGroupWish, { wishId: id });
}

/** Only Telegram's word counts, and this person is no admin of the group. */
export async function refuseAsNoAdmin(deps: GroupDeps, asker: Asker, messageId: number): Promise<void> {
  await sayInGroup(deps, asker, { messageId, html: asker.t("studio-group-admins"), once: "admins" });
}

interface RefusedInGroup {
  readonly prompt: Prompt;
  readonly outcome: Exclude<OrderOutcome, { ok: true }>;
  readonly longest: number;
}

async function explainInGroup(deps: GroupDeps, asker: Asker, refused: RefusedInGroup): Promise<void> {
  const { t } = asker;
  const { prompt, outcome } = refused;
  const { messageId } = prompt;
  if (outcome.reason === "insufficient_credits") {
    await sayInGroup(deps, asker, {
      messageId,
      html: t("studio-group-no-credits"),
      button: { text: t.plain("studio-button-buy"), link: "buy" },
      once: "credits",
    });
  } else if (outcome.reason === "image_required") {
    await offerModels(deps, asker, { prompt, words: t("studio-group-image"), ifNone: t("studio-group-image") });
  } else if (outcome.reason === "image_not_taken") {
    await offerModels(deps, asker, { prompt, words: t("studio-refused-image_not_taken") });
  } else {
    const html = refusalText(t, outcome, refused.longest);
    await sayInGroup(deps, asker, { messageId, html, once: outcome.reason, everyMs: refusalOnceInMs });
  }
}
