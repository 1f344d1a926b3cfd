import type { InlineQuery } from "@grammyjs/types";

import type { Timer } from "#kernel/lib/clock.ts";

import type { MessageContent } from "./messages.ts";
import { userOf } from "./people.ts";
import type { ChatRecord, PersonRecord, World } from "./world.ts";

/** One thing a person can choose, and the message that it becomes. */
export interface InlineItem {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  /** The file of its small picture. */
  readonly thumbnailFileId?: string;
  readonly content: MessageContent;
}

/** What the bot answered to an inline query. */
export interface InlineResults {
  readonly items: readonly InlineItem[];
  readonly nextOffset: string;
  /** Above the items: leads into the private chat. */
  readonly button?: { readonly text: string; readonly startParameter: string };
}

export interface InlineAnswer extends InlineResults {
  readonly cacheSeconds: number;
  /** Absent: anybody who asks the same may be shown it. */
  readonly isPersonal: boolean;
}

/** Queries that wait for the bot, answers that can be chosen from, and those that answer the next who asks the same. */
export interface InlineDesk {
  readonly waiting: Map<string, { readonly settle: (answer: InlineAnswer | undefined) => void }>;
  readonly answered: Map<string, { readonly personId: number; readonly results: InlineResults }>;
  readonly cache: Map<string, { readonly expiresAt: number; readonly results: InlineResults }>;
}

/** Telegram forgets a query after this long; a client no longer waits by then. */
const queryLifetimeMs = 30_000;
/** Answers that can still be chosen from, over all people. */
const rememberedAnswers = 200;

export function makeInlineDesk(): InlineDesk {
  return { waiting: new Map(), answered: new Map(), cache: new Map() };
}

export interface InlineAsked {
  readonly chat: ChatRecord;
  readonly query: string;
  readonly offset: string;
}

/** Asks the bot what to show for these words; undefined when it does not answer in time. */
export async function askInline(
  world: World,
  person: PersonRecord,
  asked: InlineAsked,
): Promise<{ readonly queryId: string; readonly results: InlineResults } | undefined> {
  const queryId = String(Math.floor(world.ids.random() * Number.MAX_SAFE_INTEGER));
  const results = fromCache(world, person, asked) ?? (await askBot(world, person, { ...asked, queryId }));
  if (results === undefined) return undefined;
  const { answered } = world.inline;
  answered.set(queryId, { personId: person.id, results });
  const [oldest] = answered.keys();
  if (answered.size > rememberedAnswers && oldest !== undefined) answered.delete(oldest);
  return { queryId, results };
}

function cacheKey(personId: number | undefined, { query, offset }: InlineAsked): string {
  return JSON.stringify([personId ?? "anybody", query, offset]);
}

function fromCache(world: World, person: PersonRecord, asked: InlineAsked): InlineResults | undefined {
  const now = world.clock.now().getTime();
  for (const key of [cacheKey(person.id, asked), cacheKey(undefined, asked)]) {
    const kept = world.inline.cache.get(key);
    if (kept !== undefined && kept.expiresAt > now) return kept.results;
    world.inline.cache.delete(key);
  }
  return undefined;
}

async function askBot(
  world: World,
  person: PersonRecord,
  asked: InlineAsked & { readonly queryId: string },
): Promise<InlineResults | undefined> {
  const { promise, resolve } = Promise.withResolvers<InlineAnswer | undefined>();
  const { waiting } = world.inline;
  const settle = (answer: InlineAnswer | undefined): void => {
    waiting.delete(asked.queryId);
    timer.cancel();
    resolve(answer);
  };
  const timer: Timer = world.clock.schedule(queryLifetimeMs, () => {
    settle(undefined);
  });
  waiting.set(asked.queryId, { settle });
  const query: InlineQuery = {
    id: asked.queryId,
    from: userOf(person),
    query: asked.query,
    offset: asked.offset,
    chat_type: asked.chat.type === "private" ? "sender" : asked.chat.type,
  };
  world.updates.push({
    kind: "inline_query",
    content: query,
    orderKey: `inline:${person.id}`,
    lifetimeMs: queryLifetimeMs,
  });
  const answer = await promise;
  if (answer === undefined) return undefined;
  const { cacheSeconds, isPersonal, ...results } = answer;
  if (cacheSeconds > 0) {
    const expiresAt = world.clock.now().getTime() + cacheSeconds * 1000;
    world.inline.cache.set(cacheKey(isPersonal ? person.id : undefined, asked), { expiresAt, results });
  }
  return results;
}

/** @returns false when the query is unknown, answered or too old. */
export function answerInline(world: World, queryId: string, answer: InlineAnswer): boolean {
  const open = world.inline.waiting.get(queryId);
  open?.settle(answer);
  return open !== undefined;
}

/** Nothing of before is known any more. */
export function clearInline({ waiting, answered, cache }: InlineDesk): void {
  for (const { settle } of waiting.values()) settle(undefined);
  answered.clear();
  cache.clear();
}
