import { z } from "zod";

import { defineJob, type Job } from "#kernel/jobs/index.ts";
import type { VideoProvider } from "#providers/video/port.ts";

import { findJob, type VideoJob } from "../job.ts";
import { jobPayload, type WorkDeps } from "./job-work.ts";

/** After the end: what is not wanted any more is stopped, and the provider may delete what it has. */
export function makeTidyJob({ db, providers }: WorkDeps): Job<{ jobId: string; reference?: string }> {
  return defineJob({
    name: "studio.tidy-job",
    payload: jobPayload.extend({ reference: z.string().optional() }),
    run: async ({ jobId, reference: orphan }, { signal }) => {
      const job = await findJob(db, jobId);
      const provider = job && providers.get(job.provider);
      if (job === undefined || provider === undefined) return;
      if (orphan === undefined && job.finishedAt === undefined) return;
      const reference = orphan ?? job.providerReference ?? (await unrecorded(provider, job, signal));
      if (reference === undefined) return;
      if (orphan !== undefined || job.state !== "delivered") await provider.cancel?.(reference, signal);
      await provider.forget?.(reference, signal);
    },
  });
}

/** Given up while it was handed over: the provider may have it although we have no answer. */
async function unrecorded(provider: VideoProvider, job: VideoJob, signal: AbortSignal): Promise<string | undefined> {
  if (job.submittedAt === undefined || (job.state !== "cancelled" && job.state !== "expired")) return undefined;
  return (await provider.findByClientReference?.(job.id, signal))?.reference;
}
