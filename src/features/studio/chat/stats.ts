import type { Job, JobQueue } from "#kernel/jobs/index.ts";
import type { Command } from "#kernel/telegram/index.ts";

import type { UsageQuestion } from "../jobs/report-usage.ts";

/** `/stats`: usage over all people; admins also see what came in. */
export function statsCommand(deps: { readonly jobs: JobQueue; readonly reportUsage: Job<UsageQuestion> }): Command {
  return {
    name: "stats",
    description: "studio-command-stats",
    access: "user",
    run: async ({ tx, chat, user, update, showAction }) => {
      showAction("upload_photo");
      await deps.jobs.enqueue(tx, deps.reportUsage, {
        chatId: chat.id,
        language: user.language,
        timeZone: user.timeZone,
        money: user.role === "admin",
        updateId: update.update_id,
        ...(chat.threadId !== undefined && { threadId: chat.threadId }),
      });
    },
  };
}
