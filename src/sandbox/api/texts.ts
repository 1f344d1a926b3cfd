import type { MessageEntity, ParseMode } from "@grammyjs/types";

import { detectEntities } from "../text/detect-entities.ts";
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

/** A text as people will see it: markup turned into entities, ends trimmed, links and commands found. */
export function readText({ text }: RawText): ReadText {
  const trimmed = text.trim();
  return { text: trimmed, entities: [...detectEntities(trimmed)] };
}

const longestCaption = 1024;

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
