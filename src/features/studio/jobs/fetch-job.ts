import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";

import { inTransaction } from "#kernel/db/index.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { toError } from "#kernel/lib/errors.ts";
import type { Logger } from "#kernel/observability/index.ts";
import { makeThumbnail, probeVideo } from "#providers/video/inspect.ts";

import type { FetchedVideo, JobEvent } from "../job-state.ts";
import { findJob, type VideoJob } from "../job.ts";
import { withDirectory } from "../work-files.ts";
import { askProvider } from "./ask-provider.ts";
import { jobPayload, type WorkDeps } from "./job-work.ts";

/** What a bot may upload to Telegram. */
const maxBytes = 50 * 1024 * 1024;
const thumbnailBytes = 200 * 1024;

/** Brings the finished video here, looks at it, and hands it over to be delivered. */
export function makeFetchJob(deps: WorkDeps): Job<{ jobId: string }> {
  return defineJob({
    name: "studio.fetch-job",
    payload: jobPayload,
    run: async ({ jobId }, { signal, log }) => {
      const job = await findJob(deps.db, jobId);
      if (job?.state !== "fetching") return;
      const event = await withDirectory(
        deps.workDirectory,
        async (directory) => await fetchVideo(deps, job, { path: join(directory, "video.mp4"), signal, log }),
      );
      await inTransaction(deps.db, async (tx) => await deps.advance(tx, jobId, event));
    },
  });
}

interface Work {
  readonly path: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** @throws when it is not ready although it was said to be, or the provider is out: the job queue's backoff is the patience. */
async function fetchVideo(deps: WorkDeps, job: VideoJob, work: Work): Promise<JobEvent> {
  const provider = deps.providers.get(job.provider);
  const { providerReference: reference } = job;
  if (provider === undefined || reference === undefined) return { type: "failed", failure: "lost" };
  const { path, signal } = work;
  const outcome = await askProvider(
    deps.metrics,
    provider,
    "fetch",
    async () => await provider.fetchResult(reference, { path, maxBytes }, signal),
  );
  if (outcome.ok) return await store(deps, work);
  if (outcome.reason === "not_ready") throw new Error("the video was not ready to be fetched");
  return { type: "failed", failure: outcome.reason === "lost" ? "lost" : "provider" };
}

async function store(deps: WorkDeps, work: Work): Promise<JobEvent> {
  const { path, signal } = work;
  const probe = await probeVideo(deps.drawing, path, signal);
  if (probe === undefined) return { type: "failed", failure: "provider" };
  const thumbnail = await thumbnailOf(deps, work);
  const { media } = deps;
  const stored = await media.put({
    contentType: "video/mp4",
    fileName: "video.mp4",
    body: { stream: createReadStream(path), bytes: (await stat(path)).size },
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
    // Telegram takes whole seconds; 0 would be no length at all.
    durationSeconds: Math.max(1, Math.round(probe.durationSeconds)),
  };
  return { type: "fetched", video };
}

/** Telegram makes its own when there is none: a picture is no reason to lose a video that was paid for. */
async function thumbnailOf({ drawing }: WorkDeps, { path, signal, log }: Work): Promise<Buffer | undefined> {
  try {
    return await makeThumbnail(drawing, path, signal);
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ err: toError(error) }, "thumbnail could not be made");
    return undefined;
  }
}
