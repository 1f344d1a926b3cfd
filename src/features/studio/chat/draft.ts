import { z } from "zod";

import type { DialogState, UpdateContext } from "#kernel/telegram/index.ts";

import type { Prompt } from "./prompt.ts";

/** The dialog that puts an order together. */
export const draftFlow = "studio.generate";
/** What is being waited for. */
export type DraftStep = "model" | "prompt" | "image" | "summary";

const schema = z.object({
  model: z.string().optional(),
  words: z.string().optional(),
  /** Where the words stand, so that the card can answer them. */
  messageId: z.number().optional(),
  image: z.string().optional(),
  /** The model can do without a picture, and shall. */
  withoutImage: z.boolean().optional(),
  /** The words are being improved, or have been: whose decision is waited for. */
  improvement: z.uuid().optional(),
  /** Names the summary that was shown last; an improvement's summary is named by it. */
  summary: z.string().optional(),
});

/** An order that is not complete yet. The kernel seals what dialogs keep. */
export type Draft = z.output<typeof schema>;

/** Undefined when another dialog is open, or none. */
export function draftOf(state: DialogState | undefined): Draft | undefined {
  return state?.flow === draftFlow ? schema.parse(state.data) : undefined;
}

export async function saveDraft({ dialog }: UpdateContext, step: DraftStep, draft: Draft): Promise<void> {
  await dialog.set({ flow: draftFlow, step, data: draft });
}

/** The order lacks nothing but a picture: the next one that is sent completes it. */
export async function awaitPicture(
  context: UpdateContext,
  { modelId, prompt }: { readonly modelId: string; readonly prompt: Prompt },
): Promise<void> {
  await saveDraft(context, "image", { model: modelId, words: prompt.text, messageId: prompt.messageId });
}
