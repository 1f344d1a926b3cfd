import type { JSX } from "preact";
import { useState } from "preact/hooks";

import type { ApiCall } from "../../../src/sandbox/protocol.ts";
import { callChatId, showParams } from "../model/calls.ts";
import { personName } from "../model/names.ts";
import { copyAndSay } from "../session/copy-and-say.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";

/** One call in one line; opened, its parameters and what Telegram said. */
export function CallRow({ call }: { readonly call: ApiCall }): JSX.Element {
  const { formats } = useSession();
  const t = useTexts();
  const [isOpen, setOpen] = useState(false);
  const result = resultOf(call, t.panel.ok, t.panel.cut);
  const ms = formats.value.number(Math.round(call.tookMs));
  return (
    <details
      class="call"
      data-ok={call.ok}
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
      }}
    >
      <summary aria-label={t.panel.call(call.method, result, ms)}>
        <span class="call-dot" />
        <span class="call-method">{call.method}</span>
        <ChatName call={call} />
        {!call.ok && <span class="call-status">{result}</span>}
        <span class="call-ms">{ms} ms</span>
      </summary>
      {isOpen && <CallDetails call={call} />}
    </details>
  );
}

function resultOf(call: ApiCall, ok: string, cut: string): string {
  if (call.ok) return ok;
  return call.status === 0 ? cut : String(call.status);
}

/** Whom the call is for, by name when it is a persona or a group one is in. */
function ChatName({ call }: { readonly call: ApiCall }): JSX.Element | null {
  const chatId = callChatId(call);
  const people = useSlice((state) => state.people);
  const chats = useSlice((state) => state.chats);
  if (chatId === undefined) return null;
  const person = people.find((one) => one.id === chatId);
  const name = person === undefined ? chats.find((one) => one.id === chatId)?.title : personName(person);
  return <span class="call-chat">{name ?? chatId}</span>;
}

function CallDetails({ call }: { readonly call: ApiCall }): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const isEmpty = Object.keys(call.params).length === 0;
  const json = showParams(call.params);
  return (
    <div class="call-details">
      <p class="call-time">{session.formats.value.full(Date.parse(call.at) / 1000)}</p>
      {call.note !== undefined && <p class="call-note">{call.note}</p>}
      {isEmpty ? (
        <p class="muted">{t.panel.noParams}</p>
      ) : (
        <>
          <pre tabIndex={0} aria-label={t.panel.params}>
            {json}
          </pre>
          <button
            type="button"
            class="text-button"
            onClick={() => {
              void copyAndSay(session, json);
            }}
          >
            {t.panel.copyCall}
          </button>
        </>
      )}
    </div>
  );
}
