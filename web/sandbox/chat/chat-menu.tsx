import type { JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import type { Dictionary } from "../../shared/i18n/dictionary.ts";
import { Icon } from "../../shared/ui/icon.tsx";
import type { IconName } from "../../shared/ui/icon.tsx";
import { Menu, MenuItem } from "../../shared/ui/menu.tsx";
import type { Session } from "../session/session.ts";
import { useSession, useTexts } from "../session/use-session.ts";

interface Choice {
  readonly icon: IconName;
  readonly text: string;
  readonly run: () => void;
}

export function ChatMenu({ chat }: { readonly chat: ChatView }): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const choices: readonly Choice[] = [
    {
      icon: "info",
      text: t.chat.info,
      run: () => {
        session.sheet.value = { kind: "chat-info", chatId: chat.id };
      },
    },
    ...(chat.type === "private" ? privateChoices(session, t, chat) : groupChoices(session, t, chat)),
  ];
  return (
    <Menu label={t.chat.menu} align="end" button={<Icon name="more" />}>
      {choices.map(({ icon, text, run }) => (
        <MenuItem key={text} onChoose={run}>
          <Icon name={icon} size={20} />
          {text}
        </MenuItem>
      ))}
    </Menu>
  );
}

function privateChoices(session: Session, t: Dictionary, chat: ChatView): readonly Choice[] {
  const { api, attempt } = session;
  const act = (action: () => Promise<unknown>): (() => void) => {
    return () => {
      void attempt(action);
    };
  };
  const restart: Choice = { icon: "restart", text: t.chat.restart, run: act(async () => await api.start(undefined)) };
  const block: Choice = chat.blocked
    ? { icon: "block", text: t.chat.unblock, run: act(api.unblock) }
    : { icon: "block", text: t.chat.block, run: act(api.block) };
  return chat.started || chat.blocked ? [restart, block] : [block];
}

function groupChoices(session: Session, t: Dictionary, chat: ChatView): readonly Choice[] {
  const { api, attempt } = session;
  const choices: Choice[] = [];
  if (chat.isForum) {
    choices.push({
      icon: "hash",
      text: t.chat.newTopic,
      run: () => {
        session.sheet.value = { kind: "new-topic", chatId: chat.id };
      },
    });
  }
  if (chat.type === "group") {
    choices.push({
      icon: "up",
      text: t.chat.migrate,
      run: () => {
        void attempt(async () => {
          const { chatId } = await api.migrate(chat.id);
          session.goTo({ ...session.route.value, chatId });
        });
      },
    });
  }
  choices.push({
    icon: chat.started ? "block" : "plus",
    text: chat.started ? t.chat.removeBot : t.chat.addBot,
    run: () => {
      void attempt(async () => await (chat.started ? api.removeBot(chat.id) : api.addBot(chat.id)));
    },
  });
  return choices;
}
