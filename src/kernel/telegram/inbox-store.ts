import type { Update } from "grammy/types";
import { sql } from "kysely";

import type { Db } from "../db/index.ts";
import type { Cipher } from "../lib/cipher.ts";
import { answeredAtOnce, factsOf, type UpdateFacts, type UpdateKind } from "./update-facts.ts";

/** What came from Telegram and what of it still waits. */
export interface InboxStore {
  /** Stores what is not stored yet, in the given order, and commits. @returns what was new. */
  readonly add: (updates: readonly Update[]) => Promise<readonly UpdateFacts[]>;
  /** Chats whose oldest waiting update came at least `olderThanMs` ago, the longest waiting first. */
  readonly waitingChats: (olderThanMs: number) => Promise<readonly number[]>;
  /** Of a kind that is answered at once: those that came at least `olderThanMs` ago and wait, the longest waiting first. */
  readonly waitingQueries: (kind: UpdateKind, olderThanMs: number) => Promise<readonly WaitingQuery[]>;
  /** Buttons handled within the last half minute, but not within `olderThanMs`: their answers may never have been given. */
  readonly answerableButtons: (olderThanMs: number) => Promise<readonly string[]>;
  /** How long the longest waiting update has been waiting; 0 when none does. */
  readonly lagSeconds: () => Promise<number>;
}

export interface WaitingQuery {
  readonly updateId: number;
  readonly ageMs: number;
  /** @throws when it was sealed with another key. */
  readonly read: () => Update;
}

export interface InboxStoreDeps {
  readonly db: Db;
  readonly cipher: Cipher;
  readonly botId: number;
}

/** How many chats one sweep takes up; the rest are seen by the next. */
const chatsPerSweep = 1000;

export function createInboxStore({ db, cipher, botId }: InboxStoreDeps): InboxStore {
  return {
    add: async (updates) => {
      if (updates.length === 0) return [];
      const facts = updates.map((update) => factsOf(update));
      const bodies = updates.map((update) => sealUpdate(cipher, botId, update));
      const { rows } = await sql<{ update_id: number }>`
        insert into telegram.update (bot_id, update_id, chat_id, person_id, kind, callback_id, body)
        select ${botId}::bigint, given.update_id, given.chat_id, given.person_id, given.kind, given.callback_id, given.body
        from unnest(
          ${facts.map(({ updateId }) => updateId)}::bigint[],
          ${facts.map(({ queueId }) => queueId)}::bigint[],
          ${facts.map(({ person }) => person?.id ?? null)}::bigint[],
          ${facts.map(({ kind }) => kind)}::text[],
          ${updates.map(({ callback_query: press }) => press?.id ?? null)}::text[],
          ${bodies}::text[]
        ) with ordinality as given (update_id, chat_id, person_id, kind, callback_id, body, place)
        order by given.place
        on conflict (bot_id, update_id) do nothing
        returning update_id`.execute(db);
      const stored = new Set(rows.map((row) => row.update_id));
      return facts.filter(({ updateId }) => stored.has(updateId));
    },
    waitingChats: async (olderThanMs) => {
      const { rows } = await sql<{ chat_id: number }>`
        select chat_id from telegram.update
        where bot_id = ${botId} and state = 'waiting' and kind <> all(${answeredAtOnce})
          and received_at <= now() - ${olderThanMs} * interval '1 millisecond'
        group by chat_id order by min(seq) limit ${chatsPerSweep}`.execute(db);
      return rows.map((row) => row.chat_id);
    },
    waitingQueries: async (kind, olderThanMs) => {
      const { rows } = await sql<{ update_id: number; body: string; age_ms: number }>`
        select update_id, body, (extract(epoch from now() - received_at) * 1000)::float8 as age_ms
        from telegram.update
        where bot_id = ${botId} and state = 'waiting' and kind = ${kind}
          and received_at <= now() - ${olderThanMs} * interval '1 millisecond'
        order by seq limit 100`.execute(db);
      return rows.map((row) => ({
        updateId: row.update_id,
        ageMs: row.age_ms,
        read: () => unsealUpdate(cipher, botId, { updateId: row.update_id, body: row.body }),
      }));
    },
    answerableButtons: async (olderThanMs) => {
      const { rows } = await sql<{ callback_id: string }>`
        select callback_id from telegram.update
        where bot_id = ${botId} and callback_id is not null and state <> 'waiting'
          and finished_at between now() - interval '30 seconds' and now() - ${olderThanMs} * interval '1 millisecond'
        limit 500`.execute(db);
      return rows.map((row) => row.callback_id);
    },
    lagSeconds: async () => {
      const { rows } = await sql<{ lag: number }>`
        select coalesce(extract(epoch from now() - min(received_at)), 0)::float8 as lag
        from telegram.update where bot_id = ${botId} and state = 'waiting'`.execute(db);
      return rows[0]?.lag ?? 0;
    },
  };
}

/** Updates hold what people write, prompts included, which must not be readable in the database. */
function sealUpdate(cipher: Cipher, botId: number, update: Update): string {
  return cipher.encrypt(JSON.stringify(update), sealContext(botId, update.update_id));
}

/** @throws when it was sealed with another key. */
export function unsealUpdate(
  cipher: Cipher,
  botId: number,
  { updateId, body }: { readonly updateId: number; readonly body: string },
): Update {
  return JSON.parse(cipher.decrypt(body, sealContext(botId, updateId))) as Update;
}

function sealContext(botId: number, updateId: number): string {
  return `telegram.update:${botId}:${updateId}`;
}
