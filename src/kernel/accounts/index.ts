export type * from "./account.ts";
export { type AccountsDeps, createAccounts } from "./accounts.ts";
