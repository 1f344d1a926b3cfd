import { sql } from "kysely";

import type { Tx } from "../../db/index.ts";

export interface PanelMessage {
  readonly chatId: number;
  readonly messageId: number;
}

/** How a section's page is named in what is noted. */
export function pageName(section: string, page: string): string {
  return `${section}:${page}`;
}

/** Panels older than this have no button that works. */
const keptDays = 8;

/** Notes which page a panel shows from now on. Holds its row until the end of the transaction: edits follow in this order. */
export async function noteShownPage(
  tx: Tx,
  { chatId, messageId, page, now }: PanelMessage & { readonly page: string; readonly now: Date },
): Promise<void> {
  await sql`
    insert into chat.panel (chat_id, message_id, page, shown_at) values (${chatId}, ${messageId}, ${page}, ${now})
    on conflict (chat_id, message_id) do update set page = excluded.page, shown_at = excluded.shown_at`.execute(tx);
}

/** Whether the panel still shows the page; if so, it does until the transaction ends. */
export async function stillShows(
  tx: Tx,
  { chatId, messageId, page }: PanelMessage & { readonly page: string },
): Promise<boolean> {
  const { rows } = await sql`
    select from chat.panel where chat_id = ${chatId} and message_id = ${messageId} and page = ${page}
    for update`.execute(tx);
  return rows.length > 0;
}

/** Forgets the chat's panels that are too old to be used. */
export async function forgetOldPanels(tx: Tx, chatId: number, now: Date): Promise<void> {
  await sql`
    delete from chat.panel
    where chat_id = ${chatId} and shown_at < ${now}::timestamptz - ${keptDays} * interval '1 day'`.execute(tx);
}
