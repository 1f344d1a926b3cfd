import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { Icon } from "../../shared/ui/icon.tsx";
import type { IconName } from "../../shared/ui/icon.tsx";
import { useSession, useTexts } from "../session/use-session.ts";
import { AttachButton } from "./attach-button.tsx";
import { CommandList } from "./command-list.tsx";
import { InlineResults } from "./inline-results.tsx";
import { KeyboardPad } from "./keyboard-pad.tsx";
import { MessageInput } from "./message-input.tsx";
import { ReplyBar } from "./reply-bar.tsx";
import { useComposer } from "./use-composer.ts";
import { useSuggestions } from "./use-suggestions.ts";

interface ComposerProps {
  readonly chat: ChatView;
  readonly threadId: number | undefined;
}

/** Everything to write with: commands, text, photos, and the keyboard the bot shows. */
export function Composer({ chat, threadId }: ComposerProps): JSX.Element {
  const t = useTexts();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const composer = useComposer(chat, threadId);
  const { draft, keyboard, replyTo, write, send, cancel, isPadOpen, setPadOpen } = composer;
  const suggestions = useSuggestions({ chat, threadId }, composer, {
    isOpen: isMenuOpen,
    close: () => {
      setMenuOpen(false);
    },
  });
  const { commands, inline, chosen, setChosen } = suggestions;
  const root = useRef<HTMLDivElement>(null);
  useCloseOutside(root, isMenuOpen, setMenuOpen);
  const text = draft.text;
  return (
    <div class="composer" ref={root}>
      {inline !== undefined && <InlineResults inline={inline} chosen={chosen} onChoose={suggestions.send} />}
      {commands.length > 0 && <CommandList commands={commands} chosen={chosen} onChoose={suggestions.send} />}
      {draft.editing !== undefined ? (
        <ReplyBar message={draft.editing} isEdit onCancel={cancel} />
      ) : (
        replyTo !== undefined && <ReplyBar message={replyTo} onCancel={cancel} />
      )}
      <div class="composer-row">
        <MenuButton chat={chat} isOpen={isMenuOpen} onToggle={setMenuOpen} />
        <AttachButton />
        <MessageInput
          text={text}
          placeholder={keyboard?.placeholder}
          suggestionCount={suggestions.count}
          chosen={chosen}
          onChoose={setChosen}
          onText={(next) => {
            setMenuOpen(false);
            setChosen(-1);
            write(next);
          }}
          onComplete={() => {
            const completed = suggestions.completed();
            if (completed !== undefined) write(completed);
          }}
          onEscape={() => {
            const isBusy = isMenuOpen || draft.editing !== undefined || replyTo !== undefined;
            if (isMenuOpen) setMenuOpen(false);
            else if (isBusy) cancel();
            return isBusy;
          }}
          onSend={() => {
            if (chosen >= 0) suggestions.send(chosen);
            else send(text);
          }}
        />
        {keyboard !== undefined && !keyboard.isPersistent && <PadToggle isOpen={isPadOpen} onToggle={setPadOpen} />}
        <button
          type="button"
          class="send-button"
          aria-label={t.composer.send}
          disabled={text.trim() === ""}
          onClick={() => {
            send(text);
          }}
        >
          <Icon name="send" />
        </button>
      </div>
      {keyboard !== undefined && (isPadOpen || keyboard.isPersistent) && (
        <KeyboardPad keyboard={keyboard} onType={send} />
      )}
    </div>
  );
}

interface ToggleProps {
  readonly isOpen: boolean;
  readonly onToggle: (isOpen: boolean) => void;
}

/** The commands, or what the bot put in their place: a Mini App, which only Telegram can open. */
function MenuButton({ chat, isOpen, onToggle }: ToggleProps & { readonly chat: ChatView }): JSX.Element | null {
  const { toasts } = useSession();
  const { composer, message } = useTexts();
  const { menuButton, commands } = chat;
  const app = menuButton?.type === "web_app" ? menuButton : undefined;
  if (app === undefined && commands.length === 0) return null;
  return (
    <button
      type="button"
      class="menu-toggle"
      aria-expanded={app === undefined ? isOpen : undefined}
      aria-label={app?.text ?? composer.menu}
      onClick={() => {
        if (app === undefined) onToggle(!isOpen);
        else toasts.show(message.noApp);
      }}
    >
      <Icon name={menuIcon(isOpen, app !== undefined)} size={20} />
      <span class="menu-toggle-text">{app?.text ?? composer.menu}</span>
    </button>
  );
}

function menuIcon(isOpen: boolean, isApp: boolean): IconName {
  if (isApp) return "window";
  return isOpen ? "close" : "slash";
}

function PadToggle({ isOpen, onToggle }: ToggleProps): JSX.Element {
  const { composer } = useTexts();
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={isOpen ? composer.hideKeyboard : composer.showKeyboard}
      aria-expanded={isOpen}
      onClick={() => {
        onToggle(!isOpen);
      }}
    >
      <Icon name="keyboard" />
    </button>
  );
}

function useCloseOutside(
  root: { readonly current: HTMLElement | null },
  isOpen: boolean,
  setOpen: (isOpen: boolean) => void,
): void {
  useEffect(() => {
    if (!isOpen) return undefined;
    const close = (event: PointerEvent): void => {
      if (event.target instanceof Node && root.current?.contains(event.target) !== true) setOpen(false);
    };
    document.addEventListener("pointerdown", close);
    return () => {
      document.removeEventListener("pointerdown", close);
    };
  }, [isOpen]);
}
