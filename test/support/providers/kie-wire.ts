import type { KieCode, KieTask } from "./kie-server.ts";

/** What KIE takes and what its records look like, by kind of model. */
export type KieFamily = "veo" | "runway" | "jobs";

export const createPaths: Readonly<Record<string, KieFamily>> = {
  "/api/v1/veo/generate": "veo",
  "/api/v1/runway/generate": "runway",
  "/api/v1/jobs/createTask": "jobs",
};

export const recordPaths: Readonly<Record<string, KieFamily>> = {
  "/api/v1/veo/record-info": "veo",
  "/api/v1/runway/record-detail": "runway",
  "/api/v1/jobs/recordInfo": "jobs",
};

type Fields = Readonly<Record<string, unknown>>;

/** Undefined for a request that KIE would take. */
export function refuseInput(family: KieFamily, body: Fields, uploads: ReadonlySet<string>): KieCode | undefined {
  const input = family === "jobs" ? ((body["input"] ?? {}) as Fields) : body;
  const { prompt } = input;
  if (typeof prompt !== "string" || prompt === "") return { code: 422, msg: "prompt is required" };
  if (/forbidden/i.test(prompt)) return { code: 400, msg: "Your prompt was flagged by the content policy" };
  const mistake = mistakeIn(family, body, input);
  if (mistake !== undefined) return { code: 422, msg: mistake };
  const images = [input["image_url"], input["imageUrl"], ...((input["imageUrls"] ?? []) as unknown[])];
  const unreachable = images.some((url) => url !== undefined && !uploads.has(url as string));
  return unreachable ? { code: 451, msg: "Failed to fetch the image" } : undefined;
}

function mistakeIn(family: KieFamily, body: Fields, input: Fields): string | undefined {
  switch (family) {
    case "veo":
      return firstMistake([
        [one(body["model"], "veo3", "veo3_fast", "veo3_lite"), "model is not supported"],
        [one(input["aspect_ratio"], "16:9", "9:16", "Auto"), "aspect_ratio is not supported"],
        [one(input["duration"], 4, 6, 8), "duration must be 4, 6 or 8"],
        [one(input["resolution"], "720p", "1080p", "4k"), "resolution is not supported"],
        [(input["generationType"] === "TEXT_2_VIDEO") === (input["imageUrls"] === undefined), "imageUrls is wrong"],
      ]);
    case "runway":
      return firstMistake([
        [one(input["duration"], 5, 10), "duration must be 5 or 10"],
        [one(input["quality"], "720p", "1080p"), "quality is not supported"],
        [!(input["quality"] === "1080p" && input["duration"] === 10), "1080p cannot be 10 seconds long"],
        [
          input["imageUrl"] !== undefined || one(input["aspectRatio"], "16:9", "9:16", "1:1"),
          "aspectRatio is required",
        ],
      ]);
    case "jobs":
      return firstMistake(jobRules(String(body["model"]), input));
  }
}

type Rule = readonly [boolean, string];

function jobRules(model: string, input: Fields): readonly Rule[] {
  const hasImage = typeof input["image_url"] === "string";
  switch (model) {
    case "wan/2-2-a14b-text-to-video-turbo":
      return [
        [one(input["resolution"], "480p", "720p"), "resolution is not supported"],
        [one(input["aspect_ratio"], "16:9", "9:16"), "aspect_ratio is not supported"],
        [Number.isInteger(input["seed"]) && Number(input["seed"]) < 2 ** 31, "seed is out of range"],
      ];
    case "wan/2-2-a14b-image-to-video-turbo":
      return [
        [hasImage, "image_url is required"],
        [input["aspect_ratio"] === undefined, "aspect_ratio is not a field"],
        [one(input["resolution"], "480p", "720p"), "resolution is not supported"],
      ];
    case "kling/v2-1-standard":
      return [
        [hasImage, "image_url is required"],
        [one(input["duration"], "5", "10"), 'duration must be "5" or "10"'],
      ];
    default:
      return [[false, "model is not supported"]];
  }
}

function one(value: unknown, ...allowed: readonly unknown[]): boolean {
  return allowed.includes(value);
}

function firstMistake(rules: readonly Rule[]): string | undefined {
  return rules.find(([holds]) => !holds)?.[1];
}

/** The record of a task of that age. */
export function recordOf(task: KieTask, ageMs: number, videoUrl: string): unknown {
  const ended = ageMs >= task.plan.renderMs;
  const failure = ended ? task.plan.failure : undefined;
  const moment = { task, ageMs, failure, videoUrl: ended && failure === undefined ? videoUrl : undefined };
  switch (task.family) {
    case "veo":
      return veoRecord(moment);
    case "runway":
      return runwayRecord(moment);
    case "jobs":
      return jobRecord(moment);
  }
}

interface Moment {
  readonly task: KieTask;
  readonly ageMs: number;
  readonly failure: KieTask["plan"]["failure"];
  /** Once there is a video. */
  readonly videoUrl: string | undefined;
}

function veoRecord({ task, failure, videoUrl }: Moment): unknown {
  const ended = failure !== undefined || videoUrl !== undefined;
  return {
    taskId: task.id,
    paramJson: JSON.stringify(task.input),
    completeTime: ended ? "2025-06-06 10:30:00" : null,
    response: videoUrl === undefined ? null : { taskId: task.id, resultUrls: [videoUrl], resolution: "720p" },
    successFlag: failure === undefined ? Number(ended) : 3,
    errorCode: failure?.code ?? null,
    errorMessage: failure?.message ?? "",
  };
}

function runwayRecord({ task, ageMs, failure, videoUrl }: Moment): unknown {
  const imageUrl = "https://example.org/cover.png";
  return {
    taskId: task.id,
    generateParam: task.input,
    state: stateAt(ageMs, task, "wait", "queueing"),
    videoInfo: videoUrl === undefined ? null : { videoId: "v", taskId: task.id, videoUrl, imageUrl },
    failCode: failure?.code ?? 0,
    failMsg: failure?.message ?? "",
    expireFlag: 0,
  };
}

function jobRecord({ task, ageMs, failure, videoUrl }: Moment): unknown {
  return {
    taskId: task.id,
    model: task.model,
    state: stateAt(ageMs, task, "waiting", "queuing"),
    param: JSON.stringify({ model: task.model, input: task.input }),
    resultJson: videoUrl === undefined ? "" : JSON.stringify({ resultUrls: [videoUrl] }),
    failCode: failure === undefined ? null : String(failure.code),
    failMsg: failure?.message ?? "",
    costTime: videoUrl === undefined ? null : task.plan.renderMs,
    creditsConsumed: videoUrl === undefined ? null : 25,
  };
}

function stateAt(ageMs: number, { plan }: KieTask, first: string, second: string): string {
  if (ageMs >= plan.renderMs) return plan.failure === undefined ? "success" : "fail";
  if (ageMs < plan.renderMs / 4) return first;
  return ageMs < plan.renderMs / 2 ? second : "generating";
}
