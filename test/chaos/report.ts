import { percentile } from "../../bench/harness/statistics.ts";
import type { Verdict } from "./checker.ts";
import type { History } from "./history.ts";
import { preCheckouts } from "./rules/money.ts";
import { replyWaits } from "./rules/pace.ts";
import { recoveries } from "./rules/progress.ts";
import { tokensOf, type Violation } from "./rules/rule.ts";
import type { Run } from "./run.ts";
import { describe } from "./schedule.ts";

/** The figures of one run. */
export interface Figures {
  readonly seed: number;
  readonly verdict: "held" | "BROKEN";
  readonly broken: readonly string[];
  readonly faults: number;
  readonly submitted: number;
  readonly updates: number;
  readonly payments: number;
  readonly refunds: number;
  readonly videos: number;
  readonly accepted: number;
  readonly repeated: number;
  readonly unknown: number;
  readonly lost: number;
  /** From each kill to the next message, in milliseconds; where another replica was ready. */
  readonly recoveriesMs: readonly number[];
  /** Where none was: until one had started again. */
  readonly restartsMs: readonly number[];
  readonly preCheckoutsMs: readonly number[];
  readonly unanswered: number;
  /** From a question to its answer, in calm moments right after a lot was sent to whoever asks. */
  readonly repliesMs: readonly number[];
}

export function figuresOf({ seed, history, verdicts }: Run): Figures {
  const broken = verdicts.filter(({ violations }) => violations.length > 0).map(({ rule }) => rule.name);
  const lost = verdicts.find(({ rule }) => rule.name === "acknowledged is sent")?.violations.length ?? 0;
  const waits = preCheckouts(history);
  const times = waits.flatMap(({ tookMs }) => (tookMs === undefined ? [] : [Math.round(tookMs)]));
  return {
    seed,
    verdict: broken.length === 0 ? "held" : "BROKEN",
    broken,
    faults: history.deeds.length,
    submitted: history.asked.submissions.length,
    updates: history.updates.length,
    payments: history.payments.length,
    refunds: history.payments.filter(({ refund }) => refund !== null).length,
    videos: history.films.length,
    accepted: history.sends.filter(({ fate }) => fate === "accepted").length,
    repeated: history.deliveries.reduce((sum, { events }) => sum + events.filter((e) => e === "repeated").length, 0),
    unknown: history.deliveries.filter(({ state }) => state === "unknown").length,
    lost,
    recoveriesMs: recoveryTimes(history, true),
    restartsMs: recoveryTimes(history, false),
    preCheckoutsMs: times,
    unanswered: waits.length - times.length,
    repliesMs: replyWaits(history).map(Math.round),
  };
}

function recoveryTimes(history: History, withHeir: boolean): readonly number[] {
  return recoveries(history).flatMap(({ tookMs, hasHeir }) =>
    tookMs === undefined || hasHeir !== withHeir ? [] : [Math.round(tookMs)],
  );
}

export function spreadOf(sample: readonly number[]): string {
  if (sample.length === 0) return "–";
  const [p50, p95, most] = [percentile(sample, 0.5), percentile(sample, 0.95), Math.max(...sample)];
  return `p50 ${p50} ms, p95 ${p95} ms, max ${most} ms (${sample.length})`;
}

/** What is wrong, with what the database and Telegram know of it. Empty when all rules held. */
export function evidenceOf({ history, verdicts, schedule, outputs }: Run): string {
  const broken = verdicts.filter(({ violations }) => violations.length > 0);
  if (broken.length === 0) return "";
  return [
    `  schedule: ${schedule.map(describe).join(" | ")}`,
    ...broken.flatMap((verdict) => explain(history, verdict)),
    ...outputs.map((output, index) => `  replica ${index + 1} said last:\n${lastLines(output)}`),
  ].join("\n");
}

const shown = 4;

function explain(history: History, { rule, violations }: Verdict): readonly string[] {
  return [
    `  BROKEN: ${rule.name} (${rule.says}), ${violations.length} times`,
    ...violations.slice(0, shown).flatMap((violation) => explainOne(history, violation)),
  ];
}

function explainOne(history: History, { detail, chatId, token }: Violation): readonly string[] {
  const fits = (chat: number, text: string): boolean =>
    (chatId === undefined || chat === chatId) && (token === undefined ? false : tokensOf(text).includes(token));
  const lines = history.journal.filter((line) => line.type === "send" && fits(line.chatId, line.text));
  const rows = history.deliveries.filter((row) => fits(row.chat_id, row.body));
  return [
    `    - ${[chatId, token, detail].filter((part) => part !== undefined).join(" · ")}`,
    ...rows.slice(0, shown).map((row) => `      delivery ${JSON.stringify({ ...row, body: undefined })}`),
    ...lines.slice(0, shown).map((line) => `      journal  ${JSON.stringify({ ...line, ms: Math.round(line.ms) })}`),
    ...(lines.length > 0 ? [`      deeds    ${deedsAround(history, lines[0]?.ms ?? 0)}`] : []),
  ];
}

function deedsAround({ deeds }: History, ms: number): string {
  return deeds
    .filter(({ beganMs, endedMs }) => beganMs < ms + 5000 && endedMs > ms - 15_000)
    .map(({ kind, beganMs, endedMs, replicas }) => {
      return `${kind} ${Math.round(beganMs)}–${Math.round(endedMs)} (${replicas.join(", ")})`;
    })
    .join("; ");
}

function lastLines(output: string): string {
  return output
    .trimEnd()
    .split("\n")
    .slice(-12)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join("\n");
}
