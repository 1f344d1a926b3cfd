export { defineJob, type EnqueueOptions, type Job, type JobContext, type JobQueue, type Schedule } from "./job.ts";
