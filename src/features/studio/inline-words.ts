import { sql } from "kysely";

import { type Db, inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

/**
 * Words that somebody typed after the bot's name in another chat, on their way to the private one: a link takes 64
 * characters and no more. The latest of each person, sealed; gone when he comes for them, with the next ones he types, and
 * in any case soon.
 */
const waitMinutes = 10;

type Sealing = Pick<Kernel, "cipher" | "clock">;

export async function keepInlineWords(
  db: Db,
  { cipher, clock }: Sealing,
  { telegramId, words }: { readonly telegramId: number; readonly words: string },
): Promise<void> {
  const sealed = cipher.encrypt(words, wordsContext(telegramId));
  await inTransaction(db, async (tx) => {
    await sql`
      insert into studio.inline_words (telegram_id, words, typed_at) values (${telegramId}, ${sealed}, ${clock.now()})
      on conflict (telegram_id) do update set words = excluded.words, typed_at = excluded.typed_at`.execute(tx);
  });
}

/** Takes the person's words out; undefined when he typed none lately. */
export async function takeInlineWords(
  tx: Tx,
  { cipher, clock }: Sealing,
  telegramId: number,
): Promise<string | undefined> {
  const { rows } = await sql<{ words: string; is_fresh: boolean }>`
    delete from studio.inline_words where telegram_id = ${telegramId}
    returning words, typed_at > ${oldest(clock.now())} as is_fresh`.execute(tx);
  const [row] = rows;
  return row?.is_fresh === true ? cipher.decrypt(row.words, wordsContext(telegramId)) : undefined;
}

export async function dropOldInlineWords(tx: Tx, now: Date): Promise<void> {
  await sql`delete from studio.inline_words where typed_at <= ${oldest(now)}`.execute(tx);
}

function oldest(now: Date): Date {
  return new Date(now.getTime() - waitMinutes * 60_000);
}

function wordsContext(telegramId: number): string {
  return `studio.inline_words:${telegramId}`;
}
