import type { Db, Tx } from "../db/index.ts";
import type { Balance, Credits } from "./ledger.ts";

/** A word that gives credits to whoever has it. */
export interface PromoCode {
  /** In upper case. */
  readonly code: string;
  readonly credits: Credits;
  readonly mostUses: number;
  readonly uses: number;
  /** Only for who has never paid, and one such code per person. */
  readonly newPeopleOnly: boolean;
  readonly expiresAt: Date | undefined;
  readonly switchedOff: boolean;
  readonly createdAt: Date;
}

export interface NewPromoCode {
  /** 3 to 32 of `A-Z`, `0-9`, `-` and `_`, in any case. */
  readonly code: string;
  readonly credits: Credits;
  readonly mostUses: number;
  readonly newPeopleOnly: boolean;
  readonly expiresAt: Date | undefined;
  readonly actor: string;
}

export interface PromoCodes {
  /**
   * With a line in the audit log.
   * @throws AppError `ledger.invalid_promo_code`, `ledger.invalid_amount`.
   */
  readonly create: (
    tx: Tx,
    code: NewPromoCode,
  ) => Promise<{ readonly ok: true; readonly promo: PromoCode } | { readonly ok: false; readonly reason: "taken" }>;
  readonly find: (db: Db, code: string) => Promise<PromoCode | undefined>;
  /** Newest first. */
  readonly list: (db: Db, limit: number) => Promise<readonly PromoCode[]>;
  /** Nobody can use it any more; with a line in the audit log. @returns whether it was this call that did it. */
  readonly switchOff: (tx: Tx, code: string, actor: string) => Promise<boolean>;
  /**
   * Gives the person the credits of the code, once per code and Telegram account for ever. Why it does not is not said:
   * whoever guesses learns nothing. After `mostWrongTries` within an hour nothing is looked up for him.
   */
  readonly redeem: (
    tx: Tx,
    of: { readonly userId: number; readonly code: string },
  ) => Promise<
    | { readonly ok: true; readonly credits: Credits; readonly balance: Balance }
    | { readonly ok: false; readonly reason: "not_valid" | "too_many_tries" }
  >;
}
