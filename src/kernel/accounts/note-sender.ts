import { sql } from "kysely";

import type { Accounts, User } from "./account.ts";
import { chatFrom, type ChatRow } from "./chats.ts";
import { isUpToDate, notedOf, type PersonRow } from "./users.ts";

export interface NoteSenderDeps extends Pick<Accounts, "noteUser" | "noteChat"> {
  readonly userFrom: (row: PersonRow) => User;
}

/** What is asked before every update is handled: worth a look of its own for those whom we know and who have not changed. */
export function makeNoteSender({
  noteUser,
  noteChat,
  userFrom,
}: NoteSenderDeps): Pick<Accounts, "lookUpSender" | "noteSender"> {
  const lookUpSender: Accounts["lookUpSender"] = async (tx, { personId, chatId }) => {
    const { rows } = await sql<
      PersonRow & { readonly chat: Omit<ChatRow, "suspended_at"> | null; readonly suspended_at: Date | null }
    >`
      select person.*, to_jsonb(chat) - 'suspended_at' as chat, chat.suspended_at
      from account.person left join account.chat on chat.id = ${chatId}
      where person.telegram_id = ${personId}`.execute(tx);
    const [row] = rows;
    if (row === undefined) return undefined;
    const chat = row.chat === null ? undefined : chatFrom({ ...row.chat, suspended_at: row.suspended_at });
    return { user: userFrom(row), noted: notedOf(row), chat };
  };

  return {
    lookUpSender,
    noteSender: async (tx, { person, chat, known: asked }) => {
      const known = await (asked ?? lookUpSender(tx, { personId: person.id, chatId: chat.id }));
      if (known?.chat !== undefined && isUpToDate(known.noted, person)) {
        const owner = chat.type === "private" && chat.id === person.id ? known.user.id : undefined;
        const { type, title, userId } = known.chat;
        if (type === chat.type && title === chat.title && userId === owner)
          return { user: known.user, chat: known.chat };
      }
      const user = await noteUser(tx, person);
      return { user, chat: await noteChat(tx, chat) };
    },
  };
}
