import type { MessageEntity } from "@grammyjs/types";

import { byteOffset, linkEntity, MarkupError, timeEntity } from "./formatted-text.ts";
import type { FormattedText } from "./formatted-text.ts";

type Kind = "bold" | "italic" | "underline" | "strikethrough" | "spoiler" | "code" | "pre" | "link" | "emoji" | "quote";

/** As Telegram names them in its errors. */
const kindNames: Readonly<Record<Kind, string>> = {
  bold: "Bold",
  italic: "Italic",
  underline: "Underline",
  strikethrough: "Strikethrough",
  spoiler: "Spoiler",
  code: "Code",
  pre: "Pre",
  link: "TextUrl",
  emoji: "CustomEmoji",
  quote: "BlockQuote",
};

const marks: Readonly<Partial<Record<Kind, string>>> = {
  bold: "*",
  underline: "__",
  strikethrough: "~",
  spoiler: "||",
  code: "`",
  pre: "```",
  link: "]",
  emoji: "]",
};

interface Open {
  readonly kind: Kind;
  /** Where its content begins in the result. */
  readonly offset: number;
  /** Where its mark begins in the source. */
  readonly sourceAt: number;
  readonly language?: string;
}

interface Scan {
  readonly source: string;
  at: number;
  text: string;
  readonly open: Open[];
  readonly entities: MessageEntity[];
}

const reserved = "_*[]()~`>#+-=|{}.!";

/** Reads MarkdownV2. @throws MarkupError in Telegram's words. */
export function parseMarkdownV2(source: string): FormattedText {
  const scan: Scan = { source, at: 0, text: "", open: [], entities: [] };
  while (scan.at < source.length) step(scan);
  if (scan.open.at(-1)?.kind === "quote") endQuote(scan);
  const unclosed = scan.open.at(-1);
  if (unclosed !== undefined) throw unended(source, unclosed);
  return { text: scan.text, entities: scan.entities };
}

function step(scan: Scan): void {
  const { source, at } = scan;
  const character = source.charAt(at);
  const innermost = scan.open.at(-1);
  const isVerbatim = innermost?.kind === "code" || innermost?.kind === "pre";
  const escaped = source.charCodeAt(at + 1);
  if (character === "\\" && escaped > 0 && escaped <= 126) {
    take(scan, source.charAt(at + 1), 2);
  } else if (innermost !== undefined && isEnd(scan, innermost)) {
    end(scan, innermost);
  } else if (isVerbatim) {
    // Any other backquote would end the entity, so everything here is text.
    take(scan, character, 1);
  } else if (character === "\n" || (character === ">" && isLineStart(scan))) {
    lineBreakOrQuote(scan);
  } else if (reserved.includes(character)) {
    begin(scan);
  } else {
    take(scan, character, 1);
  }
}

function take(scan: Scan, text: string, sourceLength: number): void {
  scan.text += text;
  scan.at += sourceLength;
}

function isEnd({ source, at }: Scan, { kind }: Open): boolean {
  if (kind === "italic") return source.charAt(at) === "_" && source.charAt(at + 1) !== "_";
  const mark = marks[kind];
  return mark !== undefined && source.startsWith(mark, at);
}

function isLineStart({ text, at }: Scan): boolean {
  return at === 0 || text.endsWith("\n");
}

/** A quote is every line that begins with `>`; it ends at the first line break that no `>` follows. */
function lineBreakOrQuote(scan: Scan): void {
  const isInQuote = scan.open.some(({ kind }) => kind === "quote");
  if (scan.source.charAt(scan.at) === ">") {
    if (!isInQuote) scan.open.push({ kind: "quote", offset: scan.text.length, sourceAt: scan.at });
    scan.at += 1;
    return;
  }
  const isLastLine = scan.source.charAt(scan.at + 1) !== ">";
  if (isInQuote && isLastLine) {
    const innermost = scan.open.at(-1);
    if (innermost !== undefined && innermost.kind !== "quote") throw unended(scan.source, innermost);
    endQuote(scan);
  }
  take(scan, "\n", 1);
}

function endQuote(scan: Scan): void {
  const quote = scan.open.pop();
  if (quote === undefined) return;
  const length = scan.text.length - quote.offset;
  if (length > 0) scan.entities.push({ type: "blockquote", offset: quote.offset, length });
}

