import { formatDuration } from "#kernel/alarms/index.ts";
import { afterCommit, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import type { VideoProvider } from "#providers/video/port.ts";

import type { JobFollowUp } from "./advance.ts";
import type { AlertAdmins } from "./alert-admins.ts";
import { noteCall } from "./circuit-store.ts";
import type { Outcome, Trouble } from "./circuit.ts";

export interface ReportCallDeps extends Pick<Kernel, "clock" | "log"> {
  readonly alertAdmins: AlertAdmins;
  readonly followUp: Pick<JobFollowUp, "dispatch">;
}

/** Writes down what a job's call of its provider brought. To be called before the job itself is locked. */
export type ReportCall = (
  tx: Tx,
  call: { readonly provider: Caller; readonly job: string; readonly outcome: Outcome },
) => Promise<void>;

type Caller = Pick<VideoProvider, "id" | "playsFaults">;

/**
 * The admins hear once that a provider is out, and once that it works again, in the transaction that found it; and
 * whoever waits for it gets his turn when it may be tried.
 */
export function makeReportCall({ clock, log, alertAdmins, followUp }: ReportCallDeps): ReportCall {
  const tellOut = async (
    tx: Tx,
    provider: string,
    of: { readonly trouble: Trouble; readonly since: string },
  ): Promise<void> => {
    await alertAdmins(tx, {
      key: `studio.out:${provider}:${of.since}`,
      text: (t) => t("studio-alert-out", { provider, trouble: of.trouble }),
    });
  };
  return async (tx, { provider: { id: provider, playsFaults }, job, outcome }) => {
    const now = clock.now();
    if (playsFaults === true) {
      const isOurs = outcome === "no_credit" || outcome === "unauthorized";
      // Played to the end: once an hour.
      if (isOurs) await tellOut(tx, provider, { trouble: outcome, since: now.toISOString().slice(0, 13) });
      return;
    }
    const { before, after } = await noteCall(tx, { provider, job, outcome, now });
    if (before === after || (before.state === "closed" && after.state === "closed")) return;
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
    await tellOut(tx, provider, { trouble, since: outSince.toISOString() });
    afterCommit(tx, () => {
      log.warn({ provider, trouble, outSince, triedAgainAt: until }, "video provider is out");
    });
  };
}
