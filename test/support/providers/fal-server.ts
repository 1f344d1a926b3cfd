import type { Clock } from "#kernel/lib/clock.ts";

import { type FakeAnswer, type FakeRequest, jsonOf, serveFake } from "./fake-service.ts";

/** fal's queue as its documentation and the AI SDK have it: a result that is not there yet is a 400, a failure its own status. */
export interface FalServer {
  readonly url: string;
  readonly requests: readonly FalRequest[];
  /** The submissions to come; `taken` when none is left. */
  readonly submits: FalSubmitStep[];
  /** How the requests to come go on. */
  plan: FalPlan;
  film: Uint8Array;
  /** Every call is answered so while it is set; without a word of fal's own, as by what stands before it. */
  outage: number | undefined;
  /** Whether results can (still) be fetched. */
  hasFiles: boolean;
}

export interface FalRequest {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly madeAtMs: number;
  readonly plan: FalPlan;
}

export type FalSubmitStep =
  | "taken"
  | { readonly status: number; readonly detail?: unknown; readonly retryAfter?: string }
  | "taken_then_hangs_up"
  | "taken_without_a_name";

export interface FalPlan {
  readonly renderMs: number;
  /** `nsfw`: a film all the same, which its checker has blackened. */
  readonly failure?: "nsfw" | { readonly status: number; readonly body: object };
}

export const falKey = "fal-key-id:fal-key-secret";
const submitPath = "/fal-ai/veo3.1/fast";
const resultPath = /^\/fal-ai\/veo3\.1\/requests\/([\w-]+)$/;

export async function falServer({
  clock,
  film = Buffer.alloc(0),
}: {
  readonly clock: Clock;
  readonly film?: Uint8Array;
}): Promise<FalServer> {
  const requests: FalRequest[] = [];

  const submit = (request: FakeRequest): FakeAnswer => {
    const step = server.submits.shift() ?? "taken";
    if (typeof step === "object") return coded(step);
    const input = jsonOf(request);
    const mistake = mistakeIn(input);
    if (mistake !== undefined)
      return coded({ status: 422, detail: [{ loc: ["body"], msg: mistake, type: "value_error" }] });
    const id = `764cabcf-b745-4b3e-ae38-${String(requests.length + 1).padStart(12, "0")}`;
    requests.push({ id, input, madeAtMs: clock.now().getTime(), plan: server.plan });
    if (step === "taken_then_hangs_up") return "hangs_up";
    const response_url = `https://queue.fal.run/fal-ai/veo3.1/requests/${id}`;
    const named = {
      request_id: id,
      response_url,
      status_url: `${response_url}/status`,
      cancel_url: `${response_url}/cancel`,
    };
    return { status: 200, json: { status: "IN_QUEUE", queue_position: 0, ...(step === "taken" && named) } };
  };

  const result = (id: string): FakeAnswer => {
    const found = requests.find((request) => request.id === id);
    if (found === undefined) return coded({ status: 404, detail: "Request not found" });
    const { plan, madeAtMs } = found;
    if (clock.now().getTime() - madeAtMs < plan.renderMs) {
      return coded({ status: 400, detail: "Request is still in progress" });
    }
    if (typeof plan.failure === "object") return { status: plan.failure.status, json: plan.failure.body };
    const video = {
      url: `${server.url}/files/${id}.mp4`,
      content_type: "video/mp4",
      file_size: server.film.byteLength,
    };
    return { status: 200, json: { video, ...(plan.failure === "nsfw" && { has_nsfw_concepts: [true] }) } };
  };

  const answer = (request: FakeRequest): FakeAnswer => {
    const { pathname } = request.url;
    if (pathname.startsWith("/files/")) {
      return server.hasFiles ? { status: 200, bytes: server.film, type: "video/mp4" } : { status: 404, json: {} };
    }
    if (server.outage !== undefined) return { status: server.outage, bytes: Buffer.from("<html>"), type: "text/html" };
    if (request.headers.authorization !== `Key ${falKey}`) {
      return coded({ status: 401, detail: "Cannot access application. Authentication is required." });
    }
    if (request.method === "POST") {
      return pathname === submitPath ? submit(request) : coded({ status: 404, detail: "Application not found" });
    }
    const [, id] = resultPath.exec(pathname) ?? [];
    return id === undefined ? coded({ status: 404, detail: "Not found" }) : result(id);
  };

  const server: FalServer & { url: string } = {
    url: "",
    requests,
    submits: [],
    plan: { renderMs: 2000 },
    film,
    outage: undefined,
    hasFiles: true,
  };
  server.url = await serveFake(answer);
  return server;
}

function mistakeIn(input: FalRequest["input"]): string | undefined {
  if (typeof input["prompt"] !== "string") return "prompt is required";
  if (!["4s", "6s", "8s"].includes(input["duration"] as string)) return "duration must be 4s, 6s or 8s";
  if (!["16:9", "9:16"].includes(input["aspect_ratio"] as string)) return "aspect_ratio must be 16:9 or 9:16";
  return undefined;
}

function coded({ status, detail = "failed", retryAfter }: Exclude<FalSubmitStep, string>): FakeAnswer {
  const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  return { status, json: { detail }, headers };
}
