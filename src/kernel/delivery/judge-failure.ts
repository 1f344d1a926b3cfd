import { type Backoff, backoffMs } from "../lib/backoff.ts";
import { type TelegramFailure, TelegramRefused, TelegramUnavailable } from "../telegram/index.ts";
import { type Again, type Claimed, isEdit, type Outcome } from "./claimed.ts";

/** What the sender as a whole has to do about an answer, beside what becomes of the delivery. */
export type Alarm =
  /** Wait so long, in this chat at least. */
  | { readonly type: "flood"; readonly retryAfterMs: number }
  /** Nobody knows whether it arrived. */
  | { readonly type: "unclear" }
  /** Telegram could not be reached. */
  | { readonly type: "unreachable" }
  /** The token is not valid. */
  | { readonly type: "unauthorized" };

export interface Judgement {
  readonly outcome: Outcome;
  readonly alarm?: Alarm;
}

export interface JudgeOptions {
  /** Whether the delivery's lane sends again what may have arrived. */
  readonly repeatsAfterDoubt: boolean;
  /** In [0, 1). */
  readonly random: number;
}

const unsent: Backoff = { firstMs: 1000, longestMs: 60_000 };
/** So many doubtful attempts of one delivery are enough, even where repeats are allowed. */
const mostAttempts = 5;
/** Telegram has been seen to ask for nearly three hours; without a number a second. */
const leastFloodMs = 1000;

/** What an answer other than "ok" means for a delivery. Pure; the whole policy of failures is here. */
export function judgeFailure(claimed: Claimed, failure: TelegramFailure, options: JudgeOptions): Judgement {
  if (failure instanceof TelegramRefused) return judgeRefusal(claimed, failure);
  if (failure instanceof TelegramUnavailable) {
    return {
      outcome: again(claimed, options, "retried", `not sent (${failure.reason}): tried again later`),
      alarm: { type: "unreachable" },
    };
  }
  return { outcome: judgeDoubt(claimed, failure.reason, options), alarm: { type: "unclear" } };
}

/**
 * The message may have arrived. Also what a sender finds that takes over from a dead one.
 * An edit says what the message shall show, so making it twice is making it once.
 */
export function judgeDoubt(claimed: Claimed, reason: string, options: JudgeOptions): Outcome {
  if (isEdit(claimed)) return again(claimed, options, "retried", `no answer to the edit (${reason}): made again`);
  if (options.repeatsAfterDoubt && claimed.attempts + 1 < mostAttempts) {
    const outcome = again(claimed, options, "repeated", `may have arrived (${reason}): sent again`);
    return { ...outcome, change: { perhapsRepeat: true } };
  }
  return { type: "ended", state: "unknown", error: `may have arrived: ${reason}` };
}

/** With the longest pauses an hour and a half: what cannot be read for so long will not be. */
const mostReads = 100;

/** A file of the message could not be read (the storage is out of reach): nothing was sent. */
export function judgeUnread(claimed: Claimed, random: number): Judgement {
  const detail = "its file could not be read";
  if (claimed.attempts + 1 >= mostReads) return { outcome: { type: "ended", state: "failed", error: detail } };
  const delayMs = backoffMs(unsent, claimed.attempts + 1, random);
  return {
    outcome: { type: "again", delayMs, counts: true, event: "retried", detail: `${detail}: tried again later` },
  };
}

function again(claimed: Claimed, { random }: JudgeOptions, event: string, detail: string): Again {
  return { type: "again", delayMs: backoffMs(unsent, claimed.attempts + 1, random), counts: true, event, detail };
}

function judgeRefusal(claimed: Claimed, refused: TelegramRefused): Judgement {
  const { errorCode, description, retryAfterSeconds, migrateToChatId } = refused;
  if (errorCode === 429) {
    const retryAfterMs = Math.max((retryAfterSeconds ?? 0) * 1000, leastFloodMs);
    return {
      outcome: soon("paced", `Telegram asked to wait ${Math.ceil(retryAfterMs / 1000)} s`),
      alarm: { type: "flood", retryAfterMs },
    };
  }
  // 404 is what a token gets that was never valid; a method of ours that does not exist would be a mistake found in tests.
  if (errorCode === 401 || errorCode === 404) {
    return { outcome: soon("retried", "the bot's token was refused"), alarm: { type: "unauthorized" } };
  }
  if (migrateToChatId !== undefined) {
    return {
      outcome: { ...soon("moved", `the group is now ${migrateToChatId}`), change: { movedTo: migrateToChatId } },
    };
  }
  const suspend = suspension(errorCode, description);
  if (suspend !== undefined) return { outcome: { type: "ended", state: "suppressed", error: description, suspend } };
  return { outcome: judgeRequest(claimed, description) };
}

/** Refusals of this one message. */
function judgeRequest(claimed: Claimed, description: string): Outcome {
  if (/message is not modified/i.test(description)) {
    const messageId = claimed.editMessageId ?? claimed.card?.messageId ?? undefined;
    return { type: "sent", messageId, files: [], fileId: undefined, showsMedia: false, more: false };
  }
  if (/can't parse entities/i.test(description) && !claimed.plain) {
    return { ...soon("plain", "the markup was refused: sent as plain text"), change: { plain: true } };
  }
  if (
    claimed.card !== undefined &&
    claimed.card.messageId !== null &&
    /message (to edit not found|can't be edited)|MESSAGE_ID_INVALID/i.test(description)
  ) {
    return {
      ...soon("renewed", "the card could not be edited any more: sent anew"),
      change: { forgetCardMessage: true },
    };
  }
  return { type: "ended", state: "failed", error: description };
}

function soon(event: string, detail: string): Again {
  return { type: "again", delayMs: 0, counts: event !== "paced", event, detail };
}

/** Exactly these say that a chat is closed to us; any other 403 or 400 is about the message and closes nothing. */
const closed: readonly (readonly [RegExp, string])[] = [
  [/bot was blocked by the user/i, "blocked"],
  [/user is deactivated/i, "deactivated"],
  [/bot was kicked from/i, "kicked"],
  [/bot is not a member of/i, "not_member"],
  [/group chat was deleted/i, "deleted"],
  [/can't initiate conversation/i, "not_started"],
  [/chat not found|PEER_ID_INVALID/i, "not_found"],
];

function suspension(errorCode: number, description: string): string | undefined {
  if (errorCode !== 403 && errorCode !== 400) return undefined;
  return closed.find(([pattern]) => pattern.test(description))?.[1];
}
