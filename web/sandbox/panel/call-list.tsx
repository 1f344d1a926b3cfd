import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { callChatId, failed } from "../model/calls.ts";
import { useSession, useSlice, useTexts } from "../session/use-session.ts";
import { CallRow } from "./call-row.tsx";

/** The bot's latest calls, newest first. */
export function CallList(): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const calls = useSlice((state) => state.calls);
  const [isErrorsOnly, setErrorsOnly] = useState(false);
  const [isChatOnly, setChatOnly] = useState(false);
  const chatId = session.openChat.value?.id;
  const shown = calls
    .filter((call) => (!isErrorsOnly || failed(call)) && (!isChatOnly || callChatId(call) === chatId))
    .toReversed();
  return (
    <>
      <div class="filters">
        <Toggle text={t.panel.onlyErrors} isOn={isErrorsOnly} onChange={setErrorsOnly} />
        <Toggle text={t.panel.onlyChat} isOn={isChatOnly} onChange={setChatOnly} />
      </div>
      {shown.length === 0 && <p class="hint">{t.panel.noCalls}</p>}
      <div class="calls" role="log" aria-label={t.panel.calls} aria-live="off">
        {shown.map((call) => (
          <CallRow key={call.id} call={call} />
        ))}
      </div>
    </>
  );
}

interface ToggleProps {
  readonly text: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

function Toggle({ text, isOn, onChange }: ToggleProps): JSX.Element {
  return (
    <button
      type="button"
      class="toggle"
      aria-pressed={isOn}
      onClick={() => {
        onChange(!isOn);
      }}
    >
      {text}
    </button>
  );
}
