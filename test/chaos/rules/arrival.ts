import type { History } from "../history.ts";
import { ofType } from "../history.ts";
import { acceptedByToken, deliveriesByToken, mayBeDoubtful, repeats, type Rule, type Violation } from "./rule.ts";

/** Between the database's look at the time and the arrival at Telegram. */
const onTheWayMs = 2500;

/** What was promised arrives, and arrives once. */
export const arrivalRules: readonly Rule[] = [
  {
    name: "acknowledged is sent",
    says: "what was acknowledged with 202 has been sent, unless it expired or nobody can know whether it arrived",
    check: (history) => {
      const [accepted, deliveries] = [acceptedByToken(history), deliveriesByToken(history)];
      const { submissions } = history.asked;
      const isReplaced = (chatId: number, dedupeKey: string | undefined): boolean =>
        dedupeKey !== undefined &&
        submissions.some(({ note }) => note.dedupeKey === dedupeKey && deliveries(chatId, note.marker).length > 0);
      return submissions.flatMap(({ note, acknowledgedMs, expiresAtMs }) =>
        note.chatIds.flatMap((chatId): readonly Violation[] => {
          const { marker: token } = note;
          if (acknowledgedMs === undefined || accepted(chatId, token).length > 0) return [];
          const [delivery] = deliveries(chatId, token);
          if (delivery === undefined && isReplaced(chatId, note.dedupeKey)) return [];
          if (delivery?.state === "unknown") return [];
          if (delivery?.state === "expired" && expiresAtMs !== undefined) return [];
          return [{ detail: `never sent: its delivery is ${delivery?.state ?? "missing"}`, chatId, token }];
        }),
      );
    },
  },
  {
    name: "confirmed is handled",
    says: "every update that was confirmed to Telegram has been handled",
    check: ({ journal, updates }) => {
      const confirmed = Math.max(0, ...ofType(journal, "confirmed").map(({ below }) => below));
      const known = new Map(updates.map((row) => [row.update_id, row]));
      return ofType(journal, "update").flatMap(({ updateId, chatId, what }): readonly Violation[] => {
        const row = known.get(updateId);
        // A question that nobody answered in time is put aside; the rule on pre-checkout queries looks at it.
        if (updateId >= confirmed || row?.state === "handled" || row?.kind === "pre_checkout_query") return [];
        return [{ detail: `update ${updateId} (${what}) is ${row?.state ?? "lost"}: ${row?.error ?? ""}`, chatId }];
      });
    },
  },
  {
    name: "every command is answered once",
    says: "the handling of an update has its effect exactly once",
    check: (history) => {
      const [accepted, deliveries] = [acceptedByToken(history), deliveriesByToken(history)];
      return history.asked.commands.flatMap(({ personId: chatId, marker: token }): readonly Violation[] => {
        const made = deliveries(chatId, token);
        if (made.length !== 1) return [{ detail: `${made.length} answers were made`, chatId, token }];
        const isOpen = made[0]?.state === "unknown";
        return accepted(chatId, token).length > 0 || isOpen ? [] : [{ detail: "never answered", chatId, token }];
      });
    },
  },
  {
    name: "no handler fails",
    says: "nobody gets an apology: what goes wrong outside is not the person's business",
    check: ({ sends }) =>
      sends.flatMap(({ text, chatId }): readonly Violation[] =>
        text.includes("went wrong on our side") ? [{ detail: text, chatId }] : [],
      ),
  },
  {
    name: "submitted again is made once",
    says: "a repeated submission has the same answer, and of one dedupe key a chat gets one message",
    check: (history) => {
      const accepted = acceptedByToken(history);
      const deliveries = deliveriesByToken(history);
      const { submissions } = history.asked;
      const answers = submissions.flatMap(({ note, batchId, repeatedBatchId }): readonly Violation[] =>
        repeatedBatchId === undefined || repeatedBatchId === batchId
          ? []
          : [{ detail: `batch ${batchId} became ${repeatedBatchId}`, token: note.marker }],
      );
      const made = submissions.flatMap(({ note }) =>
        note.chatIds.flatMap((chatId): readonly Violation[] => {
          const same = submissions.filter((other) => isSame(note, other.note));
          const count = same.reduce((sum, other) => sum + deliveries(chatId, other.note.marker).length, 0);
          const arrived = same.filter((other) => accepted(chatId, other.note.marker).length > 0).length;
          if (count <= 1 && arrived <= 1) return [];
          return [{ detail: `${count} deliveries were made, ${arrived} arrived`, chatId, token: note.marker }];
        }),
      );
      return [...answers, ...made];
    },
  },
  {
    name: "no submission is refused",
    says: "what is valid is taken",
    check: ({ asked }) =>
      asked.submissions.flatMap(({ note, refusal, expiresAtMs }): readonly Violation[] =>
        refusal === undefined || expiresAtMs !== undefined ? [] : [{ detail: refusal, token: note.marker }],
      ),
  },
  {
    name: "repeats are doubtful ones",
    says: "a message comes twice only where something may have swallowed the answer, and its timeline says so",
    check: (history) =>
      repeated(history).flatMap(({ chatId, token, sends, delivery }): readonly Violation[] => {
        const unexplained = sends.slice(0, -1).find((send) => !mayBeDoubtful(history, send));
        if (unexplained !== undefined)
          return [{ detail: `came ${sends.length} times without a reason`, chatId, token }];
        const told = delivery?.events.filter((event) => event === "repeated").length ?? 0;
        return told >= sends.length - 1 ? [] : [{ detail: `came ${sends.length} times, ${told} told`, chatId, token }];
      }),
  },
  {
    name: "some lanes never repeat",
    says: "in the lanes signal, report and bulk nothing comes twice",
    check: (history) =>
      repeated(history).flatMap(({ chatId, token, sends, delivery }) =>
        delivery !== undefined && repeats(delivery.lane)
          ? []
          : [{ detail: `came ${sends.length} times in lane ${delivery?.lane}`, chatId, token }],
      ),
  },
  {
    name: "recorded is true",
    says: "what is recorded as sent has been accepted, as the message that is recorded",
    check: ({ sends, deliveries }) => {
      const accepted = new Set(
        sends.flatMap(({ fate, chatId, messageId }) => (fate === "accepted" ? [`${chatId} ${messageId}`] : [])),
      );
      return deliveries.flatMap((row): readonly Violation[] => {
        if (row.state !== "sent" || row.message_id === null || row.digest_id !== null) return [];
        if (accepted.has(`${row.chat_id} ${row.message_id}`)) return [];
        return [{ detail: `delivery ${row.id} says it is message ${row.message_id}`, chatId: row.chat_id }];
      });
    },
  },
  {
    name: "expired is not sent",
    says: "nothing leaves after its time",
    check: (history) => {
      const accepted = acceptedByToken(history);
      return history.asked.submissions.flatMap(({ note, expiresAtMs }) =>
        note.chatIds.flatMap((chatId): readonly Violation[] => {
          const late = accepted(chatId, note.marker).find(
            ({ atMs }) => expiresAtMs !== undefined && atMs > expiresAtMs + onTheWayMs,
          );
          if (late === undefined || expiresAtMs === undefined) return [];
          return [{ detail: `${Math.round(late.atMs - expiresAtMs)} ms too late`, chatId, token: note.marker }];
        }),
      );
    },
  },
  {
    name: "quiet hours are quiet",
    says: "what quiet hours hold does not arrive inside them",
    check: (history) => {
      const accepted = acceptedByToken(history);
      const { submissions, quiet } = history.asked;
      return submissions
        .filter(({ note }) => note.topic === "announcement" && !note.isCritical)
        .flatMap(({ note }) =>
          note.chatIds
            .filter((chatId) => quiet.chatIds.includes(chatId))
            .flatMap((chatId): readonly Violation[] => {
              const loud = accepted(chatId, note.marker).find(
                ({ atMs }) => atMs > quiet.fromMs + onTheWayMs && atMs < quiet.toMs - 500,
              );
              if (loud === undefined) return [];
              const detail = `${Math.round((quiet.toMs - loud.atMs) / 1000)} s before they end`;
              return [{ detail, chatId, token: note.marker }];
            }),
        );
    },
  },
  {
    name: "order is kept",
    says: "within one chat and lane messages first arrive in the order in which they were made",
    check: orderOf,
  },
];

