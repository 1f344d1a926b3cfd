import type { ComponentChildren, JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { resolveLink } from "../model/links.ts";
import { followLink } from "../session/follow-link.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";

interface LinkProps {
  readonly address: string;
  readonly children: ComponentChildren;
}

/** A link that stays inside the sandbox when it concerns the bot. Its address shows what it really points to. */
export function Link({ address, children }: LinkProps): JSX.Element {
  const session = useSession();
  const username = useSlice((state) => state.bot.username);
  const target = resolveLink(address, username);
  const follow = (event: MouseEvent): void => {
    if (target.kind === "outside") return;
    event.preventDefault();
    followLink(session, address);
  };
  // An address that must not be opened is no link, however it would be opened: it only says so.
  if (target.kind === "unsafe") {
    return (
      <button type="button" class="inline-link" title={address} onClick={follow}>
        {children}
      </button>
    );
  }
  return (
    <a
      href={target.kind === "outside" ? target.href : withScheme(address)}
      title={address}
      target="_blank"
      rel="noopener noreferrer"
      onClick={follow}
    >
      {children}
    </a>
  );
}

function withScheme(address: string): string {
  return address.includes(":") ? address : `https://${address}`;
}

interface MentionProps {
  readonly name: string;
  readonly children: ComponentChildren;
}

/** `@bot` opens its chat; other names are nobody's profile here. */
export function Mention({ name, children }: MentionProps): JSX.Element {
  const session = useSession();
  const { message } = useTexts();
  const username = useSlice((state) => state.bot.username);
  const isBot = name.toLowerCase() === username.toLowerCase();
  return (
    <button
      type="button"
      class="inline-link"
      onClick={() => {
        if (isBot) followLink(session, `https://t.me/${name}`);
        else session.toasts.show(message.outsideUser);
      }}
    >
      {children}
    </button>
  );
}

interface CommandLinkProps {
  readonly command: string;
  readonly chat: ChatView;
}

/** Pressing a command sends it. */
export function CommandLink({ command, chat }: CommandLinkProps): JSX.Element {
  const { api, attempt, route } = useSession();
  return (
    <button
      type="button"
      class="inline-link"
      onClick={() => {
        const { threadId } = route.value;
        const place = { chatId: chat.id, ...(threadId === undefined ? {} : { threadId }) };
        void attempt(async () => await api.sendText({ ...place, text: command }));
      }}
    >
      {command}
    </button>
  );
}
