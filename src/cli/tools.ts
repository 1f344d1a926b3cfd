import type { Accounts } from "#kernel/accounts/index.ts";
import type { Config } from "#kernel/config/index.ts";
import type { Database, Db } from "#kernel/db/index.ts";
import type { Delivery } from "#kernel/delivery/index.ts";
import type { Ledger, PromoCodes } from "#kernel/ledger/index.ts";
import type { Cipher } from "#kernel/lib/cipher.ts";
import type { Texts } from "#kernel/lib/texts.ts";
import type { Settings } from "#kernel/settings/index.ts";

/** What commands work with. */
export interface Tools {
  readonly db: Db;
  readonly accounts: Accounts;
  readonly cipher: Cipher;
  /** For a command that joins the whole program. */
  readonly storage: { readonly config: Config; readonly database: Database };
  readonly settings: Pick<Settings, "read" | "write">;
  readonly ledger: Pick<Ledger, "adjust" | "balance">;
  readonly stars: Pick<Ledger["stars"], "suspended" | "openRefunds" | "assignPayment">;
  readonly promo: PromoCodes;
  readonly deliveries: Pick<Delivery, "enqueue" | "find" | "list" | "retry">;
  readonly texts: Texts;
  /** Puts a dead background job back into its queue. @returns whether there was one. */
  readonly redrive: (id: string) => Promise<boolean>;
}

/** Runs with the words after its name. @returns what is printed. @throws UsageError, AppError. */
export type CliCommand = (tools: Tools, args: readonly string[]) => Promise<string>;
