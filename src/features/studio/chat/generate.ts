import type { Message } from "grammy/types";

import type { ChatParts } from "#kernel/feature.ts";
import { Html, html } from "#kernel/lib/html.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "#kernel/telegram/index.ts";
import { findModel, formatResolution, type VideoModel } from "#providers/video/catalogue.ts";

import { blockedWord } from "../blocked-word.ts";
import { readOffer } from "../on-offer.ts";
import { wasOrdered } from "../order.ts";
import { type Preference, priceOf, readPreference } from "../preference.ts";
import { billingSettings, limitSettings } from "../settings.ts";
import { type Draft, draftFlow, draftOf, type DraftStep, saveDraft } from "./draft.ts";
import { generateInGroup, type GroupDeps } from "./group.ts";
import { offerModels, orderFromChat, type OrderingDeps } from "./ordering.ts";
import { billingMode, modelLine } from "./price.ts";
import { type Prompt, promptOf } from "./prompt.ts";

/** How the next question is put: as a new message, or in place of the one whose button was pressed. */
type Say = (content: Html | Content) => Promise<void>;

/**
 * The guided way: model → prompt → picture if the model takes one → summary with the price → Go. Everything can be given
 * early or given again; what is still missing is asked for, and nothing is ordered without a Go.
 */
export function generateParts(deps: GroupDeps): ChatParts {
  return {
    commands: [
      {
        name: "generate",
        description: "studio-command-generate",
        access: "user",
        inGroups: true,
        run: async (context) => {
          const { message } = context.update;
          if (message === undefined) return;
          if (context.chat.type !== "private") await generateInGroup(deps, context, message);
          else if (promptOf(message) === undefined) await beginGenerate(deps, context);
          else await answer(deps, context, { draft: {}, step: "model", message });
        },
      },
    ],
    startLinks: [
      {
        name: "generate",
        run: async (context) => {
          await beginGenerate(deps, context);
          return "handled";
        },
      },
    ],
    callbacks: [
      {
        prefix: "generate",
        access: "user",
        run: async (context, [action, value = ""], query) => {
          if (action === undefined) await beginGenerate(deps, context);
          else await press(deps, context, { action, value, messageId: query.message?.message_id });
        },
      },
    ],
    dialogs: [
      {
        flow: draftFlow,
        // Who runs out of credits at the summary buys some and presses Go again.
        keptBy: ["buy"],
        onMessage: async (context, state, message) => {
          const draft = draftOf(state);
          if (draft === undefined) return "pass";
          await answer(deps, context, { draft, step: state.step, message });
          return "handled";
        },
      },
    ],
  };
}

/**
 * From the beginning. Words that came from another chat are taken with the usual model, so that a Go is all that is
 * missing; they stand nowhere in this chat yet, so the summary quotes them.
 */
export async function beginGenerate(deps: OrderingDeps, context: UpdateContext, words?: string): Promise<void> {
  const { tx, user, reply } = context;
  if (words === undefined) {
    await proceed(deps, context, {}, reply);
    return;
  }
  const refusal = await refuseWords(deps, context, { text: words });
  if (refusal !== undefined) {
    await reply(refusal);
    return;
  }
  const usual = await readPreference(tx, { catalogue: await readOffer(deps), userId: user.id });
  await proceed(deps, context, { words, ...(usual !== undefined && { model: usual.model.id }) }, reply);
}

/** Asks for the first thing that is missing; shows the summary when nothing is. */
async function proceed(deps: OrderingDeps, context: UpdateContext, draft: Draft, say: Say): Promise<void> {
  const { t, tx, user, dialog } = context;
  const ask = async (step: DraftStep, question: Html | Content, kept = draft): Promise<void> => {
    await saveDraft(context, step, kept);
    await say(question);
  };
  if (draft.model === undefined) {
    await ask("model", await modelQuestion(deps, context));
    return;
  }
  const models = await readOffer(deps);
  const preference = await readPreference(tx, { catalogue: models, userId: user.id, modelId: draft.model });
  if (preference === undefined) {
    await dialog.close();
    await say(t("studio-refused-unknown_model"));
    return;
  }
  const { model } = preference;
  const { words, ...wordless } = draft;
  if (words === undefined) {
    await ask("prompt", t("studio-generate-prompt", { model: model.label }));
  } else if (words.length > model.promptMaxLength) {
    await ask("prompt", t("studio-refused-prompt_too_long", { longest: model.promptMaxLength }), wordless);
  } else if (model.image !== "none" && draft.image === undefined && draft.withoutImage !== true) {
    await ask("image", imageQuestion(context, model));
  } else {
    await ask("summary", await summary(deps, context, { draft, preference }));
  }
}

async function modelQuestion(deps: OrderingDeps, { t }: UpdateContext): Promise<Content> {
  const models = await readOffer(deps);
  const mode = await billingMode(deps);
  const rows = models
    .filter(({ enabled }) => enabled)
    .map((model): readonly Button[] => [
      { text: modelLine(t, mode, model), callback: callbackData("generate", "model", model.id) },
    ]);
  if (rows.length === 0) return { kind: "text", html: t("studio-refused-no_models") };
  return { kind: "text", html: t("studio-generate-model"), keyboard: { inline: rows } };
}

function imageQuestion({ t }: UpdateContext, model: VideoModel): Content {
  const skip: Button = { text: t.plain("studio-button-skip"), callback: callbackData("generate", "skip") };
  return model.image === "required"
    ? { kind: "text", html: t("studio-generate-image") }
    : { kind: "text", html: t("studio-generate-image-optional"), keyboard: { inline: [[skip]] } };
}

