import type { GatewayFailure, StarsGateway, StarTransaction } from "#kernel/ledger/index.ts";
import type { Clock } from "#kernel/lib/clock.ts";

/** How the next refund call goes wrong. `unclear_done`: it is done, and the answer is lost. */
export type BankFault = GatewayFailure | "unclear_done";

export class BankFailure extends Error {
  override readonly name = "BankFailure";
  readonly failure: GatewayFailure;

  constructor(failure: GatewayFailure) {
    super(`the bank: ${failure}`);
    this.failure = failure;
  }
}

/** Telegram's Stars as the ledger sees them: payments, refunds (once each) and the list of what moved. */
export interface StarBank extends StarsGateway {
  /** What moved, oldest first. A test may rearrange it. */
  readonly list: StarTransaction[];
  /** Somebody pays an invoice. @returns the charge id. */
  readonly pay: (payment: { readonly telegramId: number; readonly stars: number; readonly payload: string }) => string;
  /** A refund that nobody asked us for: a chargeback, or another program with the bot's token. */
  readonly refundElsewhere: (chargeId: string) => void;
  /** A line that is neither a payment of an invoice nor its refund. */
  readonly moveOther: (direction: "in" | "out", stars: number) => string;
  /** Makes the next refund calls fail so, one after the other; what was said before no longer counts. */
  readonly failRefunds: (...faults: readonly BankFault[]) => void;
  /** The same for changes of subscriptions. */
  readonly failEdits: (...faults: readonly BankFault[]) => void;
  /** Subscriptions that we have cancelled, by the charge id of their first payment. */
  readonly barred: ReadonlySet<string>;
  readonly failLookups: (failure: GatewayFailure | undefined) => void;
  /** The sandbox was started anew: nothing ever happened. */
  readonly forgetAll: () => void;
  readonly isRefunded: (chargeId: string) => boolean;
  /** How often `refund` was called. */
  readonly refundCalls: () => number;
  /** The offsets that were asked for. */
  readonly lookups: () => readonly number[];
}

export function makeStarBank(clock: Clock): StarBank {
  const list: StarTransaction[] = [];
  const faults: BankFault[] = [];
  const editFaults: BankFault[] = [];
  const barred = new Set<string>();
  const lookups: number[] = [];
  let lookupFailure: GatewayFailure | undefined;
  let names = 0;
  let refundCalls = 0;

  const isRefunded = (chargeId: string): boolean =>
    list.some(({ id, direction }) => id === chargeId && direction === "out");
  const payBack = (chargeId: string): void => {
    const payment = list.find(({ id, direction }) => id === chargeId && direction === "in");
    if (payment === undefined) throw new BankFailure("refused");
    list.push({ ...payment, direction: "out", at: clock.now() });
  };

  return {
    list,
    refund: async (_telegramId, chargeId) => {
      refundCalls += 1;
      const fault = faults.shift();
      if (fault === "unclear_done" && !isRefunded(chargeId)) payBack(chargeId);
      if (fault !== undefined) throw new BankFailure(fault === "unclear_done" ? "unclear" : fault);
      if (isRefunded(chargeId)) return "already_refunded";
      payBack(chargeId);
      return "refunded";
    },
    editSubscription: async (_telegramId, chargeId, { isCanceled }) => {
      const fault = editFaults.shift();
      if (fault === undefined || fault === "unclear_done") {
        if (isCanceled) barred.add(chargeId);
        else barred.delete(chargeId);
      }
      if (fault !== undefined) throw new BankFailure(fault === "unclear_done" ? "unclear" : fault);
    },
    barred,
    transactions: async (offset, limit) => {
      lookups.push(offset);
      if (lookupFailure !== undefined) throw new BankFailure(lookupFailure);
      return list.slice(offset, offset + Math.min(limit, 100));
    },
    pay: ({ telegramId, stars, payload }) => {
      names += 1;
      const id = `charge-${names}`;
      list.push({ id, stars, at: clock.now(), direction: "in", telegramId, invoicePayload: payload });
      return id;
    },
    refundElsewhere: payBack,
    moveOther: (direction, stars) => {
      names += 1;
      const id = `other-${names}`;
      list.push({ id, stars, at: clock.now(), direction, telegramId: undefined, invoicePayload: undefined });
      return id;
    },
    failRefunds: (...next) => {
      faults.splice(0, faults.length, ...next);
    },
    failEdits: (...next) => {
      editFaults.splice(0, editFaults.length, ...next);
    },
    failLookups: (failure) => {
      lookupFailure = failure;
    },
    forgetAll: () => {
      list.length = 0;
    },
    isRefunded,
    refundCalls: () => refundCalls,
    lookups: () => lookups,
  };
}
