import { sql } from "kysely";

import type { Accounts, User } from "./account.ts";
import { chatFrom, type ChatRow } from "./chats.ts";
import { isUpToDate, type PersonRow } from "./users.ts";

export interface NoteSenderDeps extends Pick<Accounts, "noteUser" | "noteChat"> {
  readonly userFrom: (row: PersonRow) => User;
}

/** What is asked before every update is handled: worth a look of its own for those whom we know and who have not changed. */
export function makeNoteSender({ noteUser, noteChat, userFrom }: NoteSenderDeps): Accounts["noteSender"] {
  return async (tx, person, chat) => {
    const { rows } = await sql<
      PersonRow & { readonly chat: Omit<ChatRow, "suspended_at"> | null; readonly suspended_at: Date | null }
    >`
      select person.*, to_jsonb(chat) - 'suspended_at' as chat, chat.suspended_at
      from account.person left join account.chat on chat.id = ${chat.id}
      where person.telegram_id = ${person.id}`.execute(tx);
    const [known] = rows;
    if (known !== undefined && isUpToDate(known, person) && known.chat !== null) {
      const owner = chat.type === "private" && chat.id === person.id ? known.id : null;
      const { type, title, person_id: ownedBy } = known.chat;
      if (type === chat.type && title === chat.title && ownedBy === owner) {
        return { user: userFrom(known), chat: chatFrom({ ...known.chat, suspended_at: known.suspended_at }) };
      }
    }
    const user = await noteUser(tx, person);
    return { user, chat: await noteChat(tx, chat) };
  };
}
