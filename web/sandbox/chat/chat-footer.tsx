import type { JSX } from "preact";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { Composer } from "../composer/composer.tsx";
import { useSession, useTexts } from "../session/use-session.ts";

interface ChatFooterProps {
  readonly chat: ChatView;
  readonly threadId: number | undefined;
}

/** Below the conversation: Start for a bot one has not met, Restart for one that was stopped, else the input field. */
export function ChatFooter({ chat, threadId }: ChatFooterProps): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const { api, attempt, startPayload } = session;
  if (chat.type === "private" && chat.blocked) {
    return <BigButton text={t.chat.restart} onPress={async () => await api.start(undefined)} />;
  }
  if (chat.type === "private" && (!chat.started || startPayload.value !== undefined)) {
    return (
      <BigButton
        text={t.chat.start}
        onPress={async () => {
          await api.start(startPayload.value);
          startPayload.value = undefined;
        }}
      />
    );
  }
  return (
    <footer class="chat-foot">
      {!chat.started && (
        <p class="bot-gone">
          {t.chat.botGone}
          <button
            type="button"
            class="text-button"
            onClick={() => {
              void attempt(async () => await api.addBot(chat.id));
            }}
          >
            {t.chat.addBot}
          </button>
        </p>
      )}
      <Composer chat={chat} threadId={threadId} />
    </footer>
  );
}

function BigButton({
  text,
  onPress,
}: {
  readonly text: string;
  readonly onPress: () => Promise<unknown>;
}): JSX.Element {
  const { attempt } = useSession();
  return (
    <footer class="chat-foot">
      <button
        type="button"
        class="big-button"
        onClick={() => {
          void attempt(onPress);
        }}
      >
        {text}
      </button>
    </footer>
  );
}
