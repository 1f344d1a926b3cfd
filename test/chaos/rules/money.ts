import { type History, ofType } from "../history.ts";
import { acceptedByToken, deliveriesByToken, during, type Rule, type Violation } from "./rule.ts";

/** Telegram gives the bot so long for a pre-checkout query. */
const answerableMs = 10_000;

/** Money comes once and goes once. */
export const moneyRules: readonly Rule[] = [
  {
    name: "the ledger is right",
    says: "none of the ledger's invariants is broken",
    check: ({ ledgerViolations }) => ledgerViolations.map((detail) => ({ detail })),
  },
  {
    name: "every payment is credited once",
    says: "each charge is booked once, however often Telegram tells of it, and nothing else is",
    check: ({ journal, payments }) => {
      const charges = ofType(journal, "charged");
      const known = new Set(charges.map(({ chargeId }) => chargeId));
      const missing = charges.flatMap(({ chargeId, personId, stars }): readonly Violation[] => {
        const payment = payments.find((row) => row.charge_id === chargeId);
        const isRight = payment?.state === "credited" && payment.booked === 1 && payment.stars === stars;
        if (isRight) return [];
        const is = payment === undefined ? "not there" : `${payment.state}, booked ${payment.booked} times`;
        return [{ detail: `payment is ${is}`, chatId: personId, token: chargeId }];
      });
      const invented = payments.filter((row) => !known.has(row.charge_id));
      return [...missing, ...invented.map((row) => ({ detail: `nobody paid ${row.charge_id}` }))];
    },
  },
  {
    name: "every payment has one receipt",
    says: "a payment is acknowledged to whoever paid, by one delivery",
    check: (history) => {
      const [accepted, deliveries] = [acceptedByToken(history), deliveriesByToken(history)];
      return ofType(history.journal, "charged").flatMap(
        ({ personId: chatId, chargeId: token }): readonly Violation[] => {
          const made = deliveries(chatId, token);
          if (made.length === 1 && (accepted(chatId, token).length > 0 || made[0]?.state === "unknown")) return [];
          return [
            { detail: `${made.length} receipts, of which ${accepted(chatId, token).length} came`, chatId, token },
          ];
        },
      );
    },
  },
  {
    name: "refunds are booked",
    says: "what Telegram has paid back is booked as refunded, and nothing else is",
    check: ({ journal, payments }) => {
      const refunded = new Set(ofType(journal, "refunded").map(({ chargeId }) => chargeId));
      return payments.flatMap((row): readonly Violation[] => {
        const isBooked = row.refund?.split(",").includes("refunded") === true;
        if (isBooked === refunded.has(row.charge_id)) return [];
        const there = refunded.has(row.charge_id) ? "paid back" : "not paid back";
        return [{ detail: `${there}, and the refund is ${row.refund ?? "unknown"}`, token: row.charge_id }];
      });
    },
  },
  {
    name: "videos are paid when they arrive",
    says: "credits are taken for a video that has arrived, given back for any other, and held for none",
    check: ({ films, sends }) =>
      films.flatMap(({ chat_id: chatId, state, hold }): readonly Violation[] => {
        const videos = sends.filter(
          (send) => send.chatId === chatId && send.method === "sendVideo" && send.fate === "accepted",
        );
        const isRight = state === "delivered" ? hold === "captured" && videos.length > 0 : hold === "released";
        return isRight ? [] : [{ detail: `${state}, the credits are ${hold}, ${videos.length} videos came`, chatId }];
      }),
  },
  {
    name: "every pre-checkout is answered",
    says: "Telegram has its answer within 10 s, unless something was wrong in this time",
    check: (history) =>
      preCheckouts(history).flatMap(({ queryId, ms, tookMs }): readonly Violation[] => {
        if (tookMs !== undefined) return [];
        const isExcused = history.deeds.some(
          (deed) => during(deed, ms) || (deed.beganMs > ms && deed.beganMs < ms + answerableMs),
        );
        return isExcused ? [] : [{ detail: `${queryId} was not answered` }];
      }),
  },
];

/** How long each question waited; undefined: for ever. */
export function preCheckouts({ journal }: History): readonly {
  readonly queryId: string;
  readonly ms: number;
  readonly tookMs: number | undefined;
}[] {
  const answers = new Map(ofType(journal, "answered").map(({ queryId, ms }) => [queryId, ms]));
  return ofType(journal, "asked").map(({ queryId, ms }) => {
    const answeredMs = answers.get(queryId);
    return { queryId, ms, tookMs: answeredMs === undefined ? undefined : answeredMs - ms };
  });
}
