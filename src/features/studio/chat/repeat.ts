import type { CallbackQuery, Message } from "grammy/types";

import type { CallbackRoute, UpdateContext } from "#kernel/telegram/index.ts";

import type { Advance } from "../advance.ts";
import { findJob, type VideoJob } from "../job.ts";
import { wasOrdered } from "../order.ts";
import { askInGroup, type GroupDeps } from "./group.ts";
import { type Asked, offerModels, orderFromChat } from "./ordering.ts";
import { type Prompt, promptOf } from "./prompt.ts";

export interface RepeatDeps extends GroupDeps {
  readonly advance: Advance;
}

/** Two presses within this time are one wish. */
const doubleClickMs = 3000;
const seeds = 2 ** 31 - 1;

/** The buttons under a card: Cancel, Again, Variation, Change model; and the models that are then offered. */
export function repeatButtons(deps: RepeatDeps): readonly CallbackRoute[] {
  return [
    {
      prefix: "cancel",
      access: "user",
      inGroups: true,
      run: async (context, [jobId]) => {
        const job = await ownJob(context, jobId);
        if (job === undefined) return;
        const { ok } = await deps.advance(context.tx, job.id, { type: "cancelled" });
        context.answer(context.t.plain(ok ? cancelledKey(job) : "studio-cancel-too-late"));
      },
    },
    {
      prefix: "again",
      access: "user",
      inGroups: true,
      run: async (context, [jobId], query) => {
        await repeat(deps, context, { jobId, query, seed: (job) => job.seed });
      },
    },
    {
      prefix: "vary",
      access: "user",
      inGroups: true,
      run: async (context, [jobId], query) => {
        await repeat(deps, context, { jobId, query, seed: () => 1 + Math.floor(deps.ids.random() * seeds) });
      },
    },
    {
      prefix: "remodel",
      access: "user",
      inGroups: true,
      run: async (context, [jobId], query) => {
        const job = await ownJob(context, jobId);
        const prompt = job && answered(context, query);
        if (prompt !== undefined) await offerModels(deps, context, { prompt, words: context.t("studio-choose-model") });
      },
    },
    {
      prefix: "with",
      access: "user",
      inGroups: true,
      run: async (context, [modelId], query) => {
        const prompt = modelId === undefined ? undefined : answered(context, query);
        if (prompt === undefined) return;
        // An offer is taken once, however long its buttons stay.
        if (await orderPressed(deps, context, { query, asked: { prompt, modelId } })) {
          await context.editPressed(context.t("studio-model-taken"));
        }
      },
    },
  ];
}

function cancelledKey({ price }: VideoJob): string {
  return price > 0n ? "studio-cancel-done" : "studio-cancel-done-free";
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
  if (job.withPicture && prompt.imageFileId === undefined) {
    context.answer(context.t.plain("studio-picture-gone"), { alert: true });
    return;
  }
  const { model: modelId, durationSeconds, width, height } = job;
  const asked = { prompt, modelId, durationSeconds, resolution: { width, height }, seed: seed(job) };
  const since = new Date(context.now.getTime() - doubleClickMs);
  if (await orderPressed(deps, context, { query, asked, since }))
    context.answer(context.t.plain("studio-again-started"));
}

interface Pressed {
  readonly query: CallbackQuery;
  readonly asked: Asked;
  /** A press before that was another wish. */
  readonly since?: Date;
}

/** Orders what a button asks for. @returns false when it was refused, or ordered by this button before. */
async function orderPressed(
  deps: RepeatDeps,
  context: UpdateContext,
  { query, asked, since }: Pressed,
): Promise<boolean> {
  const { tx, t, chat, answer } = context;
  const pressedMessageId = query.message?.message_id;
  if (pressedMessageId === undefined) return false;
  if (await wasOrdered(tx, { chatId: chat.id, pressedMessageId, ...(since && { since }) })) {
    answer(t.plain("studio-again-started"));
    return false;
  }
  const order = chat.type === "private" ? orderFromChat : askInGroup;
  return await order(deps, context, { ...asked, pressedMessageId });
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The job a button names, if it is the presser's own and of this chat. Made-up ids and other people's jobs get the same answer. */
async function ownJob({ tx, t, user, chat, answer }: UpdateContext, jobId = ""): Promise<VideoJob | undefined> {
  const job = uuid.test(jobId) ? await findJob(tx, jobId) : undefined;
  if (job?.userId === user.id && job.chatId === chat.id) return job;
  answer(t.plain("studio-not-yours"), { alert: true });
  return undefined;
}

/**
 * The prompt that the pressed message answers; Telegram brings it along, unless its author has deleted it. In a private
 * chat the bot's own messages may quote it. Only its author may have it made again: the buttons of others are theirs.
 */
function answered({ t, user, chat, answer }: UpdateContext, { message }: CallbackQuery): Prompt | undefined {
  const original =
    message !== undefined && "reply_to_message" in message ? (message.reply_to_message as Message) : undefined;
  const isBots = original?.from?.is_bot === true && chat.type === "private";
  if (original?.from !== undefined && original.from.id !== user.telegramId && !isBots) {
    answer(t.plain("studio-not-yours"), { alert: true });
    return undefined;
  }
  const prompt = promptOf(original);
  if (prompt === undefined) answer(t.plain("studio-prompt-gone"), { alert: true });
  return prompt;
}
