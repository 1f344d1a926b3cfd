import type { ErrorDefinition } from "#kernel/lib/errors.ts";

/** The same for an unknown job, a wrong signature, an old one and a repeat: a stranger learns nothing. */
export const callbackRefused = {
  code: "studio.callback_refused",
  status: 404,
  message: "there is nothing here",
} as const satisfies ErrorDefinition;