function begin(scan: Scan): void {
  const { source, at } = scan;
  const offset = scan.text.length;
  const push = (kind: Kind, markLength: number): void => {
    scan.open.push({ kind, offset, sourceAt: at });
    scan.at += markLength;
  };
  if (source.startsWith("```", at)) {
    beginPre(scan);
    return;
  }
  if (source.startsWith("__", at)) push("underline", 2);
  else if (source.startsWith("||", at)) push("spoiler", 2);
  else if (source.startsWith("![", at)) push("emoji", 2);
  else if (source.charAt(at) === "_") push("italic", 1);
  else if (source.charAt(at) === "*") push("bold", 1);
  else if (source.charAt(at) === "~") push("strikethrough", 1);
  else if (source.charAt(at) === "`") push("code", 1);
  else if (source.charAt(at) === "[") push("link", 1);
  else
    throw new MarkupError(`Character '${source.charAt(at)}' is reserved and must be escaped with the preceding '\\'`);
}

function beginPre(scan: Scan): void {
  const rest = scan.source.slice(scan.at + 3);
  const language = /^([^\s`]+)(?=\s)/.exec(rest)?.[1];
  const afterLanguage = rest.slice(language?.length ?? 0);
  const lineBreak = /^(?:\r\n|\n\r|\n|\r)/.exec(afterLanguage)?.[0] ?? "";
  const open: Open = { kind: "pre", offset: scan.text.length, sourceAt: scan.at };
  scan.open.push(language === undefined ? open : { ...open, language });
  scan.at += 3 + (language?.length ?? 0) + lineBreak.length;
}

function end(scan: Scan, open: Open): void {
  scan.open.pop();
  scan.at += open.kind === "italic" ? 1 : (marks[open.kind]?.length ?? 1);
  const { offset } = open;
  const length = scan.text.length - offset;
  // The address of a link is read even when there is no text to carry it.
  const entity = entityOf(scan, open, length);
  if (length > 0 && entity !== undefined) scan.entities.push(entity);
}

function entityOf(scan: Scan, { kind, offset, language }: Open, length: number): MessageEntity | undefined {
  switch (kind) {
    case "link":
      return linkEntity(readAddress(scan, "URL") ?? scan.text.slice(offset), offset, length);
    case "emoji":
      return emojiEntity(readAddress(scan, "custom emoji URL"), offset, length);
    case "pre":
      return language === undefined ? { type: "pre", offset, length } : { type: "pre", offset, length, language };
    case "quote":
      return { type: "blockquote", offset, length };
    case "bold":
    case "italic":
    case "underline":
    case "strikethrough":
    case "spoiler":
    case "code":
      return { type: kind, offset, length };
  }
  return undefined;
}

function emojiEntity(address: string | undefined, offset: number, length: number): MessageEntity {
  const id = /^tg:\/\/emoji\?id=([1-9]\d{0,18})$/.exec(address ?? "")?.[1];
  if (id !== undefined) return { type: "custom_emoji", offset, length, custom_emoji_id: id };
  const time = /^tg:\/\/time\?unix=(\d{1,10})(?:&format=(\w*))?$/.exec(address ?? "");
  if (time === null) throw new MarkupError("Custom emoji entity must contain a tg://emoji URL");
  return timeEntity(time[1] ?? "", time[2] ?? "", { offset, length });
}

/** `(address)` right after a `]`; undefined when there is none. */
function readAddress(scan: Scan, name: string): string | undefined {
  if (scan.source.charAt(scan.at) !== "(") return undefined;
  const begin = scan.at + 1;
  let address = "";
  let at = begin;
  while (at < scan.source.length && scan.source.charAt(at) !== ")") {
    if (scan.source.charAt(at) === "\\" && at + 1 < scan.source.length) at += 1;
    address += scan.source.charAt(at);
    at += 1;
  }
  if (at >= scan.source.length) {
    throw new MarkupError(`Can't find end of a ${name} at byte offset ${byteOffset(scan.source, begin)}`);
  }
  scan.at = at + 1;
  return address;
}

function unended(source: string, { kind, sourceAt, language }: Open): MarkupError {
  const name = kind === "pre" && language !== undefined ? "PreCode" : kindNames[kind];
  return new MarkupError(`Can't find end of ${name} entity at byte offset ${byteOffset(source, sourceAt)}`);
}
