import { sql } from "kysely";

import type { Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import type { JobAnnouncer, Standing } from "./announcer.ts";
import type { Forecast } from "./forecast.ts";
import { isEnded } from "./job-state.ts";
import { isInGroup, type VideoJob } from "./job.ts";
import { queuePosition } from "./queue.ts";

/** `calmly`: only when the last change of the card has been seen for a while; whatever comes next shows it too. */
export type ShowJob = (tx: Tx, job: VideoJob, when: "now" | "calmly") => Promise<void>;

/** A group takes 20 messages and 20 edits a minute, for all who ask there. */
const calmMs = { private: 3000, group: 15_000 };

/** Shows a job on its card, at a pace that people can follow and Telegram allows. The caller has locked the job. */
export function makeShowJob({
  announcer,
  forecast,
  clock,
}: Pick<Kernel, "clock"> & {
  readonly announcer: Pick<JobAnnouncer, "showCard">;
  readonly forecast: Pick<Forecast, "minutes">;
}): ShowJob {
  return async (tx, job, when) => {
    const now = clock.now();
    const inGroup = isInGroup(job);
    const quietMs = inGroup ? calmMs.group : calmMs.private;
    const isCalm = when === "calmly" || (inGroup && isPassing(job));
    if (isCalm && now.getTime() - job.cardAt.getTime() < quietMs) return;
    const position = job.state === "ordered" ? await queuePosition(tx, job.id) : 0;
    const isTimed = job.state === "ordered" || job.state === "running";
    const standing = { position, minutes: isTimed ? await forecast.minutes(tx, job, position) : undefined };
    const shows = whatIsShown(job, { ...standing, now });
    if (shows === job.cardShows) return;
    await announcer.showCard(tx, job, standing);
    await sql`update studio.job set card_shows = ${shows}, card_at = ${now} where id = ${job.id}`.execute(tx);
  };
}

/** In a group only how it begins, how it ends and what holds it up is worth an edit by itself. */
function isPassing({ cardShows, state, isBlocked }: VideoJob): boolean {
  return cardShows !== "" && !isBlocked && !isEnded(state);
}

/** Everything in a card that changes. */
function whatIsShown(job: VideoJob, { position, minutes, now }: Standing & { readonly now: Date }): string {
  const { state, progress, setbacks, isBlocked, unclearAt } = job;
  if (state === "ordered" && isBlocked) return `blocked ${minutesLeft(job, now)}`;
  if (state === "ordered") return `${state} ${position} ${minutes} ${setbacks > 0}`;
  if (state === "submitting" && unclearAt !== undefined) return "unclear";
  return state === "running" ? `${state} ${progress} ${minutes}` : state;
}

/** How long a job that is blocked may yet wait: in steps of ten minutes, so that its card stands still. */
export function minutesLeft({ deadline }: VideoJob, now: Date): number {
  const step = 10;
  return Math.max(1, Math.ceil((deadline.getTime() - now.getTime()) / 60_000 / step)) * step;
}
