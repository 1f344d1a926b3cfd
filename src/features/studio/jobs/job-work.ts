import { z } from "zod";

import type { Kernel } from "#kernel/feature.ts";
import type { VideoProvider } from "#providers/video/port.ts";

import type { Advance, JobFollowUp } from "../advance.ts";
import type { Forecast } from "../forecast.ts";
import type { StudioMetrics } from "../metrics.ts";

/** What studio's background work shares. */
export interface WorkDeps extends Pick<
  Kernel,
  "config" | "db" | "log" | "clock" | "ids" | "cipher" | "media" | "settings" | "drawing" | "files" | "publicUrl"
> {
  readonly advance: Advance;
  readonly followUp: JobFollowUp;
  readonly providers: ReadonlyMap<string, VideoProvider>;
  readonly metrics: StudioMetrics;
  readonly forecast: Forecast;
  /** For files that are only needed while a job runs; the sweep removes what a dead process has left. */
  readonly workDirectory: string;
}

/** Every job's payload names the video job; everything else is read when it runs. */
export const jobPayload = z.object({ jobId: z.uuid() });
export const nothing = z.object({});
