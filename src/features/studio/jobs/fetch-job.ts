import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { inTransaction } from "#kernel/db/index.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { makeThumbnail, probeVideo } from "#providers/video/inspect.ts";

import type { FetchedVideo, JobEvent } from "../job-state.ts";
import { findJob, type VideoJob } from "../job.ts";
import { jobPayload, type WorkDeps } from "./job-work.ts";

/** What a bot may upload to Telegram. */
const maxBytes = 50 * 1024 * 1024;
const thumbnailBytes = 200 * 1024;

/** Brings the finished video here, looks at it, and hands it over to be delivered. */
export function makeFetchJob(deps: WorkDeps): Job<{ jobId: string }> {
  return defineJob({
    name: "studio.fetch-job",
    payload: jobPayload,
    run: async ({ jobId }, { signal, attempt }) => {
      const job = await findJob(deps.db, jobId);
      if (job?.state !== "fetching") return;
      const event = await fetchVideo(deps, job, signal);
      // Not ready although it was said to be: the job queue's backoff is the patience.
      if (event === undefined) throw new Error(`the video was not ready to be fetched (attempt ${attempt})`);
      await inTransaction(deps.db, async (tx) => await deps.advance(tx, jobId, event));
    },
  });
}

async function fetchVideo(deps: WorkDeps, job: VideoJob, signal: AbortSignal): Promise<JobEvent | undefined> {
  const provider = deps.providers.get(job.provider);
  if (provider === undefined || job.providerReference === undefined) return { type: "failed", failure: "lost" };
  const directory = await mkdtemp(join(tmpdir(), "telecast-video-"));
  const stop = deps.metrics.providerSeconds.startTimer({ provider: provider.id, call: "fetch" });
  try {
    const path = join(directory, "video.mp4");
    const outcome = await provider.fetchResult(job.providerReference, { path, maxBytes }, signal);
    if (outcome.ok) return await store(deps, path, signal);
    return outcome.reason === "not_ready"
      ? undefined
      : { type: "failed", failure: outcome.reason === "lost" ? "lost" : "provider" };
  } finally {
    stop();
    await rm(directory, { recursive: true, force: true });
  }
}

async function store({ drawing, media }: WorkDeps, path: string, signal: AbortSignal): Promise<JobEvent> {
  const probe = await probeVideo(drawing, path, signal);
  if (probe === undefined) return { type: "failed", failure: "provider" };
  const thumbnail = await makeThumbnail(drawing, path, signal);
  const stored = await media.put({
    contentType: "video/mp4",
    fileName: "video.mp4",
    body: createReadStream(path),
    maxBytes,
  });
  const cover =
    thumbnail &&
    (await media.put({
      contentType: "image/jpeg",
      fileName: "thumbnail.jpg",
      body: thumbnail,
      maxBytes: thumbnailBytes,
    }));
  const video: FetchedVideo = {
    mediaId: stored.id,
    thumbnailMediaId: cover?.id,
    width: probe.width,
    height: probe.height,
    durationSeconds: Math.round(probe.durationSeconds),
  };
  return { type: "fetched", video };
}
