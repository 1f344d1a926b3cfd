import type { MessageEntity } from "@grammyjs/types";

type DetectedType = "bot_command" | "mention" | "hashtag" | "cashtag" | "email" | "url";

/** What Telegram finds in every text by itself, without any markup. Order matters: an address is not a mention. */
const patterns: readonly (readonly [DetectedType, RegExp])[] = [
  [
    "url",
    /(?<![\p{L}\d_@./-])(?:https?:\/\/|tg:\/\/)[^\s<>"'«»]+|(?<![\p{L}\d_@./-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|me|dev|app|ai|co|kr|info|xyz)(?::\d{1,5})?(?:\/[^\s<>"'«»]*)?(?![\p{L}\d_@])/giu,
  ],
  ["email", /(?<![\p{L}\d_.+-])[a-z0-9_.+-]{1,64}@(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\p{L}\d_])/giu],
  ["bot_command", /(?<![\p{L}\p{N}_/<>])\/[a-z0-9_]{1,64}(?:@[a-z0-9_]{3,32})?(?![\p{L}\p{N}_/<>])/giu],
  ["mention", /(?<![\p{L}\p{N}_])@[a-z0-9_]{2,32}(?![\p{L}\p{N}_])/giu],
  ["hashtag", /(?<![\p{L}\d_\u200c])#(?=[\d_]*\p{L})[\p{L}\d_\u200c]{1,256}(?![\p{L}\d_\u200c#])/giu],
  ["cashtag", /(?<![$\p{L}\d_])\$(?:1INCH|[A-Z]{1,8})(?![$\p{L}\d_])/gu],
];

/** Entities of a text in order, never overlapping. Offsets count UTF-16 units, as the Bot API does. */
export function detectEntities(text: string): readonly MessageEntity[] {
  if (!/[/@#$.:]/.test(text)) return [];
  const found: MessageEntity[] = [];
  for (const [type, pattern] of patterns) {
    for (const match of text.matchAll(pattern)) {
      const value = type === "url" ? match[0].replace(/[.,:;!?)\]}]+$/, "") : match[0];
      const entity: MessageEntity = { type, offset: match.index, length: value.length };
      if (!found.some((other) => overlaps(other, entity))) found.push(entity);
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}

function overlaps(a: MessageEntity, b: MessageEntity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
