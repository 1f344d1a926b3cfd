import type { Message, User } from "@grammyjs/types";

import type { Person } from "../../../src/sandbox/protocol.ts";

export function userName(user: Pick<User, "first_name" | "last_name">): string {
  return [user.first_name, user.last_name].filter(Boolean).join(" ");
}

export function personName(person: Pick<Person, "firstName" | "lastName">): string {
  return [person.firstName, person.lastName].filter(Boolean).join(" ");
}

/** Who a message shows as its sender. */
export function senderName(message: Message): string {
  if (message.sender_chat?.title !== undefined) return message.sender_chat.title;
  return message.from === undefined ? "" : userName(message.from);
}

/** Where a forwarded message came from. */
export function originName(origin: NonNullable<Message["forward_origin"]>): string {
  switch (origin.type) {
    case "user":
      return userName(origin.sender_user);
    case "hidden_user":
      return origin.sender_user_name;
    case "chat":
      return origin.sender_chat.title ?? "";
    case "channel":
      return origin.chat.title ?? "";
  }
}
