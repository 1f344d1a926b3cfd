/**
 * When to leave a provider alone: closed while it answers, open while it does not, half open while one job tries whether
 * it does again. Pure: time comes in, the next circuit comes out.
 */
export type Circuit =
  | { readonly state: "closed"; readonly marks: readonly Mark[] }
  | {
      readonly state: "open";
      readonly trouble: Trouble;
      readonly outSince: Date;
      /** How often in a row. */
      readonly openings: number;
      /** From then on one job may try. */
      readonly until: Date;
    }
  | {
      readonly state: "half_open";
      readonly trouble: Trouble;
      readonly outSince: Date;
      readonly openings: number;
      /** Who tries. */
      readonly trialJob: string;
      /** From then on the trial counts as lost (its process died), and another may try. */
      readonly until: Date;
    };

export interface Mark {
  readonly at: Date;
  readonly failed: boolean;
}

/** `outage`: not reached, out of order, or no usable answer. The others are about our account there. */
export type Trouble = "outage" | "no_credit" | "unauthorized";

/** What a call brought. A refusal of the wish, and "too many requests", are answers: the provider is there. */
export type Outcome = "answered" | Trouble;

export const wellCircuit: Circuit = { state: "closed", marks: [] };

/** So many outages within the window open it, if they are at least half of its calls. */
const outagesToOpen = 3;
const windowMs = 2 * 60_000;
const mostMarks = 20;
/** Twice as long each time. */
const pauses: Readonly<Record<Trouble, { readonly firstMs: number; readonly longestMs: number }>> = {
  outage: { firstMs: 30_000, longestMs: 10 * 60_000 },
  // A person has to do something about it.
  no_credit: { firstMs: 10 * 60_000, longestMs: 60 * 60_000 },
  unauthorized: { firstMs: 10 * 60_000, longestMs: 60 * 60_000 },
};
/** Longer than any start takes: upload, waiting for the provider's pace, and its answer. */
const trialMs = 3 * 60_000;

/** Whether a job may go there now; `trial`: one may, if it says so by `beginTrial`. */
export function admission(circuit: Circuit, now: Date): "yes" | "trial" | "no" {
  if (circuit.state === "closed") return "yes";
  return now.getTime() >= circuit.until.getTime() ? "trial" : "no";
}

export function beginTrial(circuit: Circuit, trialJob: string, now: Date): Circuit {
  if (circuit.state === "closed") return circuit;
  const { trouble, outSince, openings } = circuit;
  return { state: "half_open", trouble, outSince, openings, trialJob, until: later(now, trialMs) };
}

/**
 * The circuit after a job's call. While it is not closed only the trial counts: what else comes in was begun before it
 * opened, and says nothing of now.
 */
export function afterCall(
  circuit: Circuit,
  call: { readonly job: string; readonly outcome: Outcome },
  now: Date,
): Circuit {
  const { job, outcome } = call;
  switch (circuit.state) {
    case "closed":
      return afterClosedCall(circuit.marks, outcome, now);
    case "open":
      return circuit;
    case "half_open":
      if (job !== circuit.trialJob) return circuit;
      return outcome === "answered"
        ? wellCircuit
        : opened({ trouble: outcome, outSince: circuit.outSince, openings: circuit.openings + 1 }, now);
  }
}

function afterClosedCall(before: readonly Mark[], outcome: Outcome, now: Date): Circuit {
  if (outcome === "no_credit" || outcome === "unauthorized") {
    return opened({ trouble: outcome, outSince: now, openings: 1 }, now);
  }
  const recent = before.filter(({ at }) => now.getTime() - at.getTime() < windowMs);
  const failed = outcome === "outage";
  // Only troubled times are written down.
  if (!failed && !recent.some((mark) => mark.failed)) return wellCircuit;
  const marks = [...recent, { at: now, failed }].slice(-mostMarks);
  const outages = marks.filter((mark) => mark.failed).length;
  if (failed && outages >= outagesToOpen && outages * 2 >= marks.length) {
    return opened({ trouble: "outage", outSince: now, openings: 1 }, now);
  }
  return { state: "closed", marks };
}

function opened(
  of: { readonly trouble: Trouble; readonly outSince: Date; readonly openings: number },
  now: Date,
): Circuit {
  const { firstMs, longestMs } = pauses[of.trouble];
  return { state: "open", ...of, until: later(now, Math.min(firstMs * 2 ** (of.openings - 1), longestMs)) };
}

function later(date: Date, ms: number): Date {
  return new Date(date.getTime() + ms);
}
