import { useComputed, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";

import type { ChatEntry } from "../model/chat-list.ts";
import { listChats } from "../model/chat-list.ts";
import { useSession, useTexts } from "../session/use-session.ts";
import { ChatRow } from "./chat-row.tsx";

export function ChatList(): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const entries = useComputed<readonly ChatEntry[]>(() => {
    const state = session.world.value;
    if (state === undefined) return [];
    const { chats, messages, me } = state;
    return listChats({ chats, messages, meId: me.id, readUpTo: session.read.of(me.id) });
  });
  useSignalEffect(() => {
    const unread = entries.value.reduce((sum, entry) => sum + entry.unread, 0);
    const { title } = session.texts.value;
    document.title = unread === 0 ? title : `(${String(unread)}) ${title}`;
  });
  return (
    <div class="chat-list">
      {session.link.value === "lost" && (
        <p class="lost" role="status">
          {t.connection.lost}
        </p>
      )}
      {entries.value.length === 0 && <p class="hint">{t.list.empty}</p>}
      <ul>
        {entries.value.map((entry) => (
          <li key={entry.chat.id}>
            <ChatRow entry={entry} />
          </li>
        ))}
      </ul>
    </div>
  );
}
