import type { Message } from "grammy/types";

import type { ChatParts } from "#kernel/feature.ts";
import { Html } from "#kernel/lib/html.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "#kernel/telegram/index.ts";
import { findModel, type VideoModel } from "#providers/video/catalogue.ts";

import { blockedWord } from "../blocked-word.ts";
import { readOffer } from "../on-offer.ts";
import { wasOrdered } from "../order.ts";
import { readPreference } from "../preference.ts";
import { limitSettings } from "../settings.ts";
import {
  type BetterWordsDeps,
  closeImprovement,
  decidedWords,
  pressImprove,
  type Screen,
  showSummary,
  showSummaryAnew,
} from "./better-words.ts";
import { type Draft, draftFlow, draftOf, type DraftStep, saveDraft } from "./draft.ts";
import { generateInGroup, type GroupDeps } from "./group.ts";
import { offerModels, orderFromChat } from "./ordering.ts";
import { billingMode, modelLine } from "./price.ts";
import { type Prompt, promptOf } from "./prompt.ts";
import { quoteOf, termsOf } from "./summary.ts";

/**
 * The guided way: model → prompt → picture if the model takes one → summary with the price → Go. Everything can be given
 * early or given again; what is still missing is asked for, and nothing is ordered without a Go.
 */
export function generateParts(deps: GroupDeps & BetterWordsDeps): ChatParts {
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
export async function beginGenerate(deps: BetterWordsDeps, context: UpdateContext, words?: string): Promise<void> {
  const { tx, user, reply } = context;
  const screen: Screen = { show: reply };
  if (words === undefined) {
    await proceed(deps, context, {}, screen);
    return;
  }
  const refusal = await refuseWords(deps, context, { text: words });
  if (refusal !== undefined) {
    await reply(refusal);
    return;
  }
  const usual = await readPreference(tx, { catalogue: await readOffer(deps), userId: user.id });
  await proceed(deps, context, { words, ...(usual !== undefined && { model: usual.model.id }) }, screen);
}

/** Asks for the first thing that is missing; shows the summary when nothing is. */
async function proceed(deps: BetterWordsDeps, context: UpdateContext, draft: Draft, screen: Screen): Promise<void> {
  const { t, tx, user, dialog } = context;
  const ask = async (step: DraftStep, question: Html | Content, kept = draft): Promise<void> => {
    await saveDraft(context, step, kept);
    await screen.show(question);
  };
  if (draft.model === undefined) {
    await ask("model", await modelQuestion(deps, context));
    return;
  }
  const models = await readOffer(deps);
  const preference = await readPreference(tx, { catalogue: models, userId: user.id, modelId: draft.model });
  if (preference === undefined) {
    await dialog.close();
    await screen.show(t("studio-refused-unknown_model"));
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
    await showSummary(deps, context, { draft, preference, screen });
  }
}

async function modelQuestion(deps: BetterWordsDeps, { t }: UpdateContext): Promise<Content> {
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

interface Press {
  readonly action: string;
  readonly value: string;
  readonly messageId: number | undefined;
}

async function press(deps: BetterWordsDeps, context: UpdateContext, pressed: Press): Promise<void> {
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
  deps: BetterWordsDeps,
  context: UpdateContext,
  { action, value, messageId, draft, step }: Press & { readonly draft: Draft; readonly step: string | undefined },
): Promise<boolean> {
  const { t, editPressed } = context;
  const screen: Screen = { show: editPressed, messageId };
  switch (action) {
    case "model": {
      const models = await readOffer(deps);
      const { withoutImage: _, image, ...rest } = await withoutImprovement(deps, context, draft);
      const keepsImage = image !== undefined && findModel(models, value)?.image !== "none";
      await proceed(deps, context, { ...rest, model: value, ...(keepsImage && { image }) }, screen);
      return true;
    }
    case "skip":
      if (step !== "image") return false;
      await proceed(deps, context, { ...draft, withoutImage: true }, screen);
      return true;
    case "improve":
      return step === "summary" && (await pressImprove(deps, context, { draft, messageId }));
    case "go":
    case "improved":
      if (step !== "summary") return false;
      await go(deps, context, { draft, terms: value, screen, improved: action === "improved" });
      return true;
    case "stop":
      await finish(deps, context, draft, t("studio-generate-stopped"));
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
async function answer(deps: BetterWordsDeps, context: UpdateContext, { draft, step, message }: Answer): Promise<void> {
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
  const kept = await withoutImprovement(deps, context, draft);
  await proceed(
    deps,
    context,
    { ...kept, ...(words !== "" && { words, messageId }), ...(image !== undefined && { image }) },
    {
      show: async (question) => {
        await reply(isReplaced ? withPreface(t("studio-generate-new-words"), question) : question);
      },
    },
  );
}

async function refuseWords(
  { settings }: BetterWordsDeps,
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
  deps: BetterWordsDeps,
  context: UpdateContext,
  asked: { readonly draft: Draft; readonly terms: string; readonly screen: Screen; readonly improved: boolean },
): Promise<void> {
  const { t, tx, user, answer: tell } = context;
  const { draft, terms, screen } = asked;
  const { model, image } = draft;
  const { messageId: pressedMessageId } = screen;
  const preference = await readPreference(tx, { catalogue: await readOffer(deps), userId: user.id, modelId: model });
  const name = draft.improvement ?? draft.summary ?? "";
  if (preference !== undefined && terms !== termsOf({ name, preference, mode: await billingMode(deps) })) {
    tell(t.plain("studio-generate-changed"), { alert: true });
    await showSummaryAnew(deps, context, { draft, preference, screen });
    return;
  }
  // Words that only the summary quotes are found there again.
  const messageId = draft.messageId ?? pressedMessageId;
  if (messageId === undefined) return;
  const decided = await decidedWords(deps, context, asked);
  if (decided === undefined) {
    tell(t.plain("studio-improve-gone"), { alert: true });
    return;
  }
  const { text, improvedFrom } = decided;
  const prompt = { text, imageFileId: image, messageId };
  if (!(await orderFromChat(deps, context, { modelId: model, prompt, improvedFrom, pressedMessageId }))) return;
  await finish(deps, context, draft, Html.join([...quoteOf(draft), t("studio-generate-started")]));
}

/** Ends the dialog and says so in place of the summary. */
async function finish(deps: BetterWordsDeps, context: UpdateContext, draft: Draft, html: Html): Promise<void> {
  const { tx, chat, dialog, editPressed } = context;
  await dialog.close();
  if (draft.improvement === undefined) await editPressed(html);
  else await closeImprovement(deps, tx, { id: draft.improvement, chatId: chat.id, html });
}

/** What was made of words that do not count any more goes with them. */
async function withoutImprovement(
  deps: BetterWordsDeps,
  { tx, t, chat }: UpdateContext,
  { improvement: id, ...draft }: Draft,
): Promise<Draft> {
  if (id !== undefined) await closeImprovement(deps, tx, { id, chatId: chat.id, html: t("studio-improve-replaced") });
  return draft;
}

/** A prompt that was simply sent, by somebody who wants better words first: the guided way, from its last step. */
export async function beginWithWords(deps: BetterWordsDeps, context: UpdateContext, message: Message): Promise<void> {
  const { tx, user } = context;
  const preference = await readPreference(tx, { catalogue: await readOffer(deps), userId: user.id });
  // Who sends words without a picture to a model that can do without has answered that question.
  const withoutImage = preference?.model.image === "optional";
  const draft = preference === undefined ? {} : { model: preference.model.id, withoutImage };
  await answer(deps, context, { draft, step: "prompt", message });
}
