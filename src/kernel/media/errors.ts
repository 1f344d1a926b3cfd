import type { ErrorDefinition } from "../lib/errors.ts";

export const mediaTooLarge = {
  code: "media.too_large",
  status: 413,
  message: "the file is larger than {maxBytes} bytes",
} as const satisfies ErrorDefinition;

export const mediaGone = {
  code: "media.gone",
  status: 410,
  message: "the file {id} is not there any more",
} as const satisfies ErrorDefinition;
