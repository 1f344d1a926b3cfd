import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";
import type { Db, Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { checkChoice, type ChoiceVerdict, findModel, type Resolution } from "#providers/video/catalogue.ts";

import type { JobFollowUp } from "./advance.ts";
import { blockedWord } from "./blocked-word.ts";
import { findJob, holdReference, promptContext, type VideoJob } from "./job.ts";
import { type OfferDeps, readOffer } from "./on-offer.ts";
import { countPromptTokens } from "./prompt-tokens.ts";
import { usedToday } from "./quota.ts";
import { billingSettings, limitSettings } from "./settings.ts";
import type { ShowJob } from "./show-job.ts";

export interface Wish {
  readonly user: User;
  readonly chatId: number;
  readonly threadId: number | undefined;
  readonly promptMessageId: number | undefined;
  /** The bot's message whose button asked for it. */
  readonly pressedMessageId: number | undefined;
  readonly modelId: string;
  readonly prompt: string;
  /** The prompt is what a language model made of the person's own words, in so many tokens. */
  readonly improvedFrom?: { readonly words: string; readonly outputTokens: number } | undefined;
  readonly durationSeconds: number;
  readonly resolution: Resolution;
  /** A picture that the person sent. */
  readonly imageFileId: string | undefined;
  readonly seed: number;
}

export type OrderOutcome =
  | { readonly ok: true; readonly job: VideoJob }
  | { readonly ok: false; readonly reason: "insufficient_credits"; readonly price: bigint; readonly available: bigint }
  | { readonly ok: false; readonly reason: "quota_used"; readonly perDay: number }
  | { readonly ok: false; readonly reason: "too_many_queued"; readonly most: number }
  | { readonly ok: false; readonly reason: "prompt_too_short"; readonly least: number }
  | {
      readonly ok: false;
      readonly reason:
        | "unknown_model"
        | "blocked_word"
        | "sales_paused"
        | Exclude<ChoiceVerdict, { ok: true }>["reason"];
    };

export interface OrderDeps
  extends OfferDeps, Pick<Kernel, "ledger" | "settings" | "accounts" | "cipher" | "clock" | "ids"> {
  readonly showJob: ShowJob;
  readonly followUp: Pick<JobFollowUp, "dispatch">;
  readonly salesPaused: (tx: Tx) => Promise<boolean>;
}

/**
 * Orders a video: the row with the sealed prompt, the hold on its price, the card and its place in the queue, all in the
 * caller's transaction. Refused when the wish is not possible or not paid for; then nothing is written.
 */
export async function orderVideo(deps: OrderDeps, tx: Tx, wish: Wish): Promise<OrderOutcome> {
  const { clock, ids, cipher, settings } = deps;
  const model = findModel(await readOffer(deps), wish.modelId);
  if (model === undefined) return { ok: false, reason: "unknown_model" };
  const choice = checkChoice(model, {
    seconds: wish.durationSeconds,
    resolution: wish.resolution,
    hasImage: wish.imageFileId !== undefined,
    promptLength: wish.prompt.length,
  });
  if (!choice.ok) return choice;
  const refusal = await refuse(deps, tx, wish);
  if (refusal !== undefined) return refusal;

  const id = ids.next();
  const { mode } = await settings.read(billingSettings);
  const price = mode === "free" ? 0n : choice.price;
  const { timeoutMinutes } = await settings.read(limitSettings);
  const now = clock.now();
  const deadline = new Date(now.getTime() + timeoutMinutes * 60_000);
  if (price > 0n) {
    const held = await deps.ledger.placeHold(tx, {
      userId: wish.user.id,
      amount: price,
      reference: holdReference(id),
      // Later than the job's own end, so that the sweep only finds what the job itself has left behind.
      expiresAt: new Date(deadline.getTime() + 60 * 60_000),
    });
    if (!held.ok) return { ok: false, reason: "insufficient_credits", price, available: held.available };
  }
  const tokens = tokensOf(wish);
  await sql`
    insert into studio.job (
      id, user_id, username, chat_id, thread_id, prompt_message_id, pressed_message_id, model, provider,
      duration_seconds, width, height, price, cost_usd_micros, seed, prompt_tokens, output_tokens, prompt,
      image_file_id, with_picture, card_at, ordered_at, not_before, looked_at, deadline
    ) values (
      ${id}, ${wish.user.id}, ${wish.user.username ?? null}, ${wish.chatId}, ${wish.threadId ?? null},
      ${wish.promptMessageId ?? null}, ${wish.pressedMessageId ?? null}, ${model.id}, ${model.provider},
      ${wish.durationSeconds}, ${wish.resolution.width}, ${wish.resolution.height}, ${price}, ${choice.costUsdMicros},
      ${wish.seed}, ${tokens.prompt}, ${tokens.output}, ${cipher.encrypt(wish.prompt, promptContext(id))},
      ${wish.imageFileId ?? null}, ${wish.imageFileId !== undefined}, ${now}, ${now}, ${now}, ${now}, ${deadline}
    )`.execute(tx);
  const job = await findJob(tx, id);
  if (job === undefined) throw new Error("a job was not stored");
  await deps.showJob(tx, job, "now");
  await deps.followUp.dispatch(tx);
  return { ok: true, job };
}

/** Of what the person wrote, and of what a language model made of it. */
function tokensOf({ prompt, improvedFrom }: Wish): { readonly prompt: number; readonly output: number } {
  return improvedFrom === undefined
    ? { prompt: countPromptTokens(prompt), output: 0 }
    : { prompt: countPromptTokens(improvedFrom.words), output: improvedFrom.outputTokens };
}

/** The reasons that have nothing to do with the model, cheapest first. */
async function refuse(deps: OrderDeps, tx: Tx, wish: Wish): Promise<Exclude<OrderOutcome, { ok: true }> | undefined> {
  const limits = await deps.settings.read(limitSettings);
  const least = limits.promptMinLength;
  if (wish.imageFileId === undefined && Array.from(wish.prompt.trim()).length < least) {
    return { ok: false, reason: "prompt_too_short", least };
  }
  if (blockedWord(wish.prompt, limits.blockedWords) !== undefined) return { ok: false, reason: "blocked_word" };
  if (await deps.salesPaused(tx)) return { ok: false, reason: "sales_paused" };
  // Two messages at once must not both find the last place free.
  await lockOrders(tx, wish.user.id);
  const most = limits.queuedPerPerson;
  if ((await openJobs(tx, wish.user.id)) >= most) return { ok: false, reason: "too_many_queued", most };
  const { mode, freePerDay } = await deps.settings.read(billingSettings);
  if (mode !== "free") return undefined;
  const used = await usedToday(tx, { ...deps, user: wish.user, now: deps.clock.now() });
  if (used >= freePerDay) return { ok: false, reason: "quota_used", perDay: freePerDay };
  return undefined;
}

/** One person orders one after the other: held until the transaction ends. */
export async function lockOrders(tx: Tx, userId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('studio.order', ${userId}))`.execute(tx);
}

/** Whether this button has ordered something before (since then): the second press of a double click is no second wish. */
export async function wasOrdered(
  db: Db,
  by: { readonly chatId: number; readonly pressedMessageId: number; readonly since?: Date },
): Promise<boolean> {
  const { rows } = await sql`
    select from studio.job
    where chat_id = ${by.chatId} and pressed_message_id = ${by.pressedMessageId}
      and ordered_at >= ${by.since ?? new Date(0)}
    limit 1`.execute(db);
  return rows.length > 0;
}

async function openJobs(tx: Tx, userId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from studio.job where user_id = ${userId} and finished_at is null`.execute(tx);
  return rows[0]?.count ?? 0;
}
