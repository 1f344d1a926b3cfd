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

/** What `/api/health` and `/readyz` ask of the parts. Each module adds the check that says whether it does its work. */
export interface Health {
  /** @param options `outside`: fails also when Telegram or another service is away. */
  readonly add: (name: string, check: HealthCheck, options?: { readonly outside?: boolean }) => void;
  readonly report: () => Promise<HealthReport>;
  /**
   * Whether requests should be sent here. Not what depends on the outside: an outage of Telegram must not take every
   * replica out of service, and with them the API that would store what goes out when it is over.
   */
  readonly readiness: () => Promise<HealthReport>;
}

const timeoutMs = 2000;

export function createHealth(): Health {
  const checks = new Map<string, { readonly check: HealthCheck; readonly outside: boolean }>();
  const ask = async (which: (outside: boolean) => boolean): Promise<HealthReport> => {
    const asked = [...checks].filter(([, { outside }]) => which(outside));
    const results = await Promise.all(asked.map(async ([name, { check }]) => [name, await answerOf(check)] as const));
    return { ok: results.every(([, { ok }]) => ok), checks: Object.fromEntries(results) };
  };
  return {
    add: (name, check, { outside = false } = {}) => {
      if (checks.has(name)) throw new Error(`two health checks are named ${name}`);
      checks.set(name, { check, outside });
    },
    report: async () => await ask(() => true),
    readiness: async () => await ask((outside) => !outside),
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
