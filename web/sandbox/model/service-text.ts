import type { Message } from "@grammyjs/types";

import type { Dictionary } from "../../shared/i18n/dictionary.ts";
import { senderName, userName } from "./names.ts";
import { previewText } from "./preview.ts";

export interface ServiceView {
  readonly texts: Dictionary;
  readonly meId: number;
  readonly botName: string;
  readonly number: (value: number) => string;
}

type Say = (message: Message, view: ServiceView) => string | undefined;

/** One line for each kind of service message the sandbox makes; the first that answers is shown. */
const sayings: readonly Say[] = [payment, people, group, topic, others];

/** The line in the middle of the chat; a service message of an unknown kind is called just that. */
export function serviceText(message: Message, view: ServiceView): string {
  for (const say of sayings) {
    const line = say(message, view);
    if (line !== undefined) return line;
  }
  return view.texts.service.unknown;
}

function payment(message: Message, { texts, meId, botName, number }: ServiceView): string | undefined {
  const { successful_payment: paid, refunded_payment: refunded } = message;
  if (refunded !== undefined) return texts.service.refunded(texts.common.stars(number(refunded.total_amount)), botName);
  if (paid === undefined) return undefined;
  const amount = texts.common.stars(number(paid.total_amount));
  if (paid.is_recurring === true && paid.is_first_recurring !== true) return texts.service.renewed(amount, botName);
  const payer = message.from;
  return payer === undefined || payer.id === meId || payer.is_bot
    ? texts.service.paid(amount, botName)
    : texts.service.paidBy(userName(payer), amount, botName);
}

function people(message: Message, { texts }: ServiceView): string | undefined {
  const who = senderName(message);
  if (message.new_chat_members !== undefined) {
    return texts.service.joined(who, message.new_chat_members.map(userName).join(", "));
  }
  if (message.left_chat_member !== undefined) return texts.service.left(who, userName(message.left_chat_member));
  return undefined;
}

function group(message: Message, { texts: { service } }: ServiceView): string | undefined {
  const who = senderName(message);
  if (message.group_chat_created === true || message.supergroup_chat_created === true) {
    return service.created(who, message.chat.title ?? "");
  }
  if (message.new_chat_title !== undefined) return service.renamed(who, message.new_chat_title);
  if (message.new_chat_photo !== undefined) return service.photo(who);
  if (message.delete_chat_photo === true) return service.photoGone(who);
  if (message.migrate_to_chat_id !== undefined || message.migrate_from_chat_id !== undefined) return service.migrated;
  return undefined;
}

function topic(message: Message, { texts: { service } }: ServiceView): string | undefined {
  if (message.forum_topic_created !== undefined) return service.topicCreated(message.forum_topic_created.name);
  if (message.forum_topic_edited !== undefined) return service.topicEdited;
  if (message.forum_topic_closed !== undefined) return service.topicClosed;
  if (message.forum_topic_reopened !== undefined) return service.topicReopened;
  return undefined;
}

function others(message: Message, { texts }: ServiceView): string | undefined {
  const pinned = message.pinned_message;
  if (pinned !== undefined) {
    return texts.service.pinned(senderName(message), shorten(previewText(pinned, texts)));
  }
  return message.write_access_allowed === undefined ? undefined : texts.service.allowed;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39).trimEnd()}…` : text;
}
