import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";

import { machineMs } from "../../../bench/harness/machine-clock.ts";

/** What Telegram knows and the program may have forgotten. Each line has the moments of both clocks. */
export interface Moment {
  /** By the machine's monotonic clock: for order and durations. */
  readonly ms: number;
  /** By its wall clock, which is the database's: for quiet hours and expiry. */
  readonly atMs: number;
}

/** What became of a call that sends something. */
export type Fate =
  /** The person has it. */
  | "accepted"
  /** Too many requests. */
  | "flooded"
  /** Nobody has it. */
  | "ignored";

export interface SendLine {
  readonly type: "send";
  readonly method: string;
  readonly chatId: number;
  readonly text: string;
  readonly fate: Fate;
  /** Of what was accepted; of an edit, the edited one. */
  readonly messageId?: number;
  readonly retryAfterSeconds?: number;
  /** No answer, or one that says nothing of the fate: whoever asked cannot know. */
  readonly isAmbiguous: boolean;
}

export type Line =
  | SendLine
  | { readonly type: "fault"; readonly name: string; readonly forMs: number }
  | { readonly type: "update"; readonly updateId: number; readonly chatId: number; readonly what: string }
  | { readonly type: "confirmed"; readonly below: number }
  | { readonly type: "asked"; readonly queryId: string; readonly orderId: string }
  | { readonly type: "answered"; readonly queryId: string; readonly ok: boolean }
  | { readonly type: "charged"; readonly chargeId: string; readonly personId: number; readonly stars: number }
  | { readonly type: "refunded"; readonly chargeId: string };

export type JournalLine = Line & Moment;

export interface Journal {
  /** Resolves when the line is on the disk: nothing is answered before. */
  readonly append: (line: Line) => Promise<void>;
  readonly lines: readonly JournalLine[];
  readonly close: () => void;
}

/** Append-only; lines that come together share one flush. */
export function openJournal(path: string): Journal {
  const file = openSync(path, "a");
  const lines: JournalLine[] = [];
  let unwritten: string[] = [];
  let flushed: Promise<void> | undefined;

  const flush = async (): Promise<void> => {
    await new Promise(setImmediate);
    const text = unwritten.join("");
    unwritten = [];
    flushed = undefined;
    writeSync(file, text);
    fdatasyncSync(file);
  };

  return {
    lines,
    append: async (line) => {
      const stamped: JournalLine = { ...line, ms: machineMs(), atMs: Date.now() };
      lines.push(stamped);
      unwritten.push(`${JSON.stringify(stamped)}\n`);
      await (flushed ??= flush());
    },
    close: () => {
      closeSync(file);
    },
  };
}