async function summary(
  { settings, ledger }: OrderingDeps,
  { t, tx, user }: UpdateContext,
  { draft, preference }: { readonly draft: Draft; readonly preference: Preference },
): Promise<Content> {
  const { mode, freePerDay } = await settings.read(billingSettings);
  const { available } = await ledger.balance(tx, user.id);
  const price =
    mode === "free"
      ? t("studio-generate-free", { perDay: freePerDay })
      : t("studio-generate-price", {
          price: formatCredits(priceOf(preference), t.language),
          available: formatCredits(available, t.language),
        });
  const choices = t("studio-generate-summary", {
    model: preference.model.label,
    seconds: preference.durationSeconds,
    size: formatResolution(preference.resolution),
    image: draft.image === undefined ? "no" : "yes",
  });
  return {
    kind: "text",
    html: Html.join([...quoteOf(draft), choices, price]),
    keyboard: {
      inline: [
        [
          { text: t.plain("studio-button-go"), style: "success", callback: callbackData("generate", "go") },
          { text: t.plain("studio-button-stop"), callback: callbackData("generate", "stop") },
        ],
      ],
    },
  };
}

/** Words that stand in no message of the person's; `promptOf` reads them here. */
function quoteOf({ words, messageId }: Draft): readonly Html[] {
  return words === undefined || messageId !== undefined ? [] : [html`<blockquote>${words}</blockquote>`];
}

interface Press {
  readonly action: string;
  readonly value: string;
  readonly messageId: number | undefined;
}

async function press(deps: OrderingDeps, context: UpdateContext, pressed: Press): Promise<void> {
  const { t, tx, chat, dialog } = context;
  const state = await dialog.current();
  const draft = draftOf(state);
  if (draft !== undefined && (await take(deps, context, { ...pressed, draft, step: state?.step }))) return;
  const { messageId } = pressed;
  if (messageId !== undefined && (await wasOrdered(tx, { chatId: chat.id, pressedMessageId: messageId }))) {
    context.answer(t.plain("studio-again-started"));
  } else {
    context.answer(t.plain("studio-generate-over"), { alert: true });
  }
}

/** @returns false when the draft is not where this button makes sense. */
async function take(
  deps: OrderingDeps,
  context: UpdateContext,
  { action, value, messageId, draft, step }: Press & { readonly draft: Draft; readonly step: string | undefined },
): Promise<boolean> {
  const { t, dialog, editPressed } = context;
  switch (action) {
    case "model": {
      const models = await readOffer(deps);
      const { withoutImage: _, image, ...rest } = draft;
      const keepsImage = image !== undefined && findModel(models, value)?.image !== "none";
      await proceed(deps, context, { ...rest, model: value, ...(keepsImage && { image }) }, editPressed);
      return true;
    }
    case "skip":
      if (step !== "image") return false;
      await proceed(deps, context, { ...draft, withoutImage: true }, editPressed);
      return true;
    case "go":
      if (step !== "summary") return false;
      await go(deps, context, { draft, pressedMessageId: messageId });
      return true;
    case "stop":
      await dialog.close();
      await editPressed(t("studio-generate-stopped"));
      return true;
    default:
      return false;
  }
}

interface Answer {
  readonly draft: Draft;
  readonly step: string;
  readonly message: Message;
}

/** Words and pictures are taken whenever they come. */
async function answer(deps: OrderingDeps, context: UpdateContext, { draft, step, message }: Answer): Promise<void> {
  const { t, reply } = context;
  const prompt = promptOf(message);
  if (prompt === undefined) {
    await reply(t(step === "image" ? "studio-generate-need-image" : "studio-refused-prompt_empty"));
    return;
  }
  const models = await readOffer(deps);
  if (prompt.imageFileId !== undefined && findModel(models, draft.model ?? "")?.image === "none") {
    await offerModels(deps, context, { prompt, words: t("studio-refused-image_not_taken") });
    return;
  }
  const refusal = await refuseWords(deps, context, prompt);
  if (refusal !== undefined) {
    await reply(refusal);
    return;
  }
  const { text: words, imageFileId: image, messageId } = prompt;
  const isReplaced = step === "image" && image === undefined;
  await proceed(
    deps,
    context,
    { ...draft, ...(words !== "" && { words, messageId }), ...(image !== undefined && { image }) },
    async (question) => {
      await reply(isReplaced ? withPreface(t("studio-generate-new-words"), question) : question);
    },
  );
}

async function refuseWords(
  { settings }: OrderingDeps,
  { t }: UpdateContext,
  { text, imageFileId }: Pick<Prompt, "text" | "imageFileId">,
): Promise<Html | undefined> {
  const { promptMinLength: least, blockedWords } = await settings.read(limitSettings);
  if (imageFileId === undefined && Array.from(text).length < least) {
    return t("studio-refused-prompt_too_short", { least });
  }
  return blockedWord(text, blockedWords) === undefined ? undefined : t("studio-refused-blocked_word");
}

function withPreface(preface: Html, question: Html | Content): Html | Content {
  if (question instanceof Html) return Html.join([preface, question]);
  return question.kind === "text" ? { ...question, html: Html.join([preface, question.html]) } : question;
}

/** Closing the dialog in the same transaction makes a double click order once. */
async function go(
  deps: OrderingDeps,
  context: UpdateContext,
  { draft, pressedMessageId }: { readonly draft: Draft; readonly pressedMessageId: number | undefined },
): Promise<void> {
  const { model, words = "", image } = draft;
  // Words that only the summary quotes are found there again.
  const messageId = draft.messageId ?? pressedMessageId;
  if (messageId === undefined) return;
  const prompt = { text: words, imageFileId: image, messageId };
  if (!(await orderFromChat(deps, context, { modelId: model, prompt, pressedMessageId }))) return;
  await context.dialog.close();
  await context.editPressed(Html.join([...quoteOf(draft), context.t("studio-generate-started")]));
}
