import type { History } from "../history.ts";
import type { Rule, Violation } from "./rule.ts";

/** Another replica goes on within this time after a kill. */
const takeOverMs = 10_000;

/** Everything comes to an end, and soon goes on. */
export const progressRules: readonly Rule[] = [
  {
    name: "everything ends",
    says: "no update, delivery, refund or job waits for ever, and nobody is left in the middle of a purchase",
    check: ({ left }) => (left === "" ? [] : [{ detail: left }]),
  },
  {
    name: "sending goes on after a kill",
    says: "after a kill another replica sends within 10 s, if one is ready and nothing else is wrong meanwhile",
    check: (history) =>
      recoveries(history).flatMap(({ kind, tookMs, isAlone, hasHeir }): readonly Violation[] =>
        !isAlone || !hasHeir || (tookMs !== undefined && tookMs <= takeOverMs)
          ? []
          : [{ detail: `${kind}: ${tookMs === undefined ? "nothing more was sent" : `${Math.round(tookMs)} ms`}` }],
      ),
  },
];

export interface Recovery {
  readonly kind: string;
  /** Until the next message was accepted; undefined: none was. */
  readonly tookMs: number | undefined;
  /** Another replica was ready to go on. */
  readonly hasHeir: boolean;
  /** Nothing else was done until then. */
  readonly isAlone: boolean;
}

/** What was on the wire when the process died may still arrive. */
const onTheWireMs = 50;

/** The time from each kill to the next message, while there was something to send. */
export function recoveries({ deeds, sends }: History): readonly Recovery[] {
  const lastMs = Math.max(0, ...sends.map(({ ms }) => ms));
  return deeds
    .filter(({ kind, beganMs }) => kind.startsWith("kill-") && beganMs < lastMs)
    .map((deed) => {
      const next = sends.find(({ ms, fate }) => fate === "accepted" && ms > deed.beganMs + onTheWireMs);
      const untilMs = next?.ms ?? Number.POSITIVE_INFINITY;
      const isAlone = !deeds.some(
        (other) => other !== deed && other.beganMs < untilMs && other.endedMs > deed.beganMs - takeOverMs,
      );
      return { kind: deed.kind, tookMs: next && next.ms - deed.beganMs, hasHeir: deed.hasHeir, isAlone };
    });
}
