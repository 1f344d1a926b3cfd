import type { Accounts } from "../accounts/index.ts";
import type { Db } from "../db/index.ts";
import type { Delivery } from "../delivery/index.ts";
import type { ChatParts, PersonalData } from "../feature.ts";
import type { JobQueue } from "../jobs/index.ts";
import type { Entitlement, Ledger } from "../ledger/index.ts";
import type { Cipher } from "../lib/cipher.ts";
import type { Clock } from "../lib/clock.ts";
import type { Ids } from "../lib/ids.ts";
import type { Texts } from "../lib/texts.ts";
import type { MediaStore } from "../media/index.ts";
import type { Logger } from "../observability/index.ts";
import type { Settings } from "../settings/index.ts";
import type { Command, DeepLink, StartLink, TelegramMembers } from "../telegram/index.ts";

/** Paid every 30 days by whoever follows its link. */
export interface MonthlyInvoice {
  /** At most 32 characters. */
  readonly title: string;
  /** At most 255 characters. */
  readonly description: string;
  /** The order's id. */
  readonly payload: string;
  readonly stars: number;
}

/** What the kernel's own commands work with. */
export interface ChatDeps {
  readonly db: Db;
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly delivery: Delivery;
  readonly media: MediaStore;
  readonly jobs: JobQueue;
  readonly members: TelegramMembers;
  readonly settings: Settings;
  readonly texts: Texts;
  readonly deepLink: DeepLink;
  readonly cipher: Cipher;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  /** What takes part in the chat besides the kernel, in the order in which it is shown. */
  readonly features: readonly ChatParts[];
  /** What plans can grant besides credits. */
  readonly entitlements: readonly Entitlement[];
  /** Asks Telegram for the link of a monthly invoice. @throws the Bot API client's errors. */
  readonly invoiceLink: (invoice: MonthlyInvoice) => Promise<string>;
  /** Everything that keeps something about people. */
  readonly personalData: readonly (PersonalData & { readonly owner: string })[];
  /** Every command of the program, for `/help`. Read when needed: it includes the kernel's own. */
  readonly commands: () => readonly Command[];
  /** Everything that `/start` can be told. Read when needed: it includes the kernel's own. */
  readonly startLinks: () => readonly StartLink[];
}
