import type { Job, JobQueue } from "#kernel/jobs/index.ts";
import type { Command } from "#kernel/telegram/index.ts";

import type { PerformanceRequest } from "./jobs/send-performance.ts";

const defaultDays = 30;
const mostDays = 3650;

export interface PerformanceCommandDeps {
  readonly jobs: JobQueue;
  readonly sendPerformance: Job<PerformanceRequest>;
}

/** `/performance [days]`: how the signals did. Counting and drawing take longer than an answer should hold its chat. */
export function performanceCommand({ jobs, sendPerformance }: PerformanceCommandDeps): Command {
  return {
    name: "performance",
    description: "signals-command-performance",
    access: "user",
    inGroups: true,
    run: async ({ tx, t, chat, user, update, reply, showAction }, args) => {
      const days = readDays(args.trim());
      if (days === undefined) {
        await reply(t("signals-performance-usage"));
        return;
      }
      showAction("upload_photo");
      await jobs.enqueue(tx, sendPerformance, {
        days,
        chatId: chat.id,
        language: user.language,
        timeZone: user.timeZone,
        updateId: update.update_id,
        ...(chat.threadId !== undefined && { threadId: chat.threadId }),
      });
    },
  };
}

function readDays(text: string): number | undefined {
  if (text === "") return defaultDays;
  const days = /^(\d{1,4})d?$/i.exec(text)?.[1];
  return days === undefined || Number(days) < 1 || Number(days) > mostDays ? undefined : Number(days);
}
