import type { Clock } from "#kernel/lib/clock.ts";

import { bearerOf, type FakeAnswer, type FakeRequest, jsonOf, serveFake } from "./fake-service.ts";

/** Veo on Vertex AI (operations, films inside the answer) and Gemini Omni with an API key (interactions). */
export interface GoogleServer {
  readonly url: string;
  readonly jobs: readonly GoogleJob[];
  /** The create calls to come; `taken` when none is left. */
  readonly creates: GoogleCreateStep[];
  /** How the jobs to come go on. */
  plan: GooglePlan;
  film: Uint8Array;
  /** Every call is answered so while it is set. */
  outage: GoogleCode | undefined;
  /** Whether results can (still) be fetched. */
  hasFiles: boolean;
  /** What the text models answer (`generateContent`): better words, or how it goes wrong. */
  words: GoogleWords;
  /** What they were asked. */
  readonly asked: Readonly<Record<string, unknown>>[];
}

export type GoogleWords =
  | { readonly text: string; readonly finishReason?: string; readonly thoughts?: number }
  | { readonly blockReason: string }
  | GoogleCode
  | "hangs_up"
  /** No answer before `until` resolves. */
  | { readonly until: Promise<void>; readonly text: string };

export interface GoogleJob {
  readonly kind: "veo" | "omni";
  /** The operation's whole name, or the interaction's id. */
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly madeAtMs: number;
  readonly plan: GooglePlan;
  isDeleted: boolean;
}

export interface GoogleCode {
  readonly code: number;
  readonly message?: string;
  readonly retryAfter?: string;
}

export type GoogleCreateStep = "taken" | GoogleCode | "taken_then_hangs_up" | "taken_without_a_name";

export interface GooglePlan {
  readonly renderMs: number;
  /** `filtered`: done, without an error and without a film. A code of `google.rpc` otherwise. */
  readonly failure?: "filtered" | { readonly code: number; readonly message: string };
  /** Interactions have the film inside as well, instead of a link to it. */
  readonly inline?: boolean;
}

export const vertexToken = "a-vertex-token";
export const geminiKey = "AIza-gemini-test-key";
const veoModels = /^veo-3\.1-(?:fast-|lite-)?generate-001$/;
const createPath = /^\/v1beta1\/(projects\/[^/]+\/locations\/[^/]+\/publishers\/google\/models\/([\w.-]+)):(\w+)$/;

export async function googleServer({
  clock,
  film = Buffer.alloc(0),
}: {
  readonly clock: Clock;
  readonly film?: Uint8Array;
}): Promise<GoogleServer> {
  const jobs: GoogleJob[] = [];
  const nowMs = (): number => clock.now().getTime();
  const take = (kind: GoogleJob["kind"], name: string, body: GoogleJob["body"]): GoogleJob => {
    const job: GoogleJob = { kind, name, body, madeAtMs: nowMs(), plan: server.plan, isDeleted: false };
    jobs.push(job);
    return job;
  };
  /** Answers with what the job is called, unless the step says otherwise. */
  const create = (mistake: string | undefined, made: () => object): FakeAnswer => {
    const step = server.creates.shift() ?? "taken";
    if (typeof step === "object") return coded(step);
    if (mistake !== undefined) return coded({ code: 400, message: mistake });
    const answer = made();
    if (step === "taken_then_hangs_up") return "hangs_up";
    return { status: 200, json: step === "taken_without_a_name" ? {} : answer };
  };

  const vertex = (request: FakeRequest): FakeAnswer => {
    if (bearerOf(request) !== vertexToken) return coded({ code: 401, message: "invalid credentials" });
    const [, model = "", id = "", verb] = createPath.exec(request.url.pathname) ?? [];
    const body = jsonOf(request);
    if (verb === "predictLongRunning") {
      if (!veoModels.test(id)) return coded({ code: 404, message: "model not found" });
      return create(veoMistake(body), () => ({
        name: take("veo", `${model}/operations/op-${jobs.length + 1}`, body).name,
      }));
    }
    const job = jobs.find(({ kind, name }) => kind === "veo" && name === body["operationName"]);
    // The film is inside the operation: when it has died, so has the operation.
    const hasDied = job !== undefined && !server.hasFiles && nowMs() - job.madeAtMs >= job.plan.renderMs;
    return job === undefined || hasDied
      ? coded({ code: 404, message: "not found" })
      : ok(operationOf(job, nowMs(), server.film));
  };

  const omni = (request: FakeRequest): FakeAnswer => {
    const { method, headers, url } = request;
    if (headers["x-goog-api-key"] !== geminiKey) return coded({ code: 400, message: "API key not valid" });
    if (method === "POST") {
      const body = jsonOf(request);
      return create(omniMistake(body), () => ({
        id: take("omni", `v1_${jobs.length + 1}`, body).name,
        status: "queued",
      }));
    }
    const job = jobs.find(({ name, isDeleted }) => !isDeleted && name === url.pathname.split("/").at(-1));
    if (job === undefined) return coded({ code: 404, message: "not found" });
    if (method === "DELETE") job.isDeleted = true;
    return ok(method === "DELETE" ? {} : interactionOf(job, nowMs(), server));
  };

  const answer = async (request: FakeRequest): Promise<FakeAnswer> => {
    const { pathname } = request.url;
    if (pathname.startsWith("/files/")) {
      const mayRead = server.hasFiles && request.headers["x-goog-api-key"] === geminiKey;
      return mayRead ? { status: 200, bytes: server.film, type: "video/mp4" } : coded({ code: 403 });
    }
    if (server.outage !== undefined) return coded(server.outage);
    if (/^\/v1beta\/models\/[\w.-]+:generateContent$/.test(request.url.pathname)) return await words(request, server);
    return pathname.startsWith("/v1/interactions") ? omni(request) : vertex(request);
  };

  const server: GoogleServer & { url: string } = {
    url: "",
    jobs,
    creates: [],
    plan: { renderMs: 2000 },
    film,
    outage: undefined,
    hasFiles: true,
    words: { text: "better words" },
    asked: [],
  };
  server.url = await serveFake(answer);
  return server;
}

