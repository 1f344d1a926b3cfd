import { createHash } from "node:crypto";

import { type RawBuilder, sql } from "kysely";

import type { Tx } from "../db/index.ts";
import { type Content, renderContent } from "../telegram/index.ts";
import { contentToJson } from "./content-json.ts";
import type { WrittenContent } from "./contents.ts";
import type { Delivery, Message, NotificationType } from "./delivery.ts";
import type { Candidate } from "./horizon.ts";
import { type InsertedDelivery, insertDeliveries, type NewDeliveries } from "./sql/insert-deliveries.ts";
import { laneIndex, type Topics } from "./topics.ts";
import type { Wakeup } from "./wakeup.ts";

export type DeliveryWriter = Pick<Delivery, "enqueue" | "fanOut" | "batch">;

/** The only two ways into the outbox besides cards and edits. */
export function createWriter({ topics, wakeup }: { readonly topics: Topics; readonly wakeup: Wakeup }): DeliveryWriter {
  return {
    enqueue: async (tx, message) => {
      const type = topics.get(message.topic);
      const { returningRows } = insertDeliveries({
        ...newDeliveries(message, type),
        chats: sql`select ${message.chatId}::bigint as chat_id`,
        keyHash: message.dedupeKey === undefined ? undefined : keyHash("one", message.dedupeKey),
        replyTo: message.replyToMessageId,
        settle: message.settle,
      });
      const { rows } = await returningRows.execute(tx);
      const [row] = rows;
      if (row === undefined) return undefined;
      const lane = laneIndex(message.lane ?? type.lane);
      await announce(tx, wakeup, row, { lane, edit: false, written: message });
      return row.id;
    },
    fanOut: async (tx, recipients, message) => {
      const type = topics.get(message.topic);
      const used = message.dedupeKey === undefined ? undefined : await openKey(tx, message.dedupeKey);
      const { returningCount } = insertDeliveries({
        ...newDeliveries(message, type),
        shared: true,
        chats: withoutReached(recipients, used?.reached ?? []),
      });
      // Its cost estimate would have the statement compiled, which takes longer than running it.
      await sql`set local jit = off`.execute(tx);
      const { rows } = await returningCount.execute(tx);
      const [row] = rows;
      if (row === undefined) throw new Error("the statement of a fan-out answered with nothing");
      if (used !== undefined) await extendKey(tx, used.keyHash, row.content_id);
      if (row.queued > 0) await wakeup.lane(tx, laneIndex(message.lane ?? type.lane));
      if (row.refused > 0) await wakeup.waiting(tx);
      return { batchId: row.content_id, count: row.queued };
    },
    batch: async (db, batchId, limit) => {
      // Right behind the content, in one run of ids unless others were writing at the same time.
      const { rows } = await sql<{ id: number; chatId: number }>`
        (select id, chat_id as "chatId" from delivery.outbox
          where id > ${batchId} and content_id = ${batchId} order by id limit ${limit})
        union all
        (select id, chat_id from delivery.history
          where id > ${batchId} and content_id = ${batchId} order by id limit ${limit})
        order by id limit ${limit}`.execute(db);
      return rows;
    },
  };
}

/** Needs no file of ours, and is one message to the pacer. */
export function isFileless(content: Content): boolean {
  switch (content.kind) {
    case "text":
    case "invoice":
      return true;
    case "album":
      return false;
    case "photo":
    case "video":
    case "animation":
    case "document":
      return "fileId" in content.media;
  }
}

/** Tells the sender, which may be in this process or in another. */
export async function announce(
  tx: Tx,
  wakeup: Wakeup,
  row: InsertedDelivery,
  { lane, edit, written: { topic, content } }: Pick<Candidate, "lane" | "edit"> & { readonly written: WrittenContent },
): Promise<void> {
  if (row.refusal !== null || row.state !== "queued") {
    await wakeup.waiting(tx);
    return;
  }
  const fileless = isFileless(content);
  const candidate = { id: row.id, chatId: row.chat_id, contentId: row.content_id, lane, edit, fileless, waitMs: 0 };
  await wakeup.delivery(tx, candidate, fileless ? { topic, content } : undefined);
}

export function newDeliveries(
  message: Omit<Message, "chatId" | "settle" | "replyToMessageId">,
  type: NotificationType,
): Omit<NewDeliveries, "chats"> {
  // Renders once to refuse now what Telegram would refuse for ever; the sender renders again when it reads the content.
  renderContent(message.content);
  const lane = message.lane ?? type.lane;
  const passes = message.critical === true || lane === "payment";
  return {
    lane: laneIndex(lane),
    topic: type.topic,
    optOut: type.optOut && !passes,
    quietMode: passes ? "pass" : type.duringQuietHours,
    silent: message.silent ?? false,
    body: contentToJson(message.content),
    dedupeKey: message.dedupeKey,
    shared: false,
    keyHash: undefined,
    notBefore: message.notBefore,
    expiresAt: message.expiresAt,
    threadId: message.threadId,
    replyTo: undefined,
    cardId: undefined,
    editMessageId: undefined,
    settle: undefined,
  };
}

/** A key of one message and the same key of a fan-out are two keys: the first is used up whole, the second per chat. */
function keyHash(kind: "one" | "many", key: string): string {
  return createHash("sha256").update(`${kind}:${key}`).digest("hex").slice(0, 32);
}

interface OpenKey {
  readonly keyHash: string;
  /** Contents that went out under the key before. */
  readonly reached: readonly number[];
}

/**
 * A fan-out's key costs one row, not one per recipient: whom an earlier one has reached stands in the outbox and the
 * history anyway. A second one with the same key waits here for the first to commit.
 */
async function openKey(tx: Tx, key: string): Promise<OpenKey> {
  const hash = keyHash("many", key);
  const { rows } = await sql<{ content_ids: readonly number[] }>`
    insert into delivery.dedupe as used (key_hash) values (${hash})
    on conflict (key_hash) do update set used_at = used.used_at
    returning content_ids`.execute(tx);
  return { keyHash: hash, reached: rows[0]?.content_ids ?? [] };
}

async function extendKey(tx: Tx, hash: string, contentId: number): Promise<void> {
  await sql`
    update delivery.dedupe set content_ids = content_ids || ${contentId}::bigint where key_hash = ${hash}`.execute(tx);
}

function withoutReached(recipients: RawBuilder<unknown>, reached: readonly number[]): RawBuilder<unknown> {
  if (reached.length === 0) return recipients;
  const oldest = Math.min(...reached);
  return sql`
    select chat_id from (${recipients}) as recipient
    except (
      select chat_id from delivery.outbox where id > ${oldest} and content_id = any(${reached})
      union all
      select chat_id from delivery.history where id > ${oldest} and content_id = any(${reached})
    )`;
}
