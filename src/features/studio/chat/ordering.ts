import type { Kernel } from "#kernel/feature.ts";
import type { Html } from "#kernel/lib/html.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import { type Button, callbackData, type UpdateContext } from "#kernel/telegram/index.ts";
import type { Catalogue, Resolution } from "#providers/video/catalogue.ts";

import { jobTopic } from "../notifications.ts";
import { readOffer } from "../on-offer.ts";
import { type OrderDeps, type OrderOutcome, orderVideo, type Wish } from "../order.ts";
import { readPreference } from "../preference.ts";
import { awaitPicture } from "./draft.ts";
import type { Prompt } from "./prompt.ts";

export interface OrderingDeps extends OrderDeps {
  readonly delivery: Kernel["delivery"];
}

export interface Asked {
  readonly prompt: Prompt;
  readonly improvedFrom?: Wish["improvedFrom"];
  /** The bot's message whose button asks for it; absent when it was typed. */
  readonly pressedMessageId?: number | undefined;
  /** Instead of the person's own choices. */
  readonly modelId?: string | undefined;
  readonly durationSeconds?: number | undefined;
  readonly resolution?: Resolution | undefined;
  readonly seed?: number | undefined;
}

type Placed =
  | "nothing_on_offer"
  /** `longest`: the model's longest prompt. */
  | { readonly outcome: OrderOutcome; readonly modelId: string; readonly longest: number };

/** Orders what was asked, with the asker's own choices where he made none now. */
export async function placeOrder(
  deps: OrderingDeps,
  { tx, user, chat }: Pick<UpdateContext, "tx" | "user" | "chat">,
  asked: Asked,
): Promise<Placed> {
  const { modelId, prompt } = asked;
  const preference = await readPreference(tx, {
    catalogue: await readOffer(deps),
    userId: user.id,
    modelId,
  });
  if (preference === undefined) return "nothing_on_offer";
  const { model } = preference;
  const outcome = await orderVideo(deps, tx, {
    user,
    chatId: chat.id,
    threadId: chat.threadId,
    promptMessageId: prompt.messageId,
    pressedMessageId: asked.pressedMessageId,
    modelId: model.id,
    prompt: prompt.text,
    improvedFrom: asked.improvedFrom,
    durationSeconds: asked.durationSeconds ?? preference.durationSeconds,
    resolution: asked.resolution ?? preference.resolution,
    imageFileId: prompt.imageFileId,
    seed: asked.seed ?? 0,
  });
  return { outcome, modelId: model.id, longest: model.promptMaxLength };
}

/** Orders what was asked in private and, when that is refused, says why and what to do. @returns whether it was ordered. */
export async function orderFromChat(deps: OrderingDeps, context: UpdateContext, asked: Asked): Promise<boolean> {
  const { t, reply } = context;
  const { modelId, prompt } = asked;
  const placed = await placeOrder(deps, context, asked);
  if (placed === "nothing_on_offer") {
    await reply(t(modelId === undefined ? "studio-refused-no_models" : "studio-refused-unknown_model"));
    return false;
  }
  const { outcome } = placed;
  if (outcome.ok) context.showAction("upload_video");
  else await explain(deps, context, { ...placed, outcome, prompt });
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
  if (outcome.reason === "insufficient_credits") {
    await reply({
      kind: "text",
      html: t("studio-refused-insufficient_credits", {
        price: formatCredits(outcome.price, t.language),
        available: formatCredits(outcome.available, t.language),
      }),
      keyboard: { inline: [[{ text: t.plain("studio-button-buy"), callback: callbackData("buy") }]] },
    });
  } else if (outcome.reason === "image_required") {
    await awaitPicture(context, { modelId, prompt });
    await offerModels(deps, context, {
      prompt,
      words: t("studio-refused-image_required"),
      ifNone: t("studio-generate-image"),
    });
  } else if (outcome.reason === "image_not_taken") {
    await offerModels(deps, context, { prompt, words: t("studio-refused-image_not_taken") });
  } else {
    await reply(refusalText(t, outcome, longest));
  }
}

/** Refusals in which nobody's money is named. */
type PlainRefusal = Exclude<OrderOutcome, { ok: true } | { reason: "insufficient_credits" }>;

export function refusalText(t: Translate, outcome: PlainRefusal, longest: number): Html {
  switch (outcome.reason) {
    case "quota_used":
      return t("studio-refused-quota_used", { perDay: outcome.perDay });
    case "too_many_queued":
      return t("studio-refused-too_many_queued", { most: outcome.most });
    case "prompt_too_short":
      return t("studio-refused-prompt_too_short", { least: outcome.least });
    case "prompt_too_long":
      return t("studio-refused-prompt_too_long", { longest });
    case "unknown_model":
    case "model_disabled":
    case "blocked_word":
    case "sales_paused":
    case "duration_not_offered":
    case "resolution_not_offered":
    case "prompt_empty":
    case "image_required":
    case "image_not_taken":
      return t(`studio-refused-${outcome.reason}`);
  }
}

/**
 * The models that could do it, as buttons on a message that answers the prompt: a press brings the prompt with it, so
 * that nothing of it has to be kept.
 */
export async function offerModels(
  deps: Pick<OrderingDeps, "settings" | "providers" | "delivery">,
  { tx, t, chat }: Pick<UpdateContext, "tx" | "t" | "chat">,
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
