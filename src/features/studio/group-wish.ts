import { sql } from "kysely";
import { z } from "zod";

import type { Db, Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

const askedSchema = z.object({
  prompt: z.object({ text: z.string(), imageFileId: z.string().optional(), messageId: z.int() }),
  pressedMessageId: z.int().optional(),
  modelId: z.string().optional(),
  durationSeconds: z.int().optional(),
  resolution: z.object({ width: z.int(), height: z.int() }).optional(),
  seed: z.int().optional(),
});

/** A wish in a group that waits until Telegram has said whether its author is an admin there. */
export interface GroupWish {
  readonly id: string;
  readonly userId: number;
  readonly chatId: number;
  readonly threadId: number | undefined;
  readonly asked: z.output<typeof askedSchema>;
}

interface WishRow {
  readonly id: string;
  readonly user_id: number;
  readonly chat_id: number;
  readonly thread_id: number | null;
  readonly asked: string;
}

/** Telegram is asked again and again while it is away; after this long nobody waits for a video any more. */
const waitsMinutes = 10;

/** Keeps the wish sealed. @returns false when this message, or this button, has asked already. */
export async function keepGroupWish(
  tx: Tx,
  { cipher, clock }: Pick<Kernel, "cipher" | "clock">,
  wish: GroupWish,
): Promise<boolean> {
  const { id, userId, chatId, threadId, asked } = wish;
  const { numAffectedRows } = await sql`
    insert into studio.group_wish (id, chat_id, user_id, thread_id, message_id, asked, asked_at)
    values (${id}, ${chatId}, ${userId}, ${threadId ?? null}, ${asked.pressedMessageId ?? asked.prompt.messageId},
      ${cipher.encrypt(JSON.stringify(asked), wishContext(id))}, ${clock.now()})
    on conflict (chat_id, message_id) do nothing`.execute(tx);
  return numAffectedRows === 1n;
}

/** Where and whose it is; undefined when it has been taken or has waited too long. */
export async function findGroupWish(
  db: Db,
  id: string,
): Promise<{ readonly chatId: number; readonly userId: number } | undefined> {
  const { rows } = await sql<WishRow>`select * from studio.group_wish where id = ${id}`.execute(db);
  return rows[0] && { chatId: rows[0].chat_id, userId: rows[0].user_id };
}

/** Takes the wish out: whoever gets it orders or refuses it in the same transaction, and it is gone. */
export async function takeGroupWish(
  tx: Tx,
  { cipher }: Pick<Kernel, "cipher">,
  id: string,
): Promise<GroupWish | undefined> {
  const { rows } = await sql<WishRow>`delete from studio.group_wish where id = ${id} returning *`.execute(tx);
  const [row] = rows;
  return (
    row && {
      id,
      userId: row.user_id,
      chatId: row.chat_id,
      threadId: row.thread_id ?? undefined,
      asked: askedSchema.parse(JSON.parse(cipher.decrypt(row.asked, wishContext(id)))),
    }
  );
}

/** Erases what has waited too long. */
export async function dropOldGroupWishes(tx: Tx, now: Date): Promise<void> {
  await sql`
    delete from studio.group_wish
    where asked_at < ${now}::timestamptz - ${waitsMinutes} * interval '1 minute'`.execute(tx);
}

function wishContext(id: string): string {
  return `studio.group_wish:${id}`;
}
