import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { copyAndSay } from "../session/copy-and-say.ts";
import { useSession, useTexts } from "../session/use-session.ts";

/** Hidden until pressed; read out only then. */
export function Spoiler({ children }: { readonly children: ComponentChildren }): JSX.Element {
  const { message } = useTexts();
  const [isOpen, setOpen] = useState(false);
  if (isOpen)
    return (
      <span class="spoiler" data-open>
        {children}
      </span>
    );
  return (
    <span
      class="spoiler"
      role="button"
      tabIndex={0}
      aria-label={message.spoiler}
      onClick={() => {
        setOpen(true);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === " ") setOpen(true);
      }}
    >
      <span aria-hidden="true">{children}</span>
    </span>
  );
}

function useCopy(text: string): () => void {
  const session = useSession();
  return () => {
    void copyAndSay(session, text);
  };
}

/** Pressing code copies it, as in Telegram. */
export function Code({ text }: { readonly text: string }): JSX.Element {
  const copy = useCopy(text);
  const { common } = useTexts();
  return (
    <code title={common.copy} onClick={copy}>
      {text}
    </code>
  );
}

interface CodeBlockProps {
  readonly text: string;
  readonly language: string | undefined;
}

export function CodeBlock({ text, language }: CodeBlockProps): JSX.Element {
  const copy = useCopy(text);
  const { common } = useTexts();
  return (
    <div class="code-block">
      <div class="code-head">
        <span>{language}</span>
        <button type="button" onClick={copy}>
          {common.copy}
        </button>
      </div>
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
    </div>
  );
}

interface QuoteProps {
  readonly isExpandable: boolean;
  readonly children: ComponentChildren;
}

/** A quotation; an expandable one shows three lines until it is opened. */
export function Quote({ isExpandable, children }: QuoteProps): JSX.Element {
  const { message } = useTexts();
  const body = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(!isExpandable);
  const [isCut, setCut] = useState(false);
  useLayoutEffect(() => {
    const box = body.current;
    setCut(isExpandable && box !== null && box.scrollHeight > box.clientHeight + 1);
  }, [isExpandable]);
  return (
    <blockquote>
      <div ref={body} class={isOpen ? "" : "quote-cut"}>
        {children}
      </div>
      {isExpandable && (isCut || isOpen) && (
        <button
          type="button"
          class="quote-more"
          aria-expanded={isOpen}
          onClick={() => {
            setOpen(!isOpen);
          }}
        >
          {isOpen ? message.less : message.more}
        </button>
      )}
    </blockquote>
  );
}
