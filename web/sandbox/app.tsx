import { useComputed, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";

import { BotSign } from "../shared/ui/avatar.tsx";
import { ChatScreen } from "./chat/chat-screen.tsx";
import { NoChat } from "./chat/no-chat.tsx";
import { SheetHost } from "./dialogs/sheet-host.tsx";
import { ToastHost } from "./dialogs/toast-host.tsx";
import { Panel } from "./panel/panel.tsx";
import { useSession } from "./session/use-session.ts";
import { Sidebar } from "./sidebar/sidebar.tsx";
import { Strip } from "./sidebar/strip.tsx";

/** Wide: list, chat and (when open) the panel side by side. Narrow: list or chat, the panel over both. */
export function App(): JSX.Element {
  const session = useSession();
  useSignalEffect(() => {
    document.documentElement.lang = session.texts.value.language;
  });
  const isReady = useComputed(() => session.world.value !== undefined);
  return isReady.value ? <Rooms /> : <Splash />;
}

function Rooms(): JSX.Element {
  const session = useSession();
  const t = session.texts.value;
  const chat = session.openChat.value;
  const { threadId, personId } = session.route.value;
  const isPanelOpen = session.panelOpen.value;
  return (
    <div class="app" data-screen={chat === undefined ? "list" : "chat"} data-panel={isPanelOpen ? "open" : "closed"}>
      <header class="visually-hidden">
        <h1>{t.title}</h1>
      </header>
      <Strip />
      <Sidebar />
      {chat === undefined ? (
        <NoChat />
      ) : (
        <ChatScreen
          key={`${String(personId)}/${String(chat.id)}/${String(threadId)}`}
          chat={chat}
          threadId={threadId}
        />
      )}
      {isPanelOpen && <Panel />}
      <SheetHost />
      <ToastHost />
    </div>
  );
}

function Splash(): JSX.Element {
  const { link, texts } = useSession();
  const words = texts.value.connection;
  return (
    <main class="splash" aria-busy="true">
      <span class="avatar avatar-large" data-hue="bot">
        <BotSign />
      </span>
      <p role="status">{link.value === "lost" ? words.unreachable : words.loading}</p>
    </main>
  );
}
