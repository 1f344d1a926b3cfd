import { z } from "zod";

import { inTransaction } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { languages } from "#kernel/lib/language.ts";
import type { Content } from "#kernel/telegram/index.ts";

import { answerFilter } from "../filter-screen.ts";
import { subscribeChat, type SubscribingChat, type SubscribingDeps, unsubscribeChat } from "../subscribing.ts";

const payload = z.object({
  what: z.enum(["subscribe", "unsubscribe", "filter"]),
  args: z.string(),
  chatId: z.int(),
  threadId: z.int().optional(),
  messageId: z.int().optional(),
  userId: z.int(),
  telegramId: z.int(),
  /** The admin's own: the group reads in his language and by his clock from then on. */
  language: z.enum(languages),
  timeZone: z.string(),
  updateId: z.int(),
});
export type GroupChange = z.input<typeof payload>;

export type ChangeGroupDeps = SubscribingDeps & Pick<Kernel, "db" | "clock" | "delivery" | "members" | "texts">;

/** `/subscribe`, `/unsubscribe` and `/filter` in a group, by its admins: Telegram is asked whether it is one. */
export function makeChangeGroup(deps: ChangeGroupDeps): Job<GroupChange> {
  const { db, clock, delivery, members, texts } = deps;
  return defineJob({
    name: "signals.change-group",
    payload,
    maxAttempts: 4,
    run: async ({ what, args, chatId, threadId, messageId, userId, telegramId, language, timeZone, updateId }) => {
      const t = texts(language);
      const isAllowed = await members.isAdmin(chatId, telegramId);
      await inTransaction(db, async (tx) => {
        const chat: SubscribingChat = { tx, t, now: clock.now(), chatId, userId, timeZone, place: "shared" };
        const refusal: Content = { kind: "text", html: t("signals-group-admins-only") };
        await delivery.enqueue(tx, {
          chatId,
          topic: "reply",
          dedupeKey: `signals.group:${updateId}`,
          content: isAllowed ? await obey(deps, chat, { what, args }) : refusal,
          ...(threadId !== undefined && { threadId }),
          ...(messageId !== undefined && { replyToMessageId: messageId }),
        });
      });
    },
  });
}

async function obey(
  deps: ChangeGroupDeps,
  chat: SubscribingChat,
  { what, args }: Pick<GroupChange, "what" | "args">,
): Promise<Content> {
  switch (what) {
    case "subscribe":
      return await subscribeChat(deps, chat);
    case "unsubscribe":
      return await unsubscribeChat(deps, chat);
    case "filter":
      return await answerFilter(deps, chat, args);
  }
}
