import type { ErrorDefinition } from "../lib/errors.ts";

/** Refusals of the HTTP layer itself. Features have catalogues of their own. */
export const unauthorized = {
  code: "http.unauthorized",
  status: 401,
  message: "a valid API key is needed: Authorization: Bearer <key>",
} as const satisfies ErrorDefinition;

export const missingScope = {
  code: "http.missing_scope",
  status: 403,
  message: "this API key does not have the scope {scope}",
} as const satisfies ErrorDefinition;

export const signInNeeded = {
  code: "http.sign_in_needed",
  status: 401,
  message: "a valid token of a web user is needed: Authorization: Bearer <JWT>",
} as const satisfies ErrorDefinition;

export const tokenExpired = {
  code: "http.token_expired",
  status: 401,
  message: "the token has expired: sign in again",
} as const satisfies ErrorDefinition;

export const signInOff = {
  code: "http.sign_in_off",
  status: 401,
  message: "web users cannot sign in here: neither JWT_SECRET nor JWT_JWKS_URL is set",
} as const satisfies ErrorDefinition;

export const signInUnavailable = {
  code: "http.sign_in_unavailable",
  status: 503,
  message: "the keys of the sign-in service cannot be read: try again shortly",
} as const satisfies ErrorDefinition;

export const adminsOnly = {
  code: "http.admins_only",
  status: 403,
  message: "only an admin may do this",
} as const satisfies ErrorDefinition;

export const notFound = {
  code: "http.not_found",
  status: 404,
  message: "there is nothing here",
} as const satisfies ErrorDefinition;

export const otherSite = {
  code: "http.other_site",
  status: 403,
  message: "only the page of this program may ask for this",
} as const satisfies ErrorDefinition;

export const demoRunning = {
  code: "http.demo_running",
  status: 409,
  message: "a demo is being made already: it takes a few seconds",
} as const satisfies ErrorDefinition;

export const invalidRequest = {
  code: "http.invalid_request",
  status: 400,
  message: "the request is not valid",
} as const satisfies ErrorDefinition;

export const tooManyRequests = {
  code: "http.too_many_requests",
  status: 429,
  message: "too many requests: try again in {seconds} s",
} as const satisfies ErrorDefinition;

export const idempotencyKeyReused = {
  code: "http.idempotency_key_reused",
  status: 422,
  message: "this Idempotency-Key was used for another request",
} as const satisfies ErrorDefinition;

export const invalidIdempotencyKey = {
  code: "http.invalid_idempotency_key",
  status: 400,
  message: "Idempotency-Key: expected 1 to 255 printable characters",
} as const satisfies ErrorDefinition;

export const internalError = {
  code: "http.internal_error",
  status: 500,
  message: "something went wrong on our side",
} as const satisfies ErrorDefinition;

export const unavailable = {
  code: "http.unavailable",
  status: 503,
  message: "the database does not answer: try again shortly",
} as const satisfies ErrorDefinition;
