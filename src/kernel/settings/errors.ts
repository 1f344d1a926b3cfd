import type { ErrorDefinition } from "../lib/errors.ts";

export const invalidSetting = {
  code: "settings.invalid",
  status: 422,
  message: "{section}: {field}: {expected}",
} as const satisfies ErrorDefinition;
