import type { HealthResult } from "../observability/index.ts";
import type { Leader } from "./lead.ts";

/** So long may deliveries that could go wait without any of them being tried. */
const stalledMs = 30_000;

const awayDetails = {
  unauthorized: "Telegram refuses the bot's token: nothing is sent",
  unclear: "Telegram does not answer: sending is paused until it does",
  unreachable: "Telegram cannot be reached: sending is paused until it can",
} as const;

/** Whether this process does what it should: says the truth about the worker, not about the process. */
export function checkSending(leader: Leader | undefined, nowMs: number): HealthResult {
  if (leader === undefined) return { ok: true, detail: "another replica sends, or this one is about to" };
  const away = leader.outage.reason();
  if (away !== undefined) return { ok: false, detail: awayDetails[away] };
  const { lastAttemptMs, lastSweepMs } = leader.progress();
  if (nowMs - lastSweepMs > stalledMs) return { ok: false, detail: "the queue has not been read for half a minute" };
  const ready = leader.backlog.lanes.reduce((sum, lane) => sum + lane.readyChats(), 0);
  const mayGo = leader.pacer().view().blockedMs === 0;
  if (ready > 0 && mayGo && nowMs - lastAttemptMs > stalledMs) {
    return { ok: false, detail: "deliveries are due and none has been tried for half a minute" };
  }
  return { ok: true, detail: "sends" };
}
