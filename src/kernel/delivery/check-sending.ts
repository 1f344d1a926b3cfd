import type { HealthResult } from "../observability/index.ts";
import type { Leader } from "./lead.ts";

/** The queue is looked after every second; a digest for thousands may take a while. */
const stalledMs = 30_000;

const awayDetails = {
  unauthorized: "Telegram refuses the bot's token: nothing is sent",
  unclear: "Telegram does not answer: sending is paused until it does",
  unreachable: "Telegram cannot be reached: sending is paused until it can",
} as const;

/** Whether this process does what it should: says the truth about the worker, not about the process. */
export function checkSending(
  leader: Leader | undefined,
  { nowMs, watched }: { readonly nowMs: number; readonly watched: HealthResult },
): HealthResult {
  if (leader === undefined) return watched;
  const away = leader.outage.reason();
  if (away !== undefined) return { ok: false, detail: awayDetails[away] };
  const { lastSweepMs } = leader.progress();
  if (nowMs - lastSweepMs > stalledMs) return { ok: false, detail: "the queue has not been read for half a minute" };
  return watched;
}
