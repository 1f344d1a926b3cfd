export type * from "./account.ts";
export { type AccountsDeps, accountsMigrations, createAccounts } from "./accounts.ts";
