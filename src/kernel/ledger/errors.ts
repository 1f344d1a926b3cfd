import type { ErrorDefinition } from "../lib/errors.ts";

export const invalidAmount = {
  code: "ledger.invalid_amount",
  status: 422,
  message: "the amount {amount} does not fit a {kind}",
} as const satisfies ErrorDefinition;

/** The same key with other contents: answering "done" would hide that the second request was never carried out. */
export const referenceReused = {
  code: "ledger.reference_reused",
  status: 409,
  message: "the reference {reference} was used before for something else",
} as const satisfies ErrorDefinition;

export const invalidPromoCode = {
  code: "ledger.invalid_promo_code",
  status: 422,
  message: "{code} cannot be a promo code: expected 3 to 32 letters from A to Z, digits, - or _",
} as const satisfies ErrorDefinition;
