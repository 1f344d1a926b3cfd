import type { Message } from "grammy/types";

/** What somebody asked for, as it stands in the chat. */
export interface Prompt {
  readonly text: string;
  /** The largest size of a photo, or a picture that was sent as a file. */
  readonly imageFileId?: string | undefined;
  readonly messageId: number;
}

/** What may stand before the words: the command, with either prefix, or in a group the bot's name. */
const command = /^[/!.#$%&?~-]generate(?:@\w+)?(?:\s+|$)/i;
const commandOrName = /^(?:[/!.#$%&?~-]generate(?:@\w+)?|@\w+)(?:[\s,:]+|$)/i;

/**
 * The prompt in a message: its words, and its picture or that of the message it answers; undefined when it has neither.
 * Telegram shows a button's press with the message that the card answers (though not with what that one answers in its
 * turn), so a prompt can be used again although we have kept nothing of it. Words that a message of the bot quotes are a
 * prompt too: they came from another chat and stand nowhere else.
 */
export function promptOf(message: Message | undefined): Prompt | undefined {
  if (message === undefined) return undefined;
  const said = message.from?.is_bot === true ? quotedWords(message) : (message.text ?? message.caption ?? "");
  const text = said.replace(message.chat.type === "private" ? command : commandOrName, "").trim();
  const imageFileId = pictureIn(message) ?? pictureIn(message.reply_to_message);
  if (text === "" && imageFileId === undefined) return undefined;
  return { text, imageFileId, messageId: message.message_id };
}

function quotedWords({ text = "", entities = [] }: Message): string {
  const quote = entities.find(({ type }) => type === "blockquote" || type === "expandable_blockquote");
  return quote === undefined ? "" : text.slice(quote.offset, quote.offset + quote.length);
}

/** What a person shows; not what the bot has made. */
function pictureIn(message: Message | undefined): string | undefined {
  if (message === undefined || message.from?.is_bot === true) return undefined;
  const { photo, document } = message;
  const isPicture = document?.mime_type?.startsWith("image/") === true;
  return photo?.at(-1)?.file_id ?? (isPicture ? document.file_id : undefined);
}
