import type { ErrorDefinition } from "../lib/errors.ts";

export const unknownTopic = {
  code: "delivery.unknown_topic",
  status: 404,
  message: "there is no topic {topic} that can be set",
} as const satisfies ErrorDefinition;

export const impossibleQuietHours = {
  code: "delivery.impossible_quiet_hours",
  status: 422,
  message:
    "expected two different minutes of the day from 0 to 1439 and an IANA time zone, got {from}, {to} and {timeZone}",
} as const satisfies ErrorDefinition;

export const badCursor = {
  code: "delivery.bad_cursor",
  status: 400,
  message: "the cursor is not one that this list gave",
} as const satisfies ErrorDefinition;
