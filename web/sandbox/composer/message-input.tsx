import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { wideQuery } from "../session/router.ts";
import { useSession, useTexts } from "../session/use-session.ts";
import { acceptPhotos } from "./accept-photos.ts";

interface MessageInputProps {
  readonly text: string;
  readonly placeholder: string | undefined;
  readonly suggestionCount: number;
  readonly chosen: number;
  readonly onText: (text: string) => void;
  readonly onChoose: (index: number) => void;
  readonly onComplete: () => void;
  /** @returns false when there was nothing to give up here, so that Escape may close something else. */
  readonly onEscape: () => boolean;
  readonly onSend: () => void;
}

export const suggestionsId = "command-suggestions";

export function suggestionId(index: number): string {
  return `${suggestionsId}-${String(index)}`;
}

/** Grows with its text. Enter sends and Shift+Enter breaks the line; with a touch keyboard Enter breaks the line too. */
export function MessageInput(props: MessageInputProps): JSX.Element {
  const session = useSession();
  const t = useTexts();
  const area = useRef<HTMLTextAreaElement>(null);
  useGrow(area, props.text);
  useEffect(() => {
    if (matchMedia(wideQuery).matches) area.current?.focus();
  }, []);
  const hasSuggestions = props.suggestionCount > 0;
  return (
    <textarea
      ref={area}
      rows={1}
      value={props.text}
      placeholder={props.placeholder ?? t.composer.placeholder}
      aria-label={t.composer.label}
      aria-autocomplete="list"
      aria-controls={hasSuggestions ? suggestionsId : undefined}
      aria-activedescendant={hasSuggestions && props.chosen >= 0 ? suggestionId(props.chosen) : undefined}
      autocomplete="off"
      enterkeyhint="send"
      onInput={(event) => {
        props.onText(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (handleKey(event, props)) event.preventDefault();
      }}
      onPaste={(event) => {
        const files = [...(event.clipboardData?.files ?? [])];
        if (files.length === 0) return;
        event.preventDefault();
        acceptPhotos(session, files);
      }}
    />
  );
}

/** @returns true when the key has been dealt with. */
function handleKey(event: KeyboardEvent, props: MessageInputProps): boolean {
  // While a Korean syllable is being composed, Enter and the arrows belong to the input method.
  if (event.isComposing) return false;
  const { suggestionCount, chosen } = props;
  switch (event.key) {
    case "Enter":
      if (event.shiftKey || (matchMedia("(pointer: coarse) and (hover: none)").matches && chosen < 0)) return false;
      props.onSend();
      return true;
    case "Escape":
      return props.onEscape();
    case "Tab":
      if (suggestionCount === 0 || event.shiftKey) return false;
      props.onComplete();
      return true;
    case "ArrowDown":
    case "ArrowUp": {
      if (suggestionCount === 0) return false;
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place more than there are suggestions: -1 is the text as typed.
      props.onChoose(((chosen + 1 + step + suggestionCount + 1) % (suggestionCount + 1)) - 1);
      return true;
    }
    default:
      return false;
  }
}

function useGrow(area: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const box = area.current;
    if (box === null) return;
    box.style.height = "auto";
    box.style.height = `${String(box.scrollHeight)}px`;
  }, [text]);
}
