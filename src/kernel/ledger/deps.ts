import type { Accounts } from "../accounts/index.ts";
import type { Db, Tx } from "../db/index.ts";
import type { JobQueue } from "../jobs/index.ts";
import type { Clock } from "../lib/clock.ts";
import type { Ids } from "../lib/ids.ts";
import type { Logger, Metrics } from "../observability/index.ts";
import type { Settings } from "../settings/index.ts";
import type { GatewayFailure, HoldVerdict, MoneyEvent, StarsGateway } from "./ledger.ts";
import type { LedgerMetrics } from "./metrics.ts";
import type { Entitlement } from "./subscription.ts";

/** Asked by the orphan sweep, in the transaction that acts on the answer. */
export type JudgeHold = (tx: Tx, reference: string) => Promise<HoldVerdict>;

export interface LedgerDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly jobs: Pick<JobQueue, "enqueue">;
  readonly settings: Pick<Settings, "read">;
  readonly accounts: Pick<Accounts, "userById" | "userByTelegramId" | "trace" | "audit">;
  readonly gateway: StarsGateway;
  /** What an error thrown by the gateway means. */
  readonly failureOf: (error: unknown) => GatewayFailure;
  /** Writes the messages that tell of it, in the same transaction. */
  readonly announce: (tx: Tx, event: MoneyEvent) => Promise<void>;
  /** Who placed the hold with this reference; undefined when no owner is known (its feature was switched off). */
  readonly judgeFor: (reference: string) => JudgeHold | undefined;
  /** What plans can grant besides credits. Looked up when needed. */
  readonly entitlements: () => readonly Entitlement[];
}

/** The same with the metrics made: what the parts of this module work with. */
export type LedgerParts = Omit<LedgerDeps, "metrics"> & { readonly metrics: LedgerMetrics };
