import type { Message } from "grammy/types";

import type { ChatParts, Kernel } from "#kernel/feature.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import { type Button, callbackData, type DialogState, type UpdateContext } from "#kernel/telegram/index.ts";
import { findModel, formatResolution, type VideoModel } from "#providers/video/catalogue.ts";

import { readPreference } from "../preference.ts";
import { limitSettings, modelSettings } from "../settings.ts";
import { modelLine, priceOf } from "./choices.ts";
import { orderFromChat, type OrderingDeps } from "./ordering.ts";
import { type Prompt, promptOf } from "./prompt.ts";

type GenerateDeps = OrderingDeps & Pick<Kernel, "cipher">;

const flow = "studio.generate";

/** The guided way: model → prompt → picture if the model takes one → summary with the price → Go. */
export function generateParts(deps: GenerateDeps): ChatParts {
  return {
    commands: [
      {
        name: "generate",
        description: "studio-command-generate",
        access: "user",
        run: async (context) => {
          await askModel(deps, context);
        },
      },
    ],
    callbacks: [
      {
        prefix: "generate",
        access: "user",
        run: async (context, [action, value]) => {
          if (action === undefined) await askModel(deps, context);
          else await press(deps, context, { action, value });
        },
      },
    ],
    dialogs: [
      {
        flow,
        onMessage: async (context, state, message) => await answer(deps, context, { state, message }),
      },
    ],
  };
}

async function askModel(deps: GenerateDeps, context: UpdateContext): Promise<void> {
  const { t } = context;
  const { models } = await deps.settings.read(modelSettings);
  const rows = models
    .filter(({ enabled }) => enabled)
    .map((model): readonly Button[] => [
      { text: modelLine(t, model), callback: callbackData("generate", "model", model.id) },
    ]);
  if (rows.length === 0) {
    await context.reply(t("studio-refused-no_models"));
    return;
  }
  await context.dialog.set({ flow, step: "model", data: {} });
  await context.reply({ kind: "text", html: t("studio-generate-model"), keyboard: { inline: rows } });
}

async function press(
  deps: GenerateDeps,
  context: UpdateContext,
  { action, value }: { readonly action: string; readonly value: string | undefined },
): Promise<void> {
  const { t, dialog } = context;
  const state = await dialog.current();
  if (state?.flow !== flow) {
    context.answer(t.plain("studio-generate-over"), { alert: true });
    return;
  }
  if (action === "model") {
    const { models } = await deps.settings.read(modelSettings);
    const model = findModel(models, value ?? "");
    if (model?.enabled !== true) return;
    await dialog.set({ flow, step: "prompt", data: { model: model.id } });
    await context.editPressed(t("studio-generate-prompt", { model: model.label }));
  } else if (action === "skip" && state.step === "image") {
    await summarize(deps, context, state);
  } else if (action === "go" && state.step === "summary") {
    await go(deps, context, state);
  } else if (action === "stop") {
    await dialog.close();
    await context.editPressed(t("studio-generate-stopped"));
  }
}

async function answer(
  deps: GenerateDeps,
  context: UpdateContext,
  { state, message }: { readonly state: DialogState; readonly message: Message },
): Promise<"handled" | "pass"> {
  const { t, reply } = context;
  const prompt = promptOf(message);
  const model = await modelOf(deps, state);
  if (model === undefined || state.step === "model" || state.step === "summary") return "pass";
  if (state.step === "prompt") {
    await takePrompt(deps, context, { state, model, prompt, messageId: message.message_id });
  } else if (prompt?.imageFileId === undefined) {
    await reply(t("studio-generate-need-image"));
  } else {
    await summarize(deps, context, { ...state, data: { ...state.data, image: prompt.imageFileId } });
  }
  return "handled";
}

async function takePrompt(
  deps: GenerateDeps,
  context: UpdateContext,
  of: { state: DialogState; model: VideoModel; prompt: Prompt | undefined; messageId: number },
): Promise<void> {
  const { t, reply } = context;
  const { state, model, prompt, messageId } = of;
  const { promptMinLength: least } = await deps.settings.read(limitSettings);
  const text = prompt?.text ?? "";
  if (Array.from(text).length < least) {
    await reply(t("studio-refused-prompt_too_short", { least }));
    return;
  }
  if (text.length > model.promptMaxLength) {
    await reply(t("studio-refused-prompt_too_long", { longest: model.promptMaxLength }));
    return;
  }
  const image = model.image === "none" ? undefined : prompt?.imageFileId;
  const data = {
    ...state.data,
    prompt: deps.cipher.encrypt(text, dialogContext(context)),
    messageId,
    ...(image !== undefined && { image }),
  };
  const next = { ...state, data };
  if (model.image === "none" || image !== undefined) await summarize(deps, context, next);
  else await askImage(context, model, next);
}

async function askImage({ t, dialog, reply }: UpdateContext, model: VideoModel, state: DialogState): Promise<void> {
  await dialog.set({ ...state, step: "image" });
  const skip: Button = { text: t.plain("studio-button-skip"), callback: callbackData("generate", "skip") };
  await reply({
    kind: "text",
    html: t(model.image === "required" ? "studio-generate-image" : "studio-generate-image-optional"),
    ...(model.image === "optional" && { keyboard: { inline: [[skip]] } }),
  });
}

async function summarize(deps: GenerateDeps, context: UpdateContext, state: DialogState): Promise<void> {
  const { t, tx, user, dialog, reply } = context;
  const { models } = await deps.settings.read(modelSettings);
  const preference = await readPreference(tx, {
    catalogue: models,
    userId: user.id,
    modelId: String(state.data["model"]),
  });
  if (preference === undefined) return;
  await dialog.set({ ...state, step: "summary" });
  const { available } = await deps.ledger.balance(tx, user.id);
  await reply({
    kind: "text",
    html: t("studio-generate-summary", {
      model: preference.model.label,
      seconds: preference.durationSeconds,
      size: formatResolution(preference.resolution),
      image: "image" in state.data ? "yes" : "no",
      price: formatCredits(priceOf(preference), t.language),
      available: formatCredits(available, t.language),
    }),
    keyboard: {
      inline: [
        [
          { text: t.plain("studio-button-go"), style: "success", callback: callbackData("generate", "go") },
          { text: t.plain("studio-button-stop"), callback: callbackData("generate", "stop") },
        ],
      ],
    },
  });
}

/** Closing the dialog in the same transaction makes a double click order once. */
async function go(deps: GenerateDeps, context: UpdateContext, { data }: DialogState): Promise<void> {
  await context.dialog.close();
  const image = data["image"];
  const ordered = await orderFromChat(deps, context, {
    modelId: String(data["model"]),
    prompt: {
      text: deps.cipher.decrypt(String(data["prompt"]), dialogContext(context)),
      imageFileId: typeof image === "string" ? image : undefined,
      messageId: Number(data["messageId"]),
    },
  });
  if (ordered) await context.editPressed(context.t("studio-generate-started"));
}

async function modelOf({ settings }: GenerateDeps, { data }: DialogState): Promise<VideoModel | undefined> {
  const { models } = await settings.read(modelSettings);
  return findModel(models, String(data["model"]));
}

function dialogContext({ chat, user }: UpdateContext): string {
  return `studio.generate:${chat.id}:${user.id}`;
}
