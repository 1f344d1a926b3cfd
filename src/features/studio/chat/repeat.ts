import type { CallbackQuery, Message } from "grammy/types";
import { sql } from "kysely";

import type { Kernel } from "#kernel/feature.ts";
import type { CallbackRoute, UpdateContext } from "#kernel/telegram/index.ts";

import type { Advance } from "../advance.ts";
import { findJob, type VideoJob } from "../job.ts";
import { jobTopic } from "../notifications.ts";
import { modelSettings } from "../settings.ts";
import { modelButtons, orderFromChat, type OrderingDeps } from "./ordering.ts";
import { type Prompt, promptOf } from "./prompt.ts";

export interface RepeatDeps extends OrderingDeps, Pick<Kernel, "ids"> {
  readonly advance: Advance;
}

/** Two presses within this time are one wish. */
const doubleClickMs = 5000;
const seeds = 2 ** 31 - 1;

/** The buttons under a card: Cancel, Again, Variation, Change model. */
export function repeatButtons(deps: RepeatDeps): readonly CallbackRoute[] {
  return [
    {
      prefix: "cancel",
      access: "user",
      run: async (context, [jobId]) => {
        const job = await ownJob(context, jobId);
        if (job === undefined) return;
        const { ok } = await deps.advance(context.tx, job.id, { type: "cancelled" });
        context.answer(context.t.plain(ok ? "studio-cancel-done" : "studio-cancel-too-late"));
      },
    },
    {
      prefix: "again",
      access: "user",
      run: async (context, [jobId], query) => {
        await repeat(deps, context, { jobId, query, seed: (job) => job.seed });
      },
    },
    {
      prefix: "vary",
      access: "user",
      run: async (context, [jobId], query) => {
        await repeat(deps, context, { jobId, query, seed: () => 1 + Math.floor(deps.ids.random() * seeds) });
      },
    },
    {
      prefix: "remodel",
      access: "user",
      run: async (context, [jobId], query) => {
        const job = await ownJob(context, jobId);
        const prompt = job && answered(context, query);
        if (prompt !== undefined) await offerAll(deps, context, prompt);
      },
    },
    {
      prefix: "with",
      access: "user",
      run: async (context, [modelId], query) => {
        const prompt = answered(context, query);
        if (prompt === undefined || modelId === undefined) return;
        const ordered = await orderFromChat(deps, context, { prompt, modelId });
        // The offer has been taken: without its buttons it cannot be taken twice.
        if (ordered) await context.editPressed(context.t("studio-model-taken"));
      },
    },
  ];
}

interface Repeat {
  readonly jobId: string | undefined;
  readonly query: CallbackQuery;
  readonly seed: (job: VideoJob) => number;
}

async function repeat(deps: RepeatDeps, context: UpdateContext, { jobId, query, seed }: Repeat): Promise<void> {
  const job = await ownJob(context, jobId);
  const prompt = job && answered(context, query);
  if (job === undefined || prompt === undefined) return;
  if (!(await claimRepeat(context, job))) {
    context.answer(context.t.plain("studio-again-started"));
    return;
  }
  const { model: modelId, durationSeconds, width, height } = job;
  const resolution = { width, height };
  const ordered = await orderFromChat(deps, context, { prompt, modelId, durationSeconds, resolution, seed: seed(job) });
  if (ordered) context.answer(context.t.plain("studio-again-started"));
}

/** @returns false for the second press of a double click. */
async function claimRepeat({ tx, now }: UpdateContext, { id }: VideoJob): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update studio.job set repeated_at = ${now}
    where id = ${id} and (repeated_at is null or repeated_at <= ${new Date(now.getTime() - doubleClickMs)})`.execute(
    tx,
  );
  return numAffectedRows === 1n;
}

/** The job a button names, if it is the presser's own. Made-up ids and other people's jobs get the same answer. */
async function ownJob({ tx, t, user, answer }: UpdateContext, jobId = ""): Promise<VideoJob | undefined> {
  const job = /^[0-9a-f-]{36}$/.test(jobId) ? await findJob(tx, jobId) : undefined;
  if (job?.userId === user.id) return job;
  answer(t.plain("studio-not-yours"), { alert: true });
  return undefined;
}

/** The prompt that the pressed card answers; Telegram brings it along, unless its author has deleted it. */
function answered({ t, user, answer }: UpdateContext, { message }: CallbackQuery): Prompt | undefined {
  const original =
    message !== undefined && "reply_to_message" in message ? (message.reply_to_message as Message) : undefined;
  const prompt = original?.from?.id === user.telegramId ? promptOf(original) : undefined;
  if (prompt === undefined) answer(t.plain("studio-prompt-gone"), { alert: true });
  return prompt;
}

async function offerAll(deps: RepeatDeps, { tx, t, chat }: UpdateContext, prompt: Prompt): Promise<void> {
  const { models } = await deps.settings.read(modelSettings);
  const hasImage = prompt.imageFileId !== undefined;
  const able = models.filter(({ enabled, image }) => enabled && image !== (hasImage ? "none" : "required"));
  await deps.delivery.enqueue(tx, {
    chatId: chat.id,
    topic: jobTopic,
    replyToMessageId: prompt.messageId,
    content: { kind: "text", html: t("studio-choose-model"), keyboard: { inline: modelButtons(able) } },
    ...(chat.threadId !== undefined && { threadId: chat.threadId }),
  });
}
