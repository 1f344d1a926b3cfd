import type { JSX } from "preact";

import type { Person } from "../../../src/sandbox/protocol.ts";
import { Avatar } from "../../shared/ui/avatar.tsx";
import { Dialog } from "../../shared/ui/dialog.tsx";
import { Icon } from "../../shared/ui/icon.tsx";
import { memberCount } from "../model/chat-list.ts";
import { personName } from "../model/names.ts";
import { copyAndSay } from "../session/copy-and-say.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import type { SheetProps } from "./sheet-host.tsx";

/** A chat's id (which settings ask for), kind and members. */
export function ChatInfoSheet({ chatId, onClose }: SheetProps & { readonly chatId: number }): JSX.Element | null {
  const t = useTexts();
  const chat = useSlice((state) => state.chats.find((one) => one.id === chatId));
  const people = useSlice((state) => state.people);
  const bot = useSlice((state) => state.bot);
  if (chat === undefined) return null;
  const members = people.filter((person) => chat.memberIds.includes(person.id));
  return (
    <Dialog title={chat.title} closeLabel={t.common.close} onClose={onClose}>
      {chat.type === "private" && bot.description !== "" && <p class="sheet-text pre-line">{bot.description}</p>}
      <dl class="facts">
        <dt>{t.chat.type}</dt>
        <dd>{t.chat.kinds[chat.type]}</dd>
        <dt>{t.chat.id}</dt>
        <dd>
          <CopyId id={chat.id} />
        </dd>
        {chat.type === "private" && (
          <>
            <dt>{t.people.bot}</dt>
            <dd>@{bot.username}</dd>
          </>
        )}
      </dl>
      {chat.type !== "private" && (
        <ul class="people-list" aria-label={t.chat.members(memberCount(chat))}>
          {chat.started && (
            <li>
              <Avatar id={bot.id} name={bot.firstName} size="small" isBot />
              <span>{bot.firstName}</span>
              <span class="muted">{t.people.bot}</span>
            </li>
          )}
          {members.map((person) => (
            <Member key={person.id} person={person} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function Member({ person }: { readonly person: Person }): JSX.Element {
  return (
    <li>
      <Avatar id={person.id} name={personName(person)} size="small" />
      <span>{personName(person)}</span>
      <span class="muted">{person.about}</span>
    </li>
  );
}

function CopyId({ id }: { readonly id: number }): JSX.Element {
  const session = useSession();
  const { common } = useTexts();
  return (
    <button
      type="button"
      class="copy-id"
      title={common.copy}
      onClick={() => {
        void copyAndSay(session, String(id));
      }}
    >
      <code>{id}</code>
      <Icon name="copy" size={16} />
    </button>
  );
}
