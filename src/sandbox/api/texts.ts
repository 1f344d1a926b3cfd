import type { MessageEntity, ParseMode } from "@grammyjs/types";

import { fixFormattedText } from "../text/fix-entities.ts";
import { MarkupError } from "../text/formatted-text.ts";
import type { FormattedText } from "../text/formatted-text.ts";
import { parseHtml } from "../text/parse-html.ts";
import { parseMarkdownV2 } from "../text/parse-markdown-v2.ts";
import { parseMarkdown } from "../text/parse-markdown.ts";
import { badRequest } from "./bot-api-error.ts";

export interface RawText {
  readonly text: string;
  readonly parseMode: ParseMode | undefined;
  readonly entities: readonly MessageEntity[] | undefined;
}

export interface ReadText {
  readonly text: string;
  readonly entities: MessageEntity[];
}

/** Telegram does not even parse more than this. */
const longestSource = 32_768;
const longestCaption = 1024;

const parsers: Readonly<Record<ParseMode, (source: string) => FormattedText>> = {
  HTML: parseHtml,
  MarkdownV2: parseMarkdownV2,
  Markdown: parseMarkdown,
};

/** A text as people will see it. With a `parse_mode` the entities of the call do not count, as in Telegram. */
export function readText({ text, parseMode, entities }: RawText): ReadText {
  if (Buffer.byteLength(text) > longestSource) throw badRequest("text is too long");
  if (parseMode === undefined) return fixFormattedText({ text, entities: checkEntities(text, entities ?? []) });
  try {
    return fixFormattedText(parsers[parseMode](text));
  } catch (error) {
    if (error instanceof MarkupError) throw badRequest(`can't parse entities: ${error.message}`);
    throw error;
  }
}

/** Entities beyond the text are left out; those that would cut a character in two are refused. */
function checkEntities(text: string, entities: readonly MessageEntity[]): readonly MessageEntity[] {
  const within = entities.filter(({ offset, length }) => offset >= 0 && length > 0 && offset + length <= text.length);
  for (const { offset, length } of within) {
    if (cutsCharacter(text, offset)) throw badRequest("entity begins at the middle of a UTF-16 symbol");
    if (cutsCharacter(text, offset + length)) throw badRequest("entity ends at the middle of a UTF-16 symbol");
  }
  return within;
}

function cutsCharacter(text: string, at: number): boolean {
  return /^[\udc00-\udfff]/.test(text.slice(at)) && /[\ud800-\udbff]$/.test(text.slice(0, at));
}

export interface CaptionParams {
  readonly caption?: string;
  readonly parse_mode?: ParseMode;
  readonly caption_entities?: readonly MessageEntity[];
  readonly show_caption_above_media?: boolean;
}

/** The caption of a media message as message fields; none when it is empty. */
export function readCaption(params: CaptionParams): {
  caption?: string;
  caption_entities?: MessageEntity[];
  show_caption_above_media?: true;
} {
  const { text, entities } = readText({
    text: params.caption ?? "",
    parseMode: params.parse_mode,
    entities: params.caption_entities,
  });
  if (text.length > longestCaption) throw badRequest("message caption is too long");
  return {
    ...(text === "" ? {} : { caption: text }),
    ...(entities.length === 0 ? {} : { caption_entities: entities }),
    ...(params.show_caption_above_media ? { show_caption_above_media: true } : {}),
  };
}
