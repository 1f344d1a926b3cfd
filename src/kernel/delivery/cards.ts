import { sql } from "kysely";

import type { Tx } from "../db/index.ts";
import { type Content, renderEdit } from "../telegram/index.ts";
import type { Card, Delivery } from "./delivery.ts";
import { type InsertedDelivery, insertDeliveries } from "./sql/insert-deliveries.ts";
import { laneIndex, type Topics } from "./topics.ts";
import type { Wakeup } from "./wakeup.ts";
import { announce, newDeliveries } from "./write-deliveries.ts";

/**
 * Cards and edits: what matters is what the message shows in the end, so of several that wait only the newest is kept.
 * It takes the place of the older one in the queue. If that one is on the wire at this moment, the sender finds another
 * content than it sent when it records, and leaves the delivery in the queue for the newer one.
 */
export function createCards({
  topics,
  wakeup,
}: {
  readonly topics: Topics;
  readonly wakeup: Wakeup;
}): Pick<Delivery, "putCard" | "edit"> {
  const edit: Delivery["edit"] = async (tx, { chatId, messageId, topic, content }) => {
    refuseWhatCannotBeEdited(content);
    const type = topics.get(topic);
    const fresh = newDeliveries({ topic, content }, type);
    // One at a time per message, or two could each find nothing to replace.
    await sql`select pg_advisory_xact_lock(hashtextextended('delivery.edit', ${chatId}::bigint # ${messageId}::bigint))`.execute(
      tx,
    );
    const condition = sql`chat_id = ${chatId} and edit_message_id = ${messageId}`;
    const known = { lane: fresh.lane, edit: true, written: { topic, content } };
    const replaced = await replaceWaiting(tx, { condition, body: fresh.body, topic });
    if (replaced !== undefined) {
      await announce(tx, wakeup, replaced, { ...known, lane: replaced.lane });
      return;
    }
    const { rows } = await insertDeliveries({
      ...fresh,
      optOut: false,
      quietMode: "pass",
      chats: sql`select ${chatId}::bigint as chat_id`,
      editMessageId: messageId,
    }).returningRows.execute(tx);
    if (rows[0] !== undefined) await announce(tx, wakeup, rows[0], known);
  };

  return {
    edit,
    putCard: async (tx, card) => {
      refuseWhatCannotBeEdited(card.content);
      const { id, messageId } = await openCard(tx, card);
      const before = card.forgetful === true ? await contentsOf(tx, card.chatId, id) : [];
      const shown = messageId !== null && card.anew !== true;
      if (messageId !== null && card.anew === true) {
        await sql`update delivery.card set message_id = null, shown = null where id = ${id}`.execute(tx);
        await edit(tx, { ...card, messageId, content: withoutKeyboard(card.content) });
      }
      const type = topics.get(card.topic);
      const fresh = newDeliveries(card, type);
      const lane = laneIndex(card.lane ?? type.lane);
      const replaced = await replaceWaiting(tx, {
        condition: sql`card_id = ${id}`,
        body: fresh.body,
        topic: card.topic,
      });
      // A sender that has one of them on the wire finds another content when it records (see above).
      await sql`delete from delivery.content where id = any(${before}::bigint[]) and not shared`.execute(tx);
      if (replaced !== undefined) {
        await announce(tx, wakeup, replaced, { lane: replaced.lane, edit: shown, written: card });
        return;
      }
      const { rows } = await insertDeliveries({
        ...fresh,
        // An edit makes no sound, so quiet hours and mutes do not concern it; a new card they do.
        ...(shown && { optOut: false, quietMode: "pass" }),
        chats: sql`select ${card.chatId}::bigint as chat_id`,
        cardId: id,
        replyTo: card.replyToMessageId,
      }).returningRows.execute(tx);
      if (rows[0] !== undefined) await announce(tx, wakeup, rows[0], { lane, edit: shown, written: card });
    },
  };
}

function withoutKeyboard(content: Content): Content {
  if (!("keyboard" in content)) return content;
  const { keyboard: _, ...rest } = content;
  return rest;
}

/** Fails in the caller's transaction, not at Telegram. */
function refuseWhatCannotBeEdited(content: Content): void {
  renderEdit(content, "text");
}

/** Locks the card until the end of the transaction: changes of one card follow each other. */
async function openCard(
  tx: Tx,
  { chatId, key, takesOver }: Pick<Card, "chatId" | "key" | "takesOver">,
): Promise<{ readonly id: number; readonly messageId: number | null }> {
  const { rows } = await sql<{ id: number; messageId: number | null }>`
    insert into delivery.card as card (chat_id, key, message_id, shown)
    values (${chatId}, ${key}, ${takesOver ?? null}, ${takesOver === undefined ? null : "text"})
    on conflict (key, chat_id) do update set changed_at = now()
    returning id, message_id as "messageId"`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw new Error("the statement that opens a card answered with none");
  return row;
}

/** Everything that the card has said and still says. */
async function contentsOf(tx: Tx, chatId: number, cardId: number): Promise<readonly number[]> {
  const { rows } = await sql<{ id: number }>`
    select content_id as id from delivery.history where chat_id = ${chatId} and card_id = ${cardId}
    union select content_id from delivery.outbox where card_id = ${cardId}`.execute(tx);
  return rows.map(({ id }) => id);
}

interface Replacement {
  readonly condition: ReturnType<typeof sql>;
  readonly body: string;
  readonly topic: string;
}

/** The unfinished delivery gets the new content; a content of a card or an edit belongs to it alone. */
async function replaceWaiting(
  tx: Tx,
  { condition, body, topic }: Replacement,
): Promise<(InsertedDelivery & { readonly lane: number }) | undefined> {
  const { rows } = await sql<InsertedDelivery & { lane: number }>`
    with waiting as (
      select o.id, o.content_id from delivery.outbox as o where ${condition} for update
    ), content as (
      insert into delivery.content (topic, body, opt_out, quiet_mode, silent, shared)
      select ${topic}::text, ${body}::jsonb, old.opt_out, old.quiet_mode, old.silent, false
      from waiting join delivery.content as old on old.id = waiting.content_id
      returning id
    )
    update delivery.outbox as o set content_id = content.id, plain = false
    from waiting, content
    where o.id = waiting.id
    returning o.id, o.lane, o.chat_id, o.content_id, o.state, o.not_before, o.refusal`.execute(tx);
  return rows[0];
}
