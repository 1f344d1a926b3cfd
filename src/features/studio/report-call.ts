import { formatDuration } from "#kernel/alarms/index.ts";
import { afterCommit, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import type { JobFollowUp } from "./advance.ts";
import type { AlertAdmins } from "./alert-admins.ts";
import { noteCall } from "./circuit-store.ts";
import type { Outcome } from "./circuit.ts";

export interface ReportCallDeps extends Pick<Kernel, "clock" | "log"> {
  readonly alertAdmins: AlertAdmins;
  readonly followUp: Pick<JobFollowUp, "dispatch">;
}

/** Writes down what a job's call of its provider brought. To be called before the job itself is locked. */
export type ReportCall = (
  tx: Tx,
  call: { readonly provider: string; readonly job: string; readonly outcome: Outcome },
) => Promise<void>;

/**
 * The admins hear once that a provider is out, and once that it works again, in the transaction that found it; and
 * whoever waits for it gets his turn when it may be tried.
 */
export function makeReportCall({ clock, log, alertAdmins, followUp }: ReportCallDeps): ReportCall {
  return async (tx, call) => {
    const now = clock.now();
    const { before, after } = await noteCall(tx, { ...call, now });
    if (before === after || (before.state === "closed" && after.state === "closed")) return;
    const { provider } = call;
    if (after.state === "closed") {
      if (before.state === "closed") return;
      await followUp.dispatch(tx);
      const seconds = (now.getTime() - before.outSince.getTime()) / 1000;
      await alertAdmins(tx, {
        key: `studio.well:${provider}:${before.outSince.toISOString()}`,
        text: (t) => t("studio-alert-well", { provider, duration: formatDuration(seconds, t.language) }),
      });
      afterCommit(tx, () => {
        log.info({ provider, seconds: Math.round(seconds) }, "video provider works again");
      });
      return;
    }
    const { outSince, trouble, until } = after;
    await followUp.dispatch(tx, until);
    // The same outage is told once, whatever is tried meanwhile.
    await alertAdmins(tx, {
      key: `studio.out:${provider}:${outSince.toISOString()}`,
      text: (t) => t("studio-alert-out", { provider, trouble }),
    });
    afterCommit(tx, () => {
      log.warn({ provider, trouble, outSince, triedAgainAt: until }, "video provider is out");
    });
  };
}
