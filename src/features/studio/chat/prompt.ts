import type { Message } from "grammy/types";

/** What somebody asked for, as it stands in the chat. */
export interface Prompt {
  readonly text: string;
  /** The largest size of a photo, or a picture that was sent as a file. */
  readonly imageFileId: string | undefined;
  readonly messageId: number;
}

/**
 * The prompt in a message: its text, or its caption and picture; undefined when it has neither. Telegram shows a button's
 * press with the message that the card answers, so a prompt can be used again although we have kept nothing of it.
 */
export function promptOf(message: Message | undefined): Prompt | undefined {
  if (message === undefined) return undefined;
  const text = (message.text ?? message.caption ?? "").trim();
  const imageFileId = message.photo?.at(-1)?.file_id ?? pictureFile(message);
  if (text === "" && imageFileId === undefined) return undefined;
  return { text, imageFileId, messageId: message.message_id };
}

function pictureFile({ document }: Message): string | undefined {
  return document?.mime_type?.startsWith("image/") === true ? document.file_id : undefined;
}
