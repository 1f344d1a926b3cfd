import type { Kernel } from "#kernel/feature.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import { type Button, callbackData, type UpdateContext } from "#kernel/telegram/index.ts";
import type { Catalogue, Resolution } from "#providers/video/catalogue.ts";

import { jobTopic } from "../notifications.ts";
import { type OrderDeps, type OrderOutcome, orderVideo } from "../order.ts";
import { readPreference } from "../preference.ts";
import { modelSettings } from "../settings.ts";
import type { Prompt } from "./prompt.ts";

export interface OrderingDeps extends OrderDeps {
  readonly delivery: Kernel["delivery"];
}

export interface Asked {
  readonly prompt: Prompt;
  /** Instead of the person's own choices. */
  readonly modelId?: string | undefined;
  readonly durationSeconds?: number | undefined;
  readonly resolution?: Resolution | undefined;
  readonly seed?: number | undefined;
}

/** Orders what was asked and, when that is refused, says why and what to do. @returns whether it was ordered. */
export async function orderFromChat(deps: OrderingDeps, context: UpdateContext, asked: Asked): Promise<boolean> {
  const { tx, t, user, chat, reply } = context;
  const { models } = await deps.settings.read(modelSettings);
  const { modelId, prompt } = asked;
  const preference = await readPreference(tx, {
    catalogue: models,
    userId: user.id,
    ...(modelId !== undefined && { modelId }),
  });
  if (preference === undefined) {
    await reply(t("studio-refused-no_models"));
    return false;
  }
  const outcome = await orderVideo(deps, tx, {
    user,
    chatId: chat.id,
    threadId: chat.threadId,
    promptMessageId: prompt.messageId,
    modelId: preference.model.id,
    prompt: prompt.text,
    durationSeconds: asked.durationSeconds ?? preference.durationSeconds,
    resolution: asked.resolution ?? preference.resolution,
    imageFileId: prompt.imageFileId,
    seed: asked.seed ?? 0,
  });
  if (outcome.ok) {
    context.showAction("upload_video");
    return true;
  }
  await explain(deps, context, { outcome, models, prompt, longest: preference.model.promptMaxLength });
  return false;
}

interface Refused {
  readonly outcome: Exclude<OrderOutcome, { ok: true }>;
  readonly models: Catalogue;
  readonly prompt: Prompt;
  readonly longest: number;
}

async function explain(deps: OrderingDeps, context: UpdateContext, refused: Refused): Promise<void> {
  const { t, reply } = context;
  const { outcome, longest } = refused;
  switch (outcome.reason) {
    case "insufficient_credits":
      await reply({
        kind: "text",
        html: t("studio-refused-insufficient_credits", {
          price: formatCredits(outcome.price, t.language),
          available: formatCredits(outcome.available, t.language),
        }),
        keyboard: { inline: [[{ text: t.plain("studio-button-buy"), callback: callbackData("buy") }]] },
      });
      return;
    case "quota_used":
      await reply(t("studio-refused-quota_used", { perDay: outcome.perDay }));
      return;
    case "too_many_queued":
      await reply(t("studio-refused-too_many_queued", { most: outcome.most }));
      return;
    case "prompt_too_short":
      await reply(t("studio-refused-prompt_too_short", { least: outcome.least }));
      return;
    case "prompt_too_long":
      await reply(t("studio-refused-prompt_too_long", { longest }));
      return;
    case "image_required":
    case "image_not_taken":
      await offerModels(deps, context, refused);
      return;
    case "unknown_model":
    case "model_disabled":
    case "blocked_word":
    case "sales_paused":
    case "duration_not_offered":
    case "resolution_not_offered":
    case "prompt_empty":
      await reply(t(`studio-refused-${outcome.reason}`));
      return;
  }
}

/** The models that could do it, as buttons on a message that answers the prompt: a press has the prompt with it. */
async function offerModels(
  deps: OrderingDeps,
  { tx, t, chat }: UpdateContext,
  { outcome, models, prompt }: Refused,
): Promise<void> {
  const hasImage = prompt.imageFileId !== undefined;
  const able = models.filter(({ enabled, image }) => enabled && image !== (hasImage ? "none" : "required"));
  await deps.delivery.enqueue(tx, {
    chatId: chat.id,
    topic: jobTopic,
    replyToMessageId: prompt.messageId,
    content: { kind: "text", html: t(`studio-refused-${outcome.reason}`), keyboard: { inline: modelButtons(able) } },
    ...(chat.threadId !== undefined && { threadId: chat.threadId }),
  });
}

/** A button each: makes the video of the message that is answered with this model. */
export function modelButtons(models: Catalogue): readonly (readonly Button[])[] {
  return models.map(({ id, label }): readonly Button[] => [{ text: label, callback: callbackData("with", id) }]);
}
