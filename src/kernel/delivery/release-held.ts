import { sql } from "kysely";

import type { Tx } from "../db/index.ts";
import type { Translate } from "../lib/texts.ts";
import { contentFromJson, contentToJson } from "./content-json.ts";
import { type Digest, makeDigests } from "./digest.ts";
import { addEntry } from "./sql/finish.ts";
import { rejudge, type Rejudged } from "./sql/judge.ts";

/** So many chats are released in one transaction. */
const chatsAtOnce = 100;

export interface Released {
  /** To be sent. */
  readonly rows: readonly Rejudged[];
  /** Whether there may be more. */
  readonly more: boolean;
}

/**
 * Lets out what quiet hours have held and whose time has come, chat by chat, oldest first; several messages of a chat go
 * as one. The single ones stay in the outbox until their digest has arrived, so that each ends as it really did.
 */
export async function releaseHeld(tx: Tx, textsOf: (tx: Tx, chatId: number) => Promise<Translate>): Promise<Released> {
  const chats = await sql<{ chat_id: number }>`
    select distinct chat_id from (
      select chat_id from delivery.outbox where state = 'held' and not_before <= now() order by not_before limit 1000
    ) as due
    limit ${chatsAtOnce}`.execute(tx);
  if (chats.rows.length === 0) return { rows: [], more: false };
  const due = await rejudge(
    tx,
    sql`
      select id from delivery.outbox
      where state = 'held' and not_before <= now() and chat_id = any(${chats.rows.map(({ chat_id: id }) => id)})`,
  );
  const open = due.filter(({ state, refusal }) => state === "queued" && refusal === null);
  const rows: Rejudged[] = [];
  for (const group of Map.groupBy(open, placeOf).values()) {
    const digests = group.length < 2 ? [] : await digestsOf(tx, group, textsOf);
    const joined = new Set(digests.flatMap(({ memberIds }) => memberIds));
    rows.push(...group.filter(({ id }) => !joined.has(id)));
    for (const digest of digests) rows.push(await queueDigest(tx, group, digest));
  }
  return { rows, more: chats.rows.length === chatsAtOnce };
}

/** What is joined has the same place: a chat, a topic of its forum, a lane. */
function placeOf({ chat_id: chatId, lane, thread_id: threadId }: Rejudged): string {
  return `${chatId}/${threadId ?? ""}/${lane}`;
}

async function digestsOf(
  tx: Tx,
  group: readonly Rejudged[],
  textsOf: (tx: Tx, chatId: number) => Promise<Translate>,
): Promise<readonly Digest[]> {
  const { rows } = await sql<{ id: number; body: unknown }>`
    select o.id, content.body
    from delivery.outbox as o join delivery.content on content.id = o.content_id
    where o.id = any(${group.map(({ id }) => id)}) and o.card_id is null and o.sent_ids is null
    order by o.id`.execute(tx);
  const [first] = group;
  if (rows.length < 2 || first === undefined) return [];
  const held = rows.map(({ id, body }) => ({ id, content: contentFromJson(body) }));
  return makeDigests(held, await textsOf(tx, first.chat_id));
}

async function queueDigest(tx: Tx, group: readonly Rejudged[], { memberIds, content }: Digest): Promise<Rejudged> {
  const first = group.find(({ id }) => id === memberIds[0]);
  const { rows } = await sql<Rejudged>`
    with member as (
      select o.*, content.topic from delivery.outbox as o join delivery.content on content.id = o.content_id
      where o.id = any(${memberIds})
    ), digest as (
      insert into delivery.content (topic, body, opt_out, quiet_mode, silent, shared)
      select min(topic), ${contentToJson(content)}::jsonb, false, 'pass', false, false from member
      returning id
    )
    insert into delivery.outbox (lane, chat_id, content_id, silent, thread_id, is_digest)
    select ${first?.lane ?? 0}::smallint, ${first?.chat_id ?? 0}::bigint, digest.id,
      (select bool_and(silent) from member), ${first?.thread_id ?? null}::bigint, true
    from digest
    returning id, lane, chat_id, content_id, thread_id, state, refusal`.execute(tx);
  const [digest] = rows;
  if (digest === undefined) throw new Error("the statement that queues a digest answered with none");
  await sql`
    update delivery.outbox set state = 'held', not_before = null, quiet_at = null, digest_id = ${digest.id}
    where id = any(${memberIds})`.execute(tx);
  await addEntry(tx, digest.id, "joined", `joins ${memberIds.length} messages that quiet hours had held`);
  return digest;
}

/** The digest could not be delivered for its own sake: its members go one by one. */
export async function dissolveDigest(tx: Tx, digestId: number): Promise<void> {
  await sql`
    update delivery.outbox set state = 'queued', digest_id = null where digest_id = ${digestId}`.execute(tx);
}
