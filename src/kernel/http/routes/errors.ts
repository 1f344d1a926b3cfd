import type { ErrorDefinition } from "../../lib/errors.ts";

export const noRecipients = {
  code: "notifications.no_recipients",
  status: 400,
  message: "give either chat_ids or audience",
} as const satisfies ErrorDefinition;

export const imageTooLarge = {
  code: "notifications.image_too_large",
  status: 413,
  message: "image.base64: expected at most {megabytes} MB",
} as const satisfies ErrorDefinition;

export const noPrivateChat = {
  code: "users.no_private_chat",
  status: 409,
  message: "this person has no private chat with the bot: it begins with /start",
} as const satisfies ErrorDefinition;

export const unknownTopic = {
  code: "delivery.unknown_topic",
  status: 404,
  message: "there is no topic {topic} that can be set",
} as const satisfies ErrorDefinition;
