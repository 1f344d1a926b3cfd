import type { JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { Avatar } from "../../shared/ui/avatar.tsx";
import { Dialog } from "../../shared/ui/dialog.tsx";
import { Icon } from "../../shared/ui/icon.tsx";
import { memberCount } from "../model/chat-list.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import type { SheetProps } from "./sheet-host.tsx";

/** For `?startgroup=` links: adds the bot to a group and, when the link carries something, tells the bot what. */
export function ChooseGroupSheet({ payload, onClose }: SheetProps & { readonly payload: string }): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const chats = useSlice((state) => state.chats);
  const groups = chats.filter((chat) => chat.type !== "private");
  const username = useSlice((state) => state.bot.username);
  const meId = useSlice((state) => state.me.id);

  const choose = (chat: ChatView): void => {
    void session.attempt(async () => {
      if (!chat.started) await session.api.addBot(chat.id);
      if (payload !== "") await session.api.sendText({ chatId: chat.id, text: `/start@${username} ${payload}` });
      session.goTo({ personId: meId, chatId: chat.id });
      onClose();
    });
  };
  return (
    <Dialog title={t.group.choose} closeLabel={t.common.close} onClose={onClose}>
      <p class="sheet-text">{groups.length === 0 ? t.group.none : t.group.chooseText}</p>
      <ul class="people-list">
        {groups.map((chat) => (
          <li key={chat.id}>
            <button
              type="button"
              class="choice"
              onClick={() => {
                choose(chat);
              }}
            >
              <Avatar id={chat.id} name={chat.title} size="small" />
              <span>{chat.title}</span>
              <span class="muted">{t.chat.members(memberCount(chat))}</span>
            </button>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="text-button"
        onClick={() => {
          session.sheet.value = { kind: "new-group" };
        }}
      >
        <Icon name="group" size={20} />
        {t.list.newGroup}
      </button>
    </Dialog>
  );
}
