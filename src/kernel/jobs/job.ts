import type { z } from "zod";

import type { Tx } from "../db/index.ts";
import type { Logger } from "../observability/index.ts";

export interface JobContext {
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
  readonly log: Logger;
  /** Aborts when the program stops or the job's time is over. */
  readonly signal: AbortSignal;
}

declare const payload: unique symbol;

/** A kind of background work. May run more than once (a process can die in the middle), so it must be idempotent. */
export interface Job<P = never> {
  /** `<owner>.<verb-noun>`, such as `studio.poll-job`. */
  readonly name: string;
  readonly maxAttempts: number;
  /** A job that is silent for longer is taken for dead and run again elsewhere. */
  readonly timeoutSeconds: number;
  /** How many run at once in one process, at most; 8 unless said otherwise. */
  readonly concurrency: number;
  readonly run: (raw: unknown, context: JobContext) => Promise<void>;
  /** The payload's type lives in the handle; the stored row is checked by the schema before `run`. */
  readonly [payload]?: (given: P) => void;
}

export interface JobDefinition<S extends z.ZodType> {
  readonly name: string;
  readonly payload: S;
  readonly maxAttempts?: number;
  readonly timeoutSeconds?: number;
  readonly concurrency?: number;
  readonly run: (payload: z.output<S>, context: JobContext) => Promise<void>;
}

export function defineJob<S extends z.ZodType>(definition: JobDefinition<S>): Job<z.input<S>> {
  const { name, payload: schema, maxAttempts = 8, timeoutSeconds = 300, concurrency = 8, run } = definition;
  return {
    name,
    maxAttempts,
    timeoutSeconds,
    concurrency,
    run: async (given, context) => {
      const parsed = schema.safeParse(given);
      if (!parsed.success) throw new PayloadRefused(parsed.error);
      await run(parsed.data, context);
    },
  };
}

/**
 * The stored payload does not fit the job's schema: another version of the program wrote it. Trying again cannot help,
 * so the job goes to the dead letters at once. The message names fields, never values.
 */
export class PayloadRefused extends Error {
  override readonly name = "PayloadRefused";

  constructor(error: z.ZodError) {
    super(error.issues.map(({ path, code }) => `${path.join(".") || "(whole)"}: ${code}`).join(", "));
  }
}

export interface Schedule {
  readonly name: string;
  /** Five fields; every replica registers it, one runs it. A tick is left out while the one before waits or runs. */
  readonly cron: string;
  /** IANA zone. */
  readonly timeZone: string;
  readonly job: Job<Record<string, never>>;
}

export interface EnqueueOptions {
  readonly runAt?: Date;
  /** While a job with this key waits or runs, another one is not added. */
  readonly dedupeKey?: string;
}

export interface JobQueue {
  /** Adds the job in the caller's transaction: it exists exactly when the business change does. */
  readonly enqueue: <P>(tx: Tx, job: Job<P>, payload: P, options?: EnqueueOptions) => Promise<void>;
}
