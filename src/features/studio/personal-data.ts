import { sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";
import type { Kernel, PersonalData } from "#kernel/feature.ts";

import type { Advance } from "./advance.ts";
import { resetPreference } from "./preference.ts";
import { keepUsedToday } from "./quota.ts";
import { billingSettings } from "./settings.ts";

export interface PersonalDataDeps extends Pick<Kernel, "accounts" | "settings" | "clock" | "media"> {
  readonly advance: Advance;
}

/** What studio keeps of a person: his choices, and the numbers of his videos. */
export function studioPersonalData({ advance, accounts, settings, clock, media }: PersonalDataDeps): PersonalData {
  return {
    export: async (db, userId) => {
      const preference = await sql`
        select model, duration_seconds, width, height, improves_words from studio.preference where user_id = ${userId}`.execute(
        db,
      );
      const jobs = await sql`
        select id, username, state, model, provider, duration_seconds, width, height, price, cost_usd_micros,
          prompt_tokens, output_tokens, failure, ordered_at, finished_at
        from studio.job where user_id = ${userId} order by ordered_at`.execute(db);
      const improvements = await sql`
        select model, state, prompt_tokens, output_tokens, cost_usd_micros, asked_at
        from studio.improvement where user_id = ${userId} order by asked_at`.execute(db);
      return { preference: preference.rows[0] ?? null, jobs: jobs.rows, improvements: improvements.rows };
    },
    forget: async (tx, userId) => {
      const user = await accounts.userById(tx, userId);
      const { mode } = await settings.read(billingSettings);
      const { rows } = await sql<{ id: string }>`
        select id from studio.job where user_id = ${userId} and finished_at is null`.execute(tx);
      for (const { id } of rows) {
        const { ok } = await advance(tx, id, { type: "cancelled" });
        // Its delivery goes with the chat, and nobody would tell of its end.
        if (!ok) await advance(tx, id, { type: "failed", failure: "delivery" });
      }
      await eraseLinked(tx, media, userId);
      await sql`
        update studio.improvement set user_id = 0, chat_id = 0, state = 'over', words = null, improved = null
        where user_id = ${userId}`.execute(tx);
      if (mode === "free" && user !== undefined) await keepUsedToday(tx, { user, now: clock.now(), accounts });
      await resetPreference(tx, userId);
      await sql`delete from studio.group_wish where user_id = ${userId}`.execute(tx);
      await sql`delete from studio.inline_words where telegram_id = ${user?.telegramId ?? null}`.execute(tx);
      // The numbers stay: they belong to the statistics and to the ledger, and tell nobody who it was.
      await sql`
        update studio.job set
          username = null, chat_id = 0, thread_id = null, prompt_message_id = null, pressed_message_id = null,
          telegram_file_id = null, message_id = null
        where user_id = ${userId}`.execute(tx);
    },
  };
}

/** Videos that wait behind links: whoever has one finds nothing there any more. */
async function eraseLinked(tx: Tx, media: Kernel["media"], userId: number): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select result_media_id as id from studio.job
    where user_id = ${userId} and link_until is not null and result_media_id is not null`.execute(tx);
  for (const { id } of rows) await media.erase(tx, id);
  await sql`
    update studio.job set result_media_id = null, link_until = null, link_bytes = null
    where user_id = ${userId} and link_until is not null`.execute(tx);
}
