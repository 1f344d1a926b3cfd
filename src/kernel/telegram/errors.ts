import type { ErrorDefinition } from "../lib/errors.ts";

export const fileTooLarge = {
  code: "telegram.file_too_large",
  status: 413,
  message: "the file is larger than {maxBytes} bytes",
} as const satisfies ErrorDefinition;

export const fileGone = {
  code: "telegram.file_gone",
  status: 404,
  message: "Telegram no longer has the file, or the bot never could read it",
} as const satisfies ErrorDefinition;
