import type { Kernel } from "#kernel/feature.ts";
import type { Job } from "#kernel/jobs/index.ts";

import type { SignalAnnouncer } from "./announcer.ts";
import { makeExplainSignal } from "./explain-signal.ts";
import { makeSendReports } from "./jobs/send-reports.ts";
import { makeShowSignal, type ShowSignal } from "./jobs/show-signal.ts";
import { makeSweepSignals } from "./jobs/sweep-signals.ts";
import type { PriceDeps } from "./prices.ts";
import type { PublishDeps } from "./publish.ts";
import type { ReviseDeps } from "./revise-signal.ts";
import { makeSignalMedia, type MakeMedia } from "./signal-media.ts";
import type { ExplainSignal } from "./why.ts";

/** Everything that signals are made of, joined; the chat and HTTP are put around it. */
export type Signals = Kernel &
  PublishDeps &
  PriceDeps &
  ReviseDeps & {
    readonly makeMedia: MakeMedia;
    readonly explainSignal: ExplainSignal;
    readonly jobs: Kernel["jobs"];
    readonly work: {
      readonly showSignal: Job<ShowSignal>;
      readonly sweep: Job<Record<string, never>>;
      readonly sendReports: Job<Record<string, never>>;
    };
  };

export function makeSignals(kernel: Kernel, announcer: SignalAnnouncer): Signals {
  const makeMedia = makeSignalMedia({ ...kernel, announcer });
  const show = makeShowSignal({ ...kernel, announcer, makeMedia });
  const joined = {
    ...kernel,
    announcer,
    makeMedia,
    showSignal: async (tx: Parameters<ReviseDeps["showSignal"]>[0], signalId: number): Promise<void> => {
      await kernel.jobs.enqueue(tx, show, { signalId });
    },
  };
  return {
    ...joined,
    explainSignal: makeExplainSignal(kernel),
    work: { showSignal: show, sweep: makeSweepSignals(joined), sendReports: makeSendReports(joined) },
  };
}
