import { z } from "zod";

import type { Kernel } from "#kernel/feature.ts";
import type { VideoProvider } from "#providers/video/port.ts";

import type { Advance } from "../advance.ts";
import type { StudioMetrics } from "../metrics.ts";

/** What studio's background work shares. */
export interface WorkDeps extends Pick<
  Kernel,
  "db" | "clock" | "ids" | "cipher" | "media" | "settings" | "log" | "drawing" | "files" | "publicUrl"
> {
  readonly advance: Advance;
  readonly providers: ReadonlyMap<string, VideoProvider>;
  readonly metrics: StudioMetrics;
}

/** Every job's payload names the video job; everything else is read when it runs. */
export const jobPayload = z.object({ jobId: z.uuid() });
export const nothing = z.object({});
