import { fork } from "node:child_process";

import type { Clock, Timer } from "../lib/clock.ts";
import type { DrawingTask, FromChild, ToChild } from "./drawing-task.ts";
import { createTurns } from "./turns.ts";

/**
 * Draws pictures and films outside the program's own process, one at a time, in the order asked; what is urgent goes
 * first. The process starts
 * with the first task and ends after some idle time.
 *
 * A process and not a thread: after one film a worker thread left 105 MB behind in the program for good (45 → 150 MB;
 * the allocator keeps what native code freed), a process leaves 2 MB. A crash in native code takes nothing else with
 * it, and the child has no environment and so no secrets.
 */
export interface DrawingProcess {
  /**
   * Rejects when the task throws, when the process dies or takes too long (the next task gets a new one), and with the
   * signal's reason when it aborts: at once while waiting, by ending the process while drawing.
   */
  readonly run: <Input, Output>(
    task: DrawingTask<Input, Output>,
    input: Input,
    options?: DrawingOptions,
  ) => Promise<Output>;
  /** The process's id while there is one. */
  readonly pid: () => number | undefined;
  /** Ends the process; tasks that have not finished reject. */
  readonly close: () => Promise<void>;
}

export interface DrawingOptions {
  readonly signal?: AbortSignal | undefined;
  /** A moment's work: it does not wait for the long ones that wait, only for the one that is being done. */
  readonly urgent?: boolean;
  /** The task's turn has come. */
  readonly onStart?: () => void;
  /** From 0 to 1. */
  readonly onProgress?: (progress: number) => void;
}

export interface DrawingDeps {
  readonly clock: Clock;
  /** The process ends after so long without work. */
  readonly idleMs?: number;
  /** A task that takes longer is given up. */
  readonly timeoutMs?: number;
}

const heapLimitMb = 512;

export function createDrawingProcess({ clock, idleMs = 20_000, timeoutMs = 120_000 }: DrawingDeps): DrawingProcess {
  const turns = createTurns();
  let child: Child | undefined;
  let idleTimer: Timer | undefined;
  const closing = new AbortController();

  const drawNow = async (message: Work, { signal, onStart, onProgress }: DrawingOptions): Promise<unknown> => {
    const stop = AbortSignal.any([closing.signal, ...(signal === undefined ? [] : [signal])]);
    stop.throwIfAborted();
    idleTimer?.cancel();
    if (child === undefined || child.hasEnded()) child = startChild();
    const mine = child;
    const timer = clock.schedule(timeoutMs, () => {
      mine.end(new Error(`a drawing was not finished after ${timeoutMs} ms`));
    });
    const onAbort = (): void => {
      mine.end(stop.reason);
    };
    stop.addEventListener("abort", onAbort);
    try {
      onStart?.();
      return await mine.draw(message, onProgress);
    } finally {
      timer.cancel();
      stop.removeEventListener("abort", onAbort);
      mine.rest();
      idleTimer = clock.schedule(idleMs, () => {
        mine.end(new Error("the drawing process was idle"));
      });
    }
  };

  return {
    run: async <Input, Output>(
      task: DrawingTask<Input, Output>,
      input: Input,
      options: DrawingOptions = {},
    ): Promise<Output> => {
      const { urgent = false, signal } = options;
      const endTurn = await turns.take({ urgent, signal });
      try {
        return (await drawNow({ module: task.module.href, input }, options)) as Output;
      } finally {
        endTurn();
      }
    },
    pid: () => (child?.hasEnded() === false ? child.pid : undefined),
    close: async () => {
      idleTimer?.cancel();
      closing.abort(new Error("the drawing process was closed"));
      child?.end(closing.signal.reason);
      await child?.exited;
    },
  };
}

type Work = Omit<ToChild, "id">;

interface Child {
  readonly pid: number | undefined;
  readonly hasEnded: () => boolean;
  readonly exited: Promise<void>;
  readonly draw: (work: Work, onProgress: DrawingOptions["onProgress"]) => Promise<unknown>;
  /** Kills the process; what it is drawing rejects with `reason`. */
  readonly end: (reason: unknown) => void;
  /** Until the next drawing it does not keep the program alive. */
  readonly rest: () => void;
}

function startChild(): Child {
  const forked = fork(new URL("./drawing-child.ts", import.meta.url), {
    env: {},
    execArgv: [`--max-old-space-size=${heapLimitMb}`],
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const exited = Promise.withResolvers<undefined>();
  let ended = false;
  let lastId = 0;
  let answer: ((message: FromChild) => void) | undefined;
  let fail: ((reason: unknown) => void) | undefined;

  const end = (reason: unknown): void => {
    ended = true;
    fail?.(reason);
    // Whoever closes waits for the exit.
    forked.ref();
    forked.kill("SIGKILL");
  };
  forked.on("message", (message: FromChild) => answer?.(message));
  forked.on("error", end);
  forked.on("exit", (code, signal) => {
    end(new Error(`the drawing process ended with ${signal ?? `code ${String(code)}`}`));
    exited.resolve(undefined);
  });

  return {
    pid: forked.pid,
    hasEnded: () => ended,
    exited: exited.promise,
    draw: async (work, onProgress) => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const id = ++lastId;
      fail = reject;
      answer = (message) => {
        if (message.id !== id) return;
        if (message.type === "progress") onProgress?.(message.progress);
        else if (message.type === "done") resolve(message.output);
        else reject(new Error(message.message));
      };
      forked.ref();
      forked.channel?.ref();
      try {
        // Throws when the input holds something that cannot cross, such as a function.
        forked.send({ id, ...work } satisfies ToChild, (error) => {
          if (error !== null) end(error);
        });
        return await promise;
      } finally {
        answer = undefined;
        fail = undefined;
      }
    },
    end,
    rest: () => {
      forked.unref();
      forked.channel?.unref();
    },
  };
}
