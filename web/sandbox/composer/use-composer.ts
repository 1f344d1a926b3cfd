import type { Message } from "@grammyjs/types";
import { useEffect, useState } from "preact/hooks";

import type { ChatView } from "../../../src/sandbox/protocol.ts";
import { forcedReply, replyKeyboard } from "../model/reply-keyboard.ts";
import type { ReplyKeyboard } from "../model/reply-keyboard.ts";
import type { Draft } from "../session/drafts.ts";
import { useSession, useSlice } from "../session/use-session.ts";

export interface ComposerState {
  readonly draft: Draft;
  readonly keyboard: ReplyKeyboard | undefined;
  readonly replyTo: Message | undefined;
  readonly isPadOpen: boolean;
  readonly setPadOpen: (isOpen: boolean) => void;
  readonly write: (text: string) => void;
  /** Sends at once; when the sandbox does not take it, the text comes back into the field. */
  readonly send: (text: string) => void;
  /** What was written and answered has been sent in another way. */
  readonly clear: () => void;
  /** Gives up replying, or changing a sent message. */
  readonly cancel: () => void;
}

/** Telegram's limit for one message, in UTF-16 units. */
const longestText = 4096;

export function useComposer(chat: ChatView, threadId: number | undefined): ComposerState {
  const session = useSession();
  const { drafts, api, attempt, toasts, texts, formats } = session;
  const meId = useSlice((state) => state.me.id);
  const messages = useSlice((state) => state.messages[chat.id]) ?? [];
  const place = { meId, chatId: chat.id, threadId };
  const draft = drafts.of(place);
  const keyboard = replyKeyboard(chat);
  const forced = forcedReply(chat, messages)?.message;
  const replyTo = draft.replyTo ?? (forced?.message_id === draft.declined ? undefined : forced);
  const [isPadOpen, setPadOpen] = useState(true);
  useEffect(() => {
    setPadOpen(true);
  }, [keyboard?.messageId]);

  const deliver = async (text: string): Promise<void> => {
    const { editing } = draft;
    drafts.change(place, { text: "", replyTo: undefined, editing: undefined });
    const sent = await attempt(async () => {
      if (editing !== undefined) return await api.editText({ chatId: chat.id, messageId: editing.message_id, text });
      return await api.sendText({
        chatId: chat.id,
        text,
        ...(threadId === undefined ? {} : { threadId }),
        ...(replyTo === undefined ? {} : { replyToMessageId: replyTo.message_id }),
      });
    });
    if (sent === undefined) drafts.change(place, draft);
  };
  const send = (text: string): void => {
    if (text.trim() === "") return;
    if (text.length > longestText) {
      toasts.show(texts.value.composer.tooLong(formats.value.number(longestText)));
      return;
    }
    if (keyboard?.isOneTime === true) setPadOpen(false);
    void deliver(text);
  };
  return {
    draft,
    keyboard,
    replyTo,
    isPadOpen,
    setPadOpen,
    send,
    write: (text) => {
      drafts.change(place, { text });
    },
    clear: () => {
      drafts.change(place, { text: "", replyTo: undefined });
    },
    cancel: () => {
      if (draft.editing === undefined) drafts.change(place, { replyTo: undefined, declined: forced?.message_id });
      else drafts.change(place, { editing: undefined, text: "" });
    },
  };
}