function isSame(note: History["asked"]["submissions"][number]["note"], other: typeof note): boolean {
  return other.marker === note.marker || (note.dedupeKey !== undefined && other.dedupeKey === note.dedupeKey);
}

/** Everything that has been accepted more than once. */
function repeated(history: History) {
  const [accepted, deliveries] = [acceptedByToken(history), deliveriesByToken(history)];
  const { submissions, commands } = history.asked;
  const receipts = ofType(history.journal, "charged").map(({ personId, chargeId }) => [personId, chargeId] as const);
  const all = [
    ...submissions.flatMap(({ note }) => note.chatIds.map((chatId) => [chatId, note.marker] as const)),
    ...commands.map(({ personId, marker }) => [personId, marker] as const),
    ...receipts,
  ];
  return all.flatMap(([chatId, token]) => {
    const sends = accepted(chatId, token);
    return sends.length < 2 ? [] : [{ chatId, token, sends, delivery: deliveries(chatId, token)[0] }];
  });
}

interface Placed {
  readonly token: string;
  readonly deliveryId: number;
  readonly lane: number;
  /** Between these two moments it was made. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly arrivedMs: number;
}

/** Only where one was surely made before the other: acknowledged before the other was submitted, or one person's words. */
function orderOf(history: History): readonly Violation[] {
  const [accepted, deliveries] = [acceptedByToken(history), deliveriesByToken(history)];
  const chats = new Map<number, Placed[]>();
  const place = (chatId: number, token: string, made: { readonly fromMs: number; readonly toMs: number }): void => {
    const [first] = accepted(chatId, token);
    const [delivery] = deliveries(chatId, token);
    // Quiet hours let some wait and others pass.
    if (first === undefined || delivery === undefined || delivery.held) return;
    const known = chats.get(chatId) ?? [];
    known.push({ token, deliveryId: delivery.id, lane: delivery.lane, ...made, arrivedMs: first.ms });
    chats.set(chatId, known);
  };
  for (const { note, startedMs, acknowledgedMs } of history.asked.submissions) {
    if (acknowledgedMs === undefined) continue;
    for (const chatId of note.chatIds) place(chatId, note.marker, { fromMs: startedMs, toMs: acknowledgedMs });
  }
  // The updates of a chat are handled one after the other.
  history.asked.commands.forEach(({ personId, marker }, index) => {
    place(personId, marker, { fromMs: index, toMs: index });
  });
  return [...chats].flatMap(([chatId, placed]) =>
    placed.flatMap((late): readonly Violation[] => {
      const early = placed.find(
        (other) => other.lane === late.lane && late.toMs < other.fromMs && other.arrivedMs < late.arrivedMs,
      );
      if (early === undefined) return [];
      const ids = `deliveries ${late.deliveryId} and ${early.deliveryId}`;
      const detail = `${early.token}, made later, came ${Math.round(late.arrivedMs - early.arrivedMs)} ms before it (${ids})`;
      return [{ detail, chatId, token: late.token }];
    }),
  );
}
