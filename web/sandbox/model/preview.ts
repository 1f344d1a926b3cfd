import type { Message } from "@grammyjs/types";

import type { Dictionary } from "../../shared/i18n/dictionary.ts";
import { contentKind, otherKind, textOf } from "./content.ts";

/** A message in one line: its text or caption, else what kind of thing it is. Hidden text stays hidden. */
export function previewText(message: Message, texts: Dictionary): string {
  const text = hideSpoilers(message).replaceAll(/\s+/g, " ").trim();
  const label = kindLabel(message, texts);
  return text === "" ? label : text;
}

/** What kind of thing a message without text is; empty for text and service messages. */
function kindLabel(message: Message, texts: Dictionary): string {
  const kind = contentKind(message);
  if (kind === "text" || kind === "service") return "";
  if (kind === "other") {
    const other = otherKind(message);
    return other === undefined ? "" : texts.message.other[other];
  }
  if (kind === "sticker") return [message.sticker?.emoji, texts.message.sticker].filter(Boolean).join(" ");
  return ownName(message) ?? texts.message[kind];
}

/** Invoices, files and music are known by their own names. */
function ownName({ invoice, document, audio }: Message): string | undefined {
  return invoice?.title ?? audio?.title ?? document?.file_name;
}

function hideSpoilers(message: Message): string {
  let text = textOf(message);
  for (const entity of message.entities ?? message.caption_entities ?? []) {
    if (entity.type !== "spoiler") continue;
    const end = entity.offset + entity.length;
    text = text.slice(0, entity.offset) + "▒".repeat(text.slice(entity.offset, end).length) + text.slice(end);
  }
  return text;
}
