import { createReadStream } from "node:fs";
import { join } from "node:path";

import { inTransaction } from "#kernel/db/index.ts";
import { defineJob, type Job } from "#kernel/jobs/index.ts";
import { toError } from "#kernel/lib/errors.ts";
import type { Logger } from "#kernel/observability/index.ts";
import { makeThumbnail, probeVideo } from "#providers/video/inspect.ts";

import type { AlertAdmins } from "../alert-admins.ts";
import { handOver, linkFor, tellTooLarge, type TooLarge } from "../hand-over.ts";
import type { FetchedVideo, JobEvent } from "../job-state.ts";
import { findJob, type VideoJob } from "../job.ts";
import { type DiskShare, makeDiskShare, withDirectory } from "../work-files.ts";
import { askProvider } from "./ask-provider.ts";
import { jobPayload, type WorkDeps } from "./job-work.ts";

const thumbnailBytes = 200 * 1024;

export interface FetchDeps extends WorkDeps {
  readonly alertAdmins: AlertAdmins;
}

/** Brings the finished video here, looks at it, and hands it over to be delivered. */
export function makeFetchJob(deps: FetchDeps): Job<{ jobId: string }> {
  const share = makeDiskShare(deps.workDirectory);
  return defineJob({
    name: "studio.fetch-job",
    payload: jobPayload,
    // A gigabyte or two on a slow line, and on to the storage.
    timeoutSeconds: 1800,
    run: async ({ jobId }, { signal, log }) => {
      const job = await findJob(deps.db, jobId);
      if (job?.state !== "fetching") return;
      const fetched = await withDirectory(deps.workDirectory, async (directory) => {
        const path = join(directory, "video.mp4");
        return await fetchVideo(deps, job, { path, share, signal, log });
      });
      await inTransaction(deps.db, async (tx) => {
        const { ok } = await deps.advance(tx, jobId, eventOf(fetched));
        if (ok && "tooLarge" in fetched) await tellTooLarge(deps, tx, { why: fetched.tooLarge, model: job.model });
      });
    },
  });
}

interface Work {
  readonly path: string;
  readonly share: DiskShare;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

type Fetched =
  | { readonly video: FetchedVideo }
  | { readonly failure: "lost" | "provider" }
  | { readonly tooLarge: TooLarge };

function eventOf(fetched: Fetched): JobEvent {
  if ("video" in fetched) return { type: "fetched", video: fetched.video };
  return { type: "failed", failure: "tooLarge" in fetched ? "too_large" : fetched.failure };
}

/** @throws when it is not ready although it was said to be, or the provider is out: the job queue's backoff is the patience. */
async function fetchVideo(deps: FetchDeps, job: VideoJob, work: Work): Promise<Fetched> {
  const provider = deps.providers.get(job.provider);
  const { providerReference: reference } = job;
  if (provider === undefined || reference === undefined) return { failure: "lost" };
  const { path, signal } = work;
  const { uploadable, fetchable, limit } = await handOver(deps);
  const size = { least: Math.min(uploadable, fetchable, ordinaryBytes), most: fetchable };
  return await work.share(size, async (maxBytes) => {
    const outcome = await askProvider(
      deps.metrics,
      provider,
      "fetch",
      async () => await provider.fetchResult(reference, { path, maxBytes }, signal),
    );
    if (outcome.ok) return await store(deps, work, { bytes: outcome.bytes, uploadable });
    if (outcome.reason === "not_ready") throw new Error("the video was not ready to be fetched");
    if (outcome.reason === "lost") return { failure: "lost" };
    if (maxBytes < fetchable) throw new Error("there is no room on the disk for a video of this size now");
    return { tooLarge: limit };
  });
}

/** Fetched whatever the disk looks like: what most videos stay far below. */
const ordinaryBytes = 50 * 1024 * 1024;

async function store(
  deps: FetchDeps,
  work: Work,
  { bytes, uploadable }: { readonly bytes: number; readonly uploadable: number },
): Promise<Fetched> {
  const { path, signal } = work;
  const probe = await probeVideo(deps.drawing, path, signal);
  if (probe === undefined) return { failure: "provider" };
  const linkUntil = bytes > uploadable ? await linkFor(deps, bytes) : undefined;
  if (bytes > uploadable && linkUntil === undefined) return { tooLarge: "links_full" };
  const thumbnail = await thumbnailOf(deps, work);
  const { media } = deps;
  const stored = await media.put({
    contentType: "video/mp4",
    fileName: "video.mp4",
    body: { stream: createReadStream(path), bytes },
    maxBytes: bytes,
    ...(linkUntil !== undefined && { expiresAt: linkUntil }),
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
    bytes,
    linkUntil,
  };
  return { video };
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
