import { defineJob, type Job } from "#kernel/jobs/index.ts";

import { findJob } from "../job.ts";
import { jobPayload, type WorkDeps } from "./job-work.ts";

/** After the end: what is not wanted any more is stopped, and the provider may delete what it has. */
export function makeTidyJob({ db, providers }: WorkDeps): Job<{ jobId: string }> {
  return defineJob({
    name: "studio.tidy-job",
    payload: jobPayload,
    run: async ({ jobId }, { signal }) => {
      const job = await findJob(db, jobId);
      const provider = job && providers.get(job.provider);
      if (job?.finishedAt === undefined || provider === undefined || job.providerReference === undefined) return;
      if (job.state !== "delivered") await provider.cancel?.(job.providerReference, signal);
      await provider.forget?.(job.providerReference, signal);
    },
  });
}
