export { makeAdjusting } from "./adjust.ts";
export { readBalance } from "./book.ts";
export { createLedger, type LedgerModule } from "./create-ledger.ts";
export type { JudgeHold, LedgerDeps } from "./deps.ts";
export { makeStarsDesk } from "./desk.ts";
export type * from "./gift.ts";
export type * from "./ledger.ts";
export { type LedgerPersonalData, ledgerPersonalData } from "./personal-data.ts";
export type * from "./promo-code.ts";
export { makePromoCodes } from "./promo-codes.ts";
export type * from "./referral.ts";
export { refundSettings, rewardSettings } from "./reward-settings.ts";
export { periodSeconds } from "./subscription.ts";
export type * from "./subscription.ts";
export {
  type CreditTotals,
  rankBalances,
  type RankedBalance,
  readCreditTotals,
  readStarDays,
  type StarDay,
} from "./overview.ts";
export { packsOf, starsSettings, type StarsSettings } from "./settings.ts";
export { type LedgerViolation, ledgerViolations } from "./violations.ts";
