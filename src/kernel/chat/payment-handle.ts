import { createHash } from "node:crypto";

import type { Payment } from "../ledger/index.ts";

/** Charge ids are longer than a button may carry: the press is matched against the person's own payments. */
export function paymentHandle({ chargeId }: Pick<Payment, "chargeId">): string {
  return createHash("sha256").update(chargeId).digest("base64url").slice(0, 16);
}
