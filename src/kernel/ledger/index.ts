export { makeAdjusting } from "./adjust.ts";
export { readBalance } from "./book.ts";
export { createLedger, type LedgerModule } from "./create-ledger.ts";
export type { JudgeHold, LedgerDeps } from "./deps.ts";
export { makeStarsDesk } from "./desk.ts";
export type * from "./ledger.ts";
export { type LedgerPersonalData, ledgerPersonalData } from "./personal-data.ts";
export { packsOf, starsSettings, type StarsSettings } from "./settings.ts";
export { type LedgerViolation, ledgerViolations } from "./violations.ts";
