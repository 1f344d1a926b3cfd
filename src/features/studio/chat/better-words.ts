import type { Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import type { Job } from "#kernel/jobs/index.ts";
import type { Html } from "#kernel/lib/html.ts";
import type { Content, UpdateContext } from "#kernel/telegram/index.ts";
import type { WordImprover } from "#providers/words/port.ts";

import {
  askImprovement,
  endImprovement,
  findImprovement,
  improvedLately,
  type Improvement,
  improvementCard,
} from "../improvement.ts";
import { jobTopic } from "../notifications.ts";
import { type OfferDeps, readOffer } from "../on-offer.ts";
import { type Preference, readPreference, wantsBetterWords } from "../preference.ts";
import { improvementSettings } from "../settings.ts";
import { type Draft, saveDraft } from "./draft.ts";
import type { OrderingDeps } from "./ordering.ts";
import { quoteOf, summaryContent } from "./summary.ts";

export interface BetterWordsDeps extends OrderingDeps {
  readonly jobs: Kernel["jobs"];
  readonly texts: Kernel["texts"];
  readonly improver: WordImprover | undefined;
  readonly improveWords: Job<{ improvementId: string }>;
}

/** How the next question is put, and in which message: absent when that is a new one. */
export interface Screen {
  readonly show: (content: Html | Content) => Promise<void>;
  readonly messageId?: number | undefined;
}

/** Whether words are improved here at all. */
export async function improvesWords({
  settings,
  improver,
}: Pick<BetterWordsDeps, "settings" | "improver">): Promise<boolean> {
  return improver !== undefined && (await settings.read(improvementSettings)).enabled;
}

/** Whether this person may have words improved now. */
async function mayImprove(deps: BetterWordsDeps, { tx, user }: UpdateContext): Promise<boolean> {
  if (!(await improvesWords(deps)) || (await deps.salesPaused(tx))) return false;
  const { perPersonAndDay } = await deps.settings.read(improvementSettings);
  return (await improvedLately(tx, user.id, deps.clock.now())) < perPersonAndDay;
}

/** Whether a prompt that was simply sent shall be improved before it is ordered. */
export async function improvesFirst(deps: BetterWordsDeps, context: UpdateContext, words: string): Promise<boolean> {
  if (words === "" || !(await mayImprove(deps, context))) return false;
  return await wantsBetterWords(context.tx, context.user.id);
}

interface Complete {
  readonly draft: Draft;
  readonly preference: Preference;
  readonly screen: Screen;
}

/** The last question. Whoever wants better words each time sees them come; others may ask for them. */
export async function showSummary(deps: BetterWordsDeps, context: UpdateContext, complete: Complete): Promise<void> {
  const { draft, preference, screen } = complete;
  // Words that came from another chat stand in the summary alone, which improved ones would take the place of.
  const isOwn = (draft.words ?? "") !== "" && draft.messageId !== undefined;
  const isOffered = isOwn && (await mayImprove(deps, context));
  if (isOffered && (await wantsBetterWords(context.tx, context.user.id))) {
    await startImprovement(deps, context, complete);
    return;
  }
  const name = context.update.update_id.toString(36);
  await saveDraft(context, "summary", { ...draft, summary: name });
  const hasImage = draft.image !== undefined;
  const words = isOffered ? "offered" : undefined;
  await screen.show(await summaryContent(deps, context, { name, preference, hasImage, words, quote: quoteOf(draft) }));
}

/** The last question as it stands now: the one that was answered showed something else. */
export async function showSummaryAnew(
  deps: BetterWordsDeps,
  context: UpdateContext,
  complete: Complete,
): Promise<void> {
  const { improvement: id } = complete.draft;
  const improvement = id === undefined ? undefined : await findImprovement(deps, context.tx, id);
  if (improvement === undefined) await showSummary(deps, context, complete);
  else await makeShowImprovement(deps)(context.tx, improvement);
}

/** Asks for better words. The summary becomes a card that changes when they come; Go takes the person's own meanwhile. */
async function startImprovement(
  deps: BetterWordsDeps,
  context: UpdateContext,
  { draft, preference, screen }: Complete,
): Promise<void> {
  const { tx, user, chat } = context;
  const hasImage = draft.image !== undefined;
  const wish = { user, chatId: chat.id, model: preference.model.id, hasImage, words: draft.words ?? "" };
  const id = await askImprovement(deps, tx, wish);
  await saveDraft(context, "summary", { ...draft, improvement: id });
  await deps.jobs.enqueue(tx, deps.improveWords, { improvementId: id });
  await deps.delivery.putCard(tx, {
    key: improvementCard(id),
    chatId: chat.id,
    topic: jobTopic,
    takesOver: screen.messageId,
    content: await summaryContent(deps, context, {
      name: id,
      preference,
      hasImage,
      words: { state: "asked", improved: undefined },
    }),
  });
}

/** The button: once, and only where it makes sense. */
export async function pressImprove(
  deps: BetterWordsDeps,
  context: UpdateContext,
  { draft, messageId }: { readonly draft: Draft; readonly messageId: number | undefined },
): Promise<boolean> {
  const { tx, user, editPressed } = context;
  if (draft.improvement !== undefined || !(await mayImprove(deps, context))) return false;
  const preference = await readPreference(tx, {
    catalogue: await readOffer(deps),
    userId: user.id,
    modelId: draft.model,
  });
  if (preference === undefined) return false;
  await startImprovement(deps, context, { draft, preference, screen: { show: editPressed, messageId } });
  return true;
}

type CardDeps = Pick<Kernel, "delivery" | "accounts" | "texts" | "settings" | "ledger"> & OfferDeps;

/** Shows what became of somebody's words, on the summary that he has before him. */
export function makeShowImprovement(deps: CardDeps): (tx: Tx, improvement: Improvement) => Promise<void> {
  return async (tx, improvement) => {
    const { id, userId, chatId, model: modelId, hasImage } = improvement;
    const user = await deps.accounts.userById(tx, userId);
    const preference = await readPreference(tx, { catalogue: await readOffer(deps), userId, modelId });
    // Forgotten, or the model was taken off the list: pressing Go says so.
    if (user === undefined || preference === undefined) return;
    const reader = { tx, t: deps.texts(user.language), user };
    await deps.delivery.putCard(tx, {
      key: improvementCard(id),
      chatId,
      topic: jobTopic,
      content: await summaryContent(deps, reader, { name: id, preference, hasImage, words: improvement }),
    });
  };
}

/** The words are decided about or left: they are erased, also from what was sent, and the card says how it ended. */
export async function closeImprovement(
  { delivery }: Pick<Kernel, "delivery">,
  tx: Tx,
  { id, chatId, html }: { readonly id: string; readonly chatId: number; readonly html: Html },
): Promise<void> {
  await endImprovement(tx, id);
  await delivery.putCard(tx, {
    key: improvementCard(id),
    chatId,
    topic: jobTopic,
    content: { kind: "text", html },
    forgetful: true,
  });
}

/** Nobody decided: the words go, and the card says so. */
export function makeLeaveImprovement(
  deps: Pick<Kernel, "delivery" | "accounts" | "texts">,
): (tx: Tx, left: { readonly id: string; readonly chatId: number; readonly userId: number }) => Promise<void> {
  return async (tx, { id, chatId, userId }) => {
    const user = await deps.accounts.userById(tx, userId);
    const t = deps.texts(user?.language ?? "en");
    await closeImprovement(deps, tx, { id, chatId, html: t("studio-improve-left") });
  };
}

/** What the person decided for: improved words or, without `improved`, his own. Undefined: they are gone. */
export async function decidedWords(
  deps: Pick<Kernel, "cipher">,
  { tx }: UpdateContext,
  { draft, improved }: { readonly draft: Draft; readonly improved: boolean },
): Promise<
  | { readonly text: string; readonly improvedFrom?: { readonly words: string; readonly outputTokens: number } }
  | undefined
> {
  const { words = "", improvement: id } = draft;
  if (!improved) return { text: words };
  const improvement = id === undefined ? undefined : await findImprovement(deps, tx, id, true);
  if (improvement?.improved === undefined) return undefined;
  return { text: improvement.improved, improvedFrom: { words, outputTokens: improvement.outputTokens } };
}
