import type { Clock } from "../lib/clock.ts";
import type { Stars } from "./ledger.ts";
import { listSuspended, makeAssignPayment } from "./payments.ts";
import { listRequested, toRequest } from "./refund-row.ts";

/** What waits for a person's decision, for the executable: nothing here asks Telegram. */
export function makeStarsDesk(deps: {
  readonly clock: Clock;
}): Pick<Stars, "suspended" | "openRefunds" | "assignPayment"> {
  return {
    suspended: listSuspended,
    openRefunds: async (db) => (await listRequested(db)).map(toRequest),
    assignPayment: makeAssignPayment(deps),
  };
}