/** `models.generateContent` with an API key: 20 tokens for what was said, 30 for the answer. */
async function words({ headers, body }: FakeRequest, server: GoogleServer): Promise<FakeAnswer> {
  if (headers["x-goog-api-key"] !== geminiKey) return coded({ code: 400, message: "API key not valid" });
  server.asked.push(JSON.parse(body.toString("utf8")) as Record<string, unknown>);
  const said = server.words;
  if (said === "hangs_up") return said;
  if ("code" in said) return coded(said);
  if ("blockReason" in said) return ok({ promptFeedback: said, usageMetadata: { promptTokenCount: 20 } });
  if ("until" in said) await said.until;
  const thoughts = "thoughts" in said ? said.thoughts : undefined;
  return ok({
    candidates: [
      {
        content: {
          role: "model",
          parts: [...(thoughts === undefined ? [] : [{ text: "Let me see.", thought: true }]), { text: said.text }],
        },
        finishReason: ("finishReason" in said ? said.finishReason : undefined) ?? "STOP",
      },
    ],
    usageMetadata: {
      promptTokenCount: 20,
      candidatesTokenCount: 30,
      ...(thoughts !== undefined && { thoughtsTokenCount: thoughts }),
    },
  });
}

function veoMistake(body: GoogleJob["body"]): string | undefined {
  const [instance] = (body["instances"] ?? []) as { readonly prompt?: string; readonly image?: object }[];
  const parameters = (body["parameters"] ?? {}) as Readonly<Record<string, unknown>>;
  if (instance?.prompt === undefined && instance?.image === undefined) return "prompt or image is required";
  if (/forbidden/i.test(instance.prompt ?? "")) return "The prompt violates our usage guidelines";
  if (![4, 6, 8].includes(parameters["durationSeconds"] as number)) return "durationSeconds must be 4, 6 or 8";
  if (!["16:9", "9:16"].includes(parameters["aspectRatio"] as string)) return "aspectRatio is wrong";
  if (!["720p", "1080p"].includes(parameters["resolution"] as string)) return "resolution is wrong";
  return undefined;
}

function omniMistake(body: GoogleJob["body"]): string | undefined {
  const [format] = (body["response_format"] ?? []) as Readonly<Record<string, unknown>>[];
  if (!/^gemini-omni-1\.[12]-flash$/.test(body["model"] as string)) return "model is not supported";
  if (body["background"] !== true) return "background must be true";
  if (!/^\d+s$/.test(format?.["duration"] as string)) return "duration is wrong";
  return undefined;
}

function operationOf({ name, plan, madeAtMs }: GoogleJob, nowMs: number, film: Uint8Array): object {
  if (nowMs - madeAtMs < plan.renderMs) return { name };
  const type = { "@type": "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse" };
  if (plan.failure === "filtered") {
    const raiMediaFilteredReasons = ["The prompt could not be submitted. Support codes: 58061214"];
    return { name, done: true, response: { ...type, raiMediaFilteredCount: 1, raiMediaFilteredReasons } };
  }
  if (plan.failure !== undefined) return { name, done: true, error: plan.failure };
  const videos = [{ bytesBase64Encoded: Buffer.from(film).toString("base64"), mimeType: "video/mp4" }];
  return { name, done: true, response: { ...type, videos, raiMediaFilteredCount: 0 } };
}

function interactionOf(
  { name, plan, madeAtMs }: GoogleJob,
  nowMs: number,
  { url, film }: Pick<GoogleServer, "url" | "film">,
): object {
  const ageMs = nowMs - madeAtMs;
  if (ageMs < plan.renderMs) return { id: name, status: ageMs < plan.renderMs / 3 ? "queued" : "in_progress" };
  if (plan.failure === "filtered") {
    return { id: name, status: "completed", steps: [{ content: [{ type: "text", text: "I cannot make that." }] }] };
  }
  if (plan.failure !== undefined) return { id: name, status: "failed", error: plan.failure };
  const film64 = { type: "video", mime_type: "video/mp4", data: Buffer.from(film).toString("base64") };
  const link = { type: "video", mime_type: "video/mp4", uri: `${url}/files/${name}.mp4` };
  return { id: name, status: "completed", steps: [{ content: [plan.inline === true ? film64 : link] }] };
}

function ok(json: unknown): FakeAnswer {
  return { status: 200, json };
}

function coded({ code, message = "failed", retryAfter }: GoogleCode): FakeAnswer {
  return {
    status: code,
    json: { error: { code, message, status: "FAILED" } },
    ...(retryAfter !== undefined && { headers: { "retry-after": retryAfter } }),
  };
}
