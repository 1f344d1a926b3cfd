import { percentile } from "../../../bench/harness/statistics.ts";
import { type History, ofType } from "../history.ts";
import { askers } from "../plan.ts";
import type { FaultKind } from "../schedule.ts";
import { acceptedByToken, during, isEdit, type Rule, type Send, type Violation } from "./rule.ts";

/**
 * What the program promises to keep to (its defaults), counted where messages arrive. The allowance is for the
 * arrival: on a busy machine what left evenly does not arrive evenly. Two senders at once exceed it by far.
 */
const windows = [
  { what: "30 a second over all chats", lengthMs: 1000, most: 44, of: () => "all" },
  { what: "30 a second over all chats, for 5 s", lengthMs: 5000, most: 168, of: () => "all" },
  {
    what: "1 a second and 3 at once in a private chat",
    lengthMs: 4000,
    most: 9,
    of: (send: Send) => (send.chatId > 0 && !isEdit(send) ? String(send.chatId) : undefined),
  },
  {
    what: "20 a minute in a group",
    lengthMs: 60_000,
    most: 22,
    of: (send: Send) => (send.chatId < 0 && !isEdit(send) ? String(send.chatId) : undefined),
  },
] as const;

/** On the wire when the first "too many requests" came. */
const graceMs = 400;
const floodedChats = 3;
const floodWindowMs = 5000;

export const paceRules: readonly Rule[] = [
  {
    name: "limits are kept",
    says: "all replicas together stay within Telegram's limits",
    check: ({ sends }) => windows.flatMap((window) => exceeding(sends, window)),
  },
  {
    name: "retry_after is heeded",
    says: "nothing is sent to a chat, or by the bot, before the pause that Telegram asked for is over",
    check: (history) => [...chatFloods(history), ...botFloods(history)],
  },
  {
    name: "replies pass broadcasts",
    says: "while nothing is wrong, whoever asks has his answer within a second, whatever else is sent to him",
    check: (history) => {
      const waits = replyWaits(history);
      if (waits.length < leastSample || percentile(waits, 0.5) <= replyMs) return [];
      return [{ detail: `half of ${waits.length} answers took longer than ${Math.round(percentile(waits, 0.5))} ms` }];
    },
  },
];

const replyMs = 1000;
const leastSample = 3;
/** What was done before it may still have its consequences. */
const aftermathMs = 4000;

/** How long those waited who ask after they were written to a lot, in calm moments. */
export function replyWaits(history: History): readonly number[] {
  const accepted = acceptedByToken(history);
  return ofType(history.journal, "update").flatMap(({ chatId, what, ms }): readonly number[] => {
    if (!askers.includes(chatId)) return [];
    const [answer] = accepted(chatId, what.slice(1));
    if (answer === undefined) return [];
    const isCalm = !history.deeds.some(({ beganMs, endedMs }) => beganMs < answer.ms && endedMs > ms - aftermathMs);
    return isCalm ? [answer.ms - ms] : [];
  });
}

function exceeding(
  sends: readonly Send[],
  { what, lengthMs, most, of }: (typeof windows)[number],
): readonly Violation[] {
  const groups = Map.groupBy(sends, (send) => of(send));
  return [...groups].flatMap(([name, group]): readonly Violation[] => {
    if (name === undefined) return [];
    let from = 0;
    let worst = 0;
    for (const [index, { ms }] of group.entries()) {
      while ((group[from]?.ms ?? ms) <= ms - lengthMs) from += 1;
      worst = Math.max(worst, index - from + 1);
    }
    return worst <= most ? [] : [{ detail: `${what}: ${worst} in ${lengthMs} ms (${name})` }];
  });
}

/** Whoever heard it may not have lived to tell the next sender. */
const silencing: ReadonlySet<FaultKind> = new Set<FaultKind>([
  "kill-owner",
  "kill-any",
  "kill-all",
  "kill-both",
  "kill-database",
  "stop-owner",
  "cut-database",
  "deaf-database",
  "slow-database",
  "stall-database",
  "cut-telegram",
  "deaf-telegram",
  "slow-telegram",
  "outage",
]);

function wasHeard({ deeds }: History, { ms }: Send): boolean {
  return !deeds.some((deed) => silencing.has(deed.kind) && during(deed, ms));
}

function chatFloods(history: History): readonly Violation[] {
  const chats = Map.groupBy(history.sends, ({ chatId }) => chatId);
  return [...chats].flatMap(([chatId, sends]) =>
    sends
      .filter((send) => send.fate === "flooded" && wasHeard(history, send))
      .flatMap((flood): readonly Violation[] => {
        const early = sends.find(({ ms }) => isEarly(flood, ms));
        if (early === undefined) return [];
        return [
          { detail: `${Math.round(early.ms - flood.ms)} ms after "retry after ${flood.retryAfterSeconds}"`, chatId },
        ];
      }),
  );
}

function isEarly({ ms: floodMs, retryAfterSeconds = 0 }: Send, ms: number): boolean {
  return ms > floodMs + graceMs && ms < floodMs + retryAfterSeconds * 1000 - 20;
}

/** Three chats hear it within 5 s: it is the bot's limit. */
function botFloods(history: History): readonly Violation[] {
  const floods = history.sends.filter((send) => send.fate === "flooded");
  return floods.flatMap((flood, index): readonly Violation[] => {
    const recent = floods.slice(0, index + 1).filter(({ ms }) => ms > flood.ms - floodWindowMs);
    if (new Set(recent.map(({ chatId }) => chatId)).size < floodedChats || !wasHeard(history, flood)) return [];
    const early = history.sends.find(({ ms }) => isEarly(flood, ms));
    if (early === undefined) return [];
    const detail = `the bot was told to wait ${flood.retryAfterSeconds} s and sent after ${Math.round(early.ms - flood.ms)} ms`;
    return [{ detail, chatId: early.chatId }];
  });
}
