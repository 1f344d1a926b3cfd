import type { MessageEntity } from "@grammyjs/types";

import { byteOffset, linkEntity, MarkupError } from "./formatted-text.ts";
import type { FormattedText } from "./formatted-text.ts";

/** Reads the old Markdown: `_italic_`, `*bold*`, backquotes and `[text](address)`, nothing nested. @throws MarkupError */
export function parseMarkdown(source: string): FormattedText {
  let text = "";
  const entities: MessageEntity[] = [];
  let at = 0;
  while (at < source.length) {
    const character = source.charAt(at);
    if (character === "\\" && "_*`[".includes(source.charAt(at + 1)) && at + 1 < source.length) {
      text += source.charAt(at + 1);
      at += 2;
    } else if ("_*`[".includes(character)) {
      const span = readSpan(source, at);
      const entity = span.content === "" ? undefined : entityOf(character, span, text.length);
      if (entity !== undefined) entities.push(entity);
      text += span.content;
      at = span.end;
    } else {
      text += character;
      at += 1;
    }
  }
  return { text, entities };
}

interface Span {
  readonly content: string;
  readonly language?: string;
  readonly isPre: boolean;
  readonly address?: string;
  /** The first character after it. */
  readonly end: number;
}

function readSpan(source: string, at: number): Span {
  const rest = source.slice(at);
  const match =
    /^```(?:([^\s`]+)(?=\s))?(?:\r\n|\n\r|\n|\r)?([\s\S]*?)```/.exec(rest) ??
    /^\[()([^\]]*)\](?:\(([^)]*)\)?)?/.exec(rest) ??
    /^([_*`])([\s\S]*?)\1/.exec(rest);
  if (match === null) {
    throw new MarkupError(`Can't find end of the entity starting at byte offset ${byteOffset(source, at)}`);
  }
  const [whole, first = "", content = "", address] = match;
  const isPre = whole.startsWith("```");
  return {
    content,
    isPre,
    end: at + whole.length,
    ...(isPre && first !== "" ? { language: first } : {}),
    ...(address === undefined ? {} : { address }),
  };
}

function entityOf(
  mark: string,
  { content, language, isPre, address }: Span,
  offset: number,
): MessageEntity | undefined {
  const { length } = content;
  if (mark === "_") return { type: "italic", offset, length };
  if (mark === "*") return { type: "bold", offset, length };
  if (mark === "[") return linkEntity(address ?? content, offset, length);
  if (!isPre) return { type: "code", offset, length };
  return language === undefined ? { type: "pre", offset, length } : { type: "pre", offset, length, language };
}
