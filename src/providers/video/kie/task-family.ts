import type { VideoRequest } from "../port.ts";
import { readJobRecord, readRunwayRecord, readVeoRecord, type TaskState } from "./task-record.ts";

/** KIE speaks in three ways, by model; the ways differ in paths, in spelling, and in what a record looks like. */
export interface TaskFamily {
  readonly createPath: string;
  readonly recordPath: string;
  readonly body: (request: VideoRequest, imageUrl: string | undefined) => object;
  /** Undefined when it is no record at all. */
  readonly read: (data: unknown) => TaskState | undefined;
}

export type FamilyName = "veo" | "runway" | "jobs";

/** A picture may be sent without words, and no model takes it so. */
const wordless = "Bring this picture to life with natural motion.";

export const families: Readonly<Record<FamilyName, TaskFamily>> = {
  veo: {
    createPath: "/api/v1/veo/generate",
    recordPath: "/api/v1/veo/record-info",
    body: (request, imageUrl) => ({
      ...common(request),
      model: request.model,
      generationType: imageUrl === undefined ? "TEXT_2_VIDEO" : "FIRST_AND_LAST_FRAMES_2_VIDEO",
      ...(imageUrl !== undefined && { imageUrls: [imageUrl] }),
      // The name is spelt in this way here alone; the others ignore it, and this one ignores theirs.
      aspect_ratio: request.aspectRatio,
      resolution: resolutionName(request),
      duration: request.durationSeconds,
      enableTranslation: true,
    }),
    read: readVeoRecord,
  },
  runway: {
    createPath: "/api/v1/runway/generate",
    recordPath: "/api/v1/runway/record-detail",
    body: (request, imageUrl) => ({
      ...common(request),
      duration: request.durationSeconds,
      quality: resolutionName(request),
      waterMark: "",
      ...(imageUrl === undefined ? { aspectRatio: request.aspectRatio } : { imageUrl }),
    }),
    read: readRunwayRecord,
  },
  jobs: {
    createPath: "/api/v1/jobs/createTask",
    recordPath: "/api/v1/jobs/recordInfo",
    body: ({ callbackUrl, ...request }, imageUrl) => ({
      model: request.model,
      ...(callbackUrl !== undefined && { callBackUrl: callbackUrl }),
      input: {
        prompt: promptOf(request),
        ...(imageUrl !== undefined && { image_url: imageUrl }),
        ...inputOf(request, imageUrl !== undefined),
      },
    }),
    read: readJobRecord,
  },
};

export function familyOf(model: string): FamilyName {
  if (/^veo\d/.test(model)) return "veo";
  return model === "runway" ? "runway" : "jobs";
}

function common(request: VideoRequest): object {
  const { callbackUrl } = request;
  return { prompt: promptOf(request), ...(callbackUrl !== undefined && { callBackUrl: callbackUrl }) };
}

function promptOf({ prompt }: Pick<VideoRequest, "prompt">): string {
  return prompt.trim() === "" ? wordless : prompt;
}

type JobInput = Pick<VideoRequest, "model" | "durationSeconds" | "aspectRatio" | "seed" | "width" | "height">;

/** Models of one maker take the same fields. A picture brings its own shape. */
function inputOf(request: JobInput, hasImage: boolean): object {
  const { model, durationSeconds, aspectRatio, seed } = request;
  const shape = hasImage ? {} : { aspect_ratio: aspectRatio };
  if (model.startsWith("wan/")) {
    // 0 would mean another one each time.
    const fixed = seed === undefined ? {} : { seed: (seed % (2 ** 31 - 2)) + 1 };
    return { resolution: resolutionName(request), ...shape, ...fixed };
  }
  // A number is refused.
  const duration = String(durationSeconds);
  if (model.startsWith("kling/")) return { duration, ...shape };
  return { duration, resolution: resolutionName(request), ...shape };
}

function resolutionName({ width, height }: Pick<VideoRequest, "width" | "height">): string {
  const lines = Math.min(width, height);
  return lines >= 2160 ? "4k" : `${lines}p`;
}
