import { z } from "zod";

import { inTransaction } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";

import { type Asker, askInGroup, type GroupDeps, refuseAsNoAdmin } from "../chat/group.ts";
import { findGroupWish, takeGroupWish } from "../group-wish.ts";

export interface JudgeDeps
  extends Omit<GroupDeps, "judgeGroupWish">, Pick<Kernel, "db" | "members" | "texts" | "log"> {}

/**
 * Asks Telegram whether whoever asked in a group of which only the admins may is one of them, and orders or refuses.
 * While Telegram does not answer the job is tried again; the wish itself is erased after ten minutes.
 */
export function makeJudgeGroupWish(deps: JudgeDeps): Job<{ wishId: string }> {
  const judge: Job<{ wishId: string }> = defineJob({
    name: "studio.judge-group-wish",
    payload: z.object({ wishId: z.string() }),
    run: async ({ wishId }) => {
      const waiting = await findGroupWish(deps.db, wishId);
      const person = waiting && (await deps.accounts.userById(deps.db, waiting.userId));
      if (waiting === undefined || person === undefined) return;
      const isAdmin = await deps.members.isAdmin(waiting.chatId, person.telegramId);
      await inTransaction(deps.db, async (tx) => {
        const wish = await takeGroupWish(tx, deps, wishId);
        const user = await deps.accounts.userById(tx, waiting.userId);
        const chat = wish && (await deps.accounts.chatById(tx, wish.chatId));
        if (wish === undefined || user === undefined || chat === undefined) return;
        const { threadId, asked } = wish;
        const place = { id: chat.id, type: chat.type, threadId };
        const asker: Asker = { tx, t: deps.texts(user.language), user, chat: place, now: deps.clock.now() };
        if (!isAdmin) {
          await refuseAsNoAdmin(withItself, asker, asked.prompt.messageId);
          return;
        }
        await deps.accounts.noteChatAdmin(tx, chat.id, user.id);
        await askInGroup(withItself, asker, asked);
      });
    },
  });
  const withItself: GroupDeps = { ...deps, judgeGroupWish: judge };
  return judge;
}
