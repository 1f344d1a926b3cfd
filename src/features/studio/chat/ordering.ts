import type { Kernel } from "#kernel/feature.ts";
import type { Html } from "#kernel/lib/html.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import { type Button, callbackData, type UpdateContext } from "#kernel/telegram/index.ts";
import type { Catalogue, Resolution } from "#providers/video/catalogue.ts";

import { jobTopic } from "../notifications.ts";
import { readOffer } from "../on-offer.ts";
import { type OrderDeps, type OrderOutcome, orderVideo } from "../order.ts";
import { readPreference } from "../preference.ts";
import { awaitPicture } from "./draft.ts";
import type { Prompt } from "./prompt.ts";

export interface OrderingDeps extends OrderDeps {
  readonly delivery: Kernel["delivery"];
}

export interface Asked {
  readonly prompt: Prompt;
  /** The bot's message whose button asks for it; absent when it was typed. */
  readonly pressedMessageId?: number | undefined;
  /** Instead of the person's own choices. */
  readonly modelId?: string | undefined;
  readonly durationSeconds?: number | undefined;
  readonly resolution?: Resolution | undefined;
  readonly seed?: number | undefined;
}

/** Orders what was asked and, when that is refused, says why and what to do. @returns whether it was ordered. */
export async function orderFromChat(deps: OrderingDeps, context: UpdateContext, asked: Asked): Promise<boolean> {
  const { tx, t, user, chat, reply } = context;
  const models = await readOffer(deps);
  const { modelId, prompt } = asked;
  const preference = await readPreference(tx, {
    catalogue: models,
    userId: user.id,
    ...(modelId !== undefined && { modelId }),
  });
  if (preference === undefined) {
    await reply(t(modelId === undefined ? "studio-refused-no_models" : "studio-refused-unknown_model"));
    return false;
  }
  const { model } = preference;
  const outcome = await orderVideo(deps, tx, {
    user,
    chatId: chat.id,
    threadId: chat.threadId,
    promptMessageId: prompt.messageId,
    pressedMessageId: asked.pressedMessageId,
    modelId: model.id,
    prompt: prompt.text,
    durationSeconds: asked.durationSeconds ?? preference.durationSeconds,
    resolution: asked.resolution ?? preference.resolution,
    imageFileId: prompt.imageFileId,
    seed: asked.seed ?? 0,
  });
  if (outcome.ok) context.showAction("upload_video");
  else await explain(deps, context, { outcome, prompt, modelId: model.id, longest: model.promptMaxLength });
  return outcome.ok;
}

interface Refused {
  readonly outcome: Exclude<OrderOutcome, { ok: true }>;
  readonly prompt: Prompt;
  readonly modelId: string;
  readonly longest: number;
}

async function explain(deps: OrderingDeps, context: UpdateContext, refused: Refused): Promise<void> {
  const { t, reply } = context;
  const { outcome, prompt, modelId, longest } = refused;
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
      await awaitPicture(context, { modelId, prompt });
      await offerModels(deps, context, {
        prompt,
        words: t("studio-refused-image_required"),
        ifNone: t("studio-generate-image"),
      });
      return;
    case "image_not_taken":
      await offerModels(deps, context, { prompt, words: t("studio-refused-image_not_taken") });
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

/**
 * The models that could do it, as buttons on a message that answers the prompt: a press brings the prompt with it, so
 * that nothing of it has to be kept.
 */
export async function offerModels(
  deps: Pick<OrderingDeps, "settings" | "providers" | "delivery">,
  { tx, t, chat }: UpdateContext,
  { prompt, words, ifNone }: { readonly prompt: Prompt; readonly words: Html; readonly ifNone?: Html },
): Promise<void> {
  const models = await readOffer(deps);
  const buttons = ableModels(models, prompt).map(({ id, label }): readonly Button[] => [
    { text: label, callback: callbackData("with", id) },
  ]);
  await deps.delivery.enqueue(tx, {
    chatId: chat.id,
    topic: jobTopic,
    replyToMessageId: prompt.messageId,
    content:
      buttons.length === 0
        ? { kind: "text", html: ifNone ?? t("studio-refused-nobody_can") }
        : { kind: "text", html: words, keyboard: { inline: buttons } },
    ...(chat.threadId !== undefined && { threadId: chat.threadId }),
  });
}

function ableModels(models: Catalogue, { imageFileId }: Prompt): Catalogue {
  const unable = imageFileId === undefined ? "required" : "none";
  return models.filter(({ enabled, image }) => enabled && image !== unable);
}
