import { toError } from "../lib/errors.ts";

export interface HealthReport {
  readonly ok: boolean;
  readonly checks: Readonly<Record<string, HealthResult>>;
}

export interface HealthResult {
  readonly ok: boolean;
  /** One plain sentence, safe to show to anybody. */
  readonly detail: string;
}

/** A check answers quickly; one that throws or takes longer than `timeoutMs` counts as failed. */
export type HealthCheck = () => Promise<HealthResult> | HealthResult;

/** What `/api/health` and `/readyz` ask. Each module adds the check that says whether it does its work. */
export interface Health {
  readonly add: (name: string, check: HealthCheck) => void;
  readonly report: () => Promise<HealthReport>;
}

const timeoutMs = 2000;

export function createHealth(): Health {
  const checks = new Map<string, HealthCheck>();
  return {
    add: (name, check) => {
      if (checks.has(name)) throw new Error(`two health checks are named ${name}`);
      checks.set(name, check);
    },
    report: async () => {
      const results = await Promise.all(
        [...checks].map(async ([name, check]) => [name, await answerOf(check)] as const),
      );
      return { ok: results.every(([, { ok }]) => ok), checks: Object.fromEntries(results) };
    },
  };
}

async function answerOf(check: HealthCheck): Promise<HealthResult> {
  const { promise: late, resolve } = Promise.withResolvers<HealthResult>();
  const timer = setTimeout(() => {
    resolve({ ok: false, detail: `no answer within ${timeoutMs} ms` });
  }, timeoutMs);
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return { ok: false, detail: `failed: ${toError(error).name}` };
  } finally {
    clearTimeout(timer);
  }
}
