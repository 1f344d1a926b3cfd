import type { ErrorDefinition } from "../lib/errors.ts";

export const unknownTimeZone = {
  code: "accounts.unknown_time_zone",
  status: 422,
  message: "there is no time zone {timeZone}: expected an IANA name, such as Asia/Seoul",
} as const satisfies ErrorDefinition;

export const unknownUser = {
  code: "accounts.unknown_user",
  status: 404,
  message: "there is no user {userId}",
} as const satisfies ErrorDefinition;

export const invalidApiKeyName = {
  code: "accounts.invalid_api_key_name",
  status: 422,
  message: "name: expected 1 to 100 characters",
} as const satisfies ErrorDefinition;

export const invalidScope = {
  code: "accounts.invalid_scope",
  status: 422,
  message: "scopes: {scope} is not a scope: expected at least one like notify:write, signals:* or *",
} as const satisfies ErrorDefinition;

export const invalidIpRange = {
  code: "accounts.invalid_ip_range",
  status: 422,
  message: "allowed_ips: {range} is neither an address nor a CIDR range, such as 203.0.113.7 or 2001:db8::/32",
} as const satisfies ErrorDefinition;
