import type { InlineQuery, InlineQueryResult, Update } from "grammy/types";

import type { Accounts } from "../accounts/index.ts";
import type { Db } from "../db/index.ts";
import type { Clock } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import { languageFor } from "../lib/language.ts";
import type { Texts } from "../lib/texts.ts";
import type { Logger } from "../observability/index.ts";
import { isTelegramFailure } from "./bot-api-errors.ts";
import type { BotApi } from "./bot-api.ts";
import type { InboxMeter } from "./inbox-meter.ts";
import type { InboxStore } from "./inbox-store.ts";
import type { InlineAnswer, InlineRoute, InlineVideo } from "./route.ts";
import { startParameter } from "./start-link.ts";
import type { Turns } from "./turns.ts";
import { withinLimit } from "./within-limit.ts";

/**
 * Answers what people type after the bot's name, outside every queue. Such a query is stored like every update before it
 * is confirmed, but it is worth nothing once its asker has typed on or gone: it is tried once, never kept with its words,
 * and of several of one person that wait only the newest is answered.
 */
export interface InlineAnswers {
  /** Answers a stored query now. Never rejects. */
  readonly answer: (update: Update) => void;
  /** Answers what another process left while it may still be shown, and puts the rest away. */
  readonly sweep: () => Promise<void>;
  /** Resolves when every answer under way has ended. */
  readonly settled: () => Promise<void>;
}

export interface InlineAnswersDeps {
  readonly db: Db;
  readonly store: InboxStore;
  readonly turns: Turns;
  readonly api: BotApi;
  readonly accounts: Pick<Accounts, "userByTelegramId">;
  readonly route: InlineRoute | undefined;
  readonly meter: Pick<InboxMeter, "start">;
  readonly texts: Texts;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Telegram forgets a query 30 s after it was typed; its asker does so sooner. */
const answerableMs = 10_000;
/** Whoever received a query answers it in milliseconds; after this he is taken for dead. */
const abandonedMs = 1500;
const routeLimitMs = 2000;
const callTimeoutMs = 3000;

const nothing: InlineAnswer = { videos: [], cacheSeconds: 0 };

/** What one person waits for, besides what is being answered. */
interface Asking {
  next: Update | undefined;
  done: Promise<void>;
}

export function createInlineAnswers(deps: InlineAnswersDeps): InlineAnswers {
  const { store, turns, db, log } = deps;
  const underWay = new Map<number, Asking>();
  /** Updates that are being answered here, or wait to be: not left by anybody. */
  const held = new Set<number>();

  const putAway = async (update: Update, outcome: string): Promise<void> => {
    await turns.markHandled(db, update.update_id, `inline:${outcome}`);
  };
  const handle = async (update: Update): Promise<void> => {
    try {
      await putAway(update, await answerOne(deps, update.inline_query));
    } catch (error) {
      // The sweep finds it again, and by then puts it away.
      log.warn({ err: toError(error).message, updateId: update.update_id }, "inline query could not be recorded");
    } finally {
      held.delete(update.update_id);
    }
  };
  const run = async (personId: number, first: Update): Promise<void> => {
    for (let update: Update | undefined = first; update !== undefined;) {
      await handle(update);
      const asking = underWay.get(personId);
      update = asking?.next;
      if (asking !== undefined) asking.next = undefined;
    }
    underWay.delete(personId);
  };

  return {
    answer: (update) => {
      const personId = update.inline_query?.from.id;
      if (personId === undefined) return;
      held.add(update.update_id);
      const asking = underWay.get(personId);
      if (asking === undefined) {
        const begun: Asking = { next: undefined, done: Promise.resolve() };
        underWay.set(personId, begun);
        begun.done = run(personId, update);
        return;
      }
      const { next: outdated } = asking;
      asking.next = update;
      if (outdated !== undefined) {
        held.delete(outdated.update_id);
        putAway(outdated, "superseded").catch((error: unknown) => {
          log.warn({ err: toError(error).message }, "inline query could not be recorded");
        });
      }
    },
    sweep: async () => {
      for (const { updateId, ageMs, read } of await store.waitingQueries("inline_query", abandonedMs)) {
        if (held.has(updateId)) continue;
        if (ageMs >= answerableMs) await turns.markHandled(db, updateId, "inline:late");
        else await handle(read());
      }
    },
    settled: async () => {
      await Promise.all([...underWay.values()].map(async ({ done }) => await done));
    },
  };
}

/** @returns what became of it. */
async function answerOne(deps: InlineAnswersDeps, query: InlineQuery | undefined): Promise<string> {
  if (query === undefined) return "empty";
  const measured = deps.meter.start();
  try {
    const call = render(query.id, await answerFor(deps, query));
    await deps.api.call("answerInlineQuery", call, { timeoutMs: callTimeoutMs });
    return "answered";
  } catch (error) {
    // Too old, or Telegram is away: whoever asked has typed on.
    const isExpected = isTelegramFailure(error);
    deps.log[isExpected ? "debug" : "error"]({ err: toError(error).message }, "inline query was not answered");
    return "failed";
  } finally {
    measured.end("inline");
  }
}

async function answerFor(deps: InlineAnswersDeps, { from, query, offset }: InlineQuery): Promise<InlineAnswer> {
  const { db, accounts, texts, clock, route } = deps;
  const user = await accounts.userByTelegramId(db, from.id);
  if (route === undefined || user?.blocked === true) return nothing;
  const t = texts(user?.language ?? languageFor(from.language_code));
  const question = { db, telegramId: from.id, user, t, words: query.trim(), offset, now: clock.now() };
  return await withinLimit(route.answer(question), { clock, limitMs: routeLimitMs, end: async () => {} });
}

function render(queryId: string, { videos, nextOffset = "", button, cacheSeconds }: InlineAnswer) {
  return {
    inline_query_id: queryId,
    results: videos.map(result),
    // Never another's: neither his videos nor his words.
    is_personal: true,
    cache_time: cacheSeconds,
    next_offset: nextOffset,
    ...(button !== undefined && { button: { text: button.text, start_parameter: startParameter(button.link) } }),
  };
}

function result({ id, fileId, title, description }: InlineVideo): InlineQueryResult {
  return { type: "video", id, video_file_id: fileId, title, description };
}
