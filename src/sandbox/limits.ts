import type { Clock } from "#kernel/lib/clock.ts";

/** Tokens that come back with time. A full bucket allows a short burst. */
export interface Rate {
  readonly amount: number;
  readonly perSeconds: number;
  /** How many may come at once. */
  readonly burst: number;
}

/** What Telegram allows a bot. The true numbers are secret and change; these are the ones it publishes. */
export interface SandboxLimits {
  /** New messages over all chats. */
  readonly overall: Rate;
  readonly privateChat: Rate;
  readonly group: Rate;
  readonly groupEdits: Rate;
}

export const telegramLimits: SandboxLimits = {
  overall: { amount: 30, perSeconds: 1, burst: 30 },
  privateChat: { amount: 1, perSeconds: 1, burst: 5 },
  group: { amount: 20, perSeconds: 60, burst: 20 },
  groupEdits: { amount: 20, perSeconds: 60, burst: 20 },
};

export type LimitName = keyof SandboxLimits;

/** A call that spends something. */
export interface Spending {
  readonly kind: "send" | "edit";
  readonly chatId: number;
  /** An album or a list of copies counts once per message. */
  readonly messages: number;
}

export type Admission =
  /** `giveBack` when the call then failed: only what reaches a chat counts. */
  | { readonly ok: true; readonly giveBack: () => void }
  /** `impatient`: the call came before an earlier `retry_after` was over. */
  | { readonly ok: false; readonly limit: LimitName | "impatient"; readonly retryAfter: number };

export interface Limiter {
  readonly admit: (spending: Spending) => Admission;
  /** Turns the limits off (`undefined`) or to other numbers, from a clean slate. */
  readonly change: (limits: SandboxLimits | undefined) => void;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** More buckets than this and the full ones are thrown away; a full bucket is as good as none. */
const manyBuckets = 10_000;
const neverGivenBack = (): void => undefined;

/** Answers each sending call with yes, or with how long to wait. Time comes from `clock`. */
export function makeLimiter(clock: Clock, initial: SandboxLimits | undefined): Limiter {
  let limits = initial;
  const buckets = new Map<string, Bucket>();
  const blockedUntil = new Map<number, number>();

  const bucketFor = (key: string, rate: Rate): Bucket => {
    const now = clock.monotonicMs();
    const bucket = buckets.get(key) ?? { tokens: rate.burst, filledAt: now };
    bucket.tokens = Math.min(
      rate.burst,
      bucket.tokens + ((now - bucket.filledAt) / 1000) * (rate.amount / rate.perSeconds),
    );
    bucket.filledAt = now;
    if (buckets.size > manyBuckets) buckets.clear();
    buckets.set(key, bucket);
    return bucket;
  };

  const refuse = (chatId: number, limit: LimitName | "impatient", waitMs: number): Admission => {
    const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
    if (limit !== "impatient") blockedUntil.set(chatId, clock.monotonicMs() + retryAfter * 1000);
    return { ok: false, limit, retryAfter };
  };

  const admit = ({ kind, chatId, messages }: Spending): Admission => {
    if (limits === undefined) return { ok: true, giveBack: neverGivenBack };
    const blockedMs = (blockedUntil.get(chatId) ?? 0) - clock.monotonicMs();
    if (blockedMs > 0) return refuse(chatId, "impatient", blockedMs);
    blockedUntil.delete(chatId);
    const spent: Bucket[] = [];
    for (const name of limitsFor(kind, chatId)) {
      const rate = limits[name];
      const bucket = bucketFor(name === "overall" ? name : `${name}:${chatId}`, rate);
      // An album larger than the burst must pass some time; it waits for a full bucket.
      const needed = Math.min(messages, rate.burst);
      if (bucket.tokens + 1e-9 < needed) {
        return refuse(chatId, name, ((needed - bucket.tokens) * rate.perSeconds * 1000) / rate.amount);
      }
      spent.push(bucket);
    }
    for (const bucket of spent) bucket.tokens -= messages;
    return {
      ok: true,
      giveBack: () => {
        for (const bucket of spent) bucket.tokens += messages;
      },
    };
  };

  return {
    admit,
    change: (next) => {
      limits = next;
      buckets.clear();
      blockedUntil.clear();
    },
  };
}

/** Narrow before wide, so that a chat that is over its own limit takes nothing from the others. */
function limitsFor(kind: Spending["kind"], chatId: number): readonly LimitName[] {
  const isGroup = chatId < 0;
  if (kind === "edit") return isGroup ? ["groupEdits"] : [];
  return [isGroup ? "group" : "privateChat", "overall"];
}
