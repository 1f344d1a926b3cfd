export { type DeadLetter, listDeadLetters, redriveDeadLetter } from "./dead-letters.ts";
export { defineJob, type EnqueueOptions, type Job, type JobContext, type JobQueue, type Schedule } from "./job.ts";
export { createJobs, type Jobs, type JobsDeps, type JobsParts } from "./jobs.ts";
