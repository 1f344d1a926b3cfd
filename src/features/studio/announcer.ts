import type { Tx } from "#kernel/db/index.ts";

import type { FetchedVideo } from "./job-state.ts";
import type { VideoJob } from "./job.ts";

/** Where a job stands, beyond what its row says. */
export interface Standing {
  /** In the queue, 1 for the next; 0 when it does not wait. */
  readonly position: number;
  /** Until it arrives, 0 for less than one; undefined when nobody can say. */
  readonly minutes: number | undefined;
}

/** How people hear of a job; the chat side fulfils it. All of it only writes to the outbox. */
export interface JobAnnouncer {
  /** Makes or changes the job's card. */
  readonly showCard: (tx: Tx, job: VideoJob, standing: Standing) => Promise<void>;
  /** Tells the person, in private, what became of his credits for a video in a group that has ended. */
  readonly settleInPrivate: (tx: Tx, job: VideoJob) => Promise<void>;
  /** Queues the finished video; its settlement ends the job. @returns the delivery's id. */
  readonly sendVideo: (tx: Tx, job: VideoJob, video: FetchedVideo) => Promise<number>;
}
