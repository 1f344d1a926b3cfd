import { sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import type { JobAnnouncer } from "./announcer.ts";
import type { VideoJob } from "./job.ts";
import { queuePosition } from "./queue.ts";

/** `calmly`: only when the last change of the card has been seen for a while; whatever comes next shows it too. */
export type ShowJob = (tx: Tx, job: VideoJob, when: "now" | "calmly") => Promise<void>;

/** A group takes 20 messages a minute, from all who write there. */
const calmMs = { private: 3000, group: 15_000 };

/** Shows a job on its card, at a pace that people can follow and Telegram allows. The caller has locked the job. */
export function makeShowJob({
  announcer,
  clock,
}: Pick<Kernel, "clock"> & { readonly announcer: Pick<JobAnnouncer, "showCard"> }): ShowJob {
  return async (tx, job, when) => {
    const now = clock.now();
    const quietMs = job.chatId < 0 ? calmMs.group : calmMs.private;
    if (when === "calmly" && now.getTime() - job.cardAt.getTime() < quietMs) return;
    const position = job.state === "ordered" ? await queuePosition(tx, job.id) : 0;
    const shows = whatIsShown(job, { position, now });
    if (shows === job.cardShows) return;
    await announcer.showCard(tx, job, position);
    await sql`update studio.job set card_shows = ${shows}, card_at = ${now} where id = ${job.id}`.execute(tx);
  };
}

/** Everything in a card that changes. */
function whatIsShown(job: VideoJob, { position, now }: { readonly position: number; readonly now: Date }): string {
  const { state, progress, setbacks, isBlocked, unclearAt } = job;
  if (state === "ordered" && isBlocked) return `blocked ${minutesLeft(job, now)}`;
  if (state === "ordered") return `${state} ${position} ${setbacks > 0}`;
  if (state === "submitting" && unclearAt !== undefined) return "unclear";
  return state === "running" ? `${state} ${progress}` : state;
}

/** How long a job that is blocked may yet wait: in steps of ten minutes, so that its card stands still. */
export function minutesLeft({ deadline }: VideoJob, now: Date): number {
  const step = 10;
  return Math.max(1, Math.ceil((deadline.getTime() - now.getTime()) / 60_000 / step)) * step;
}
