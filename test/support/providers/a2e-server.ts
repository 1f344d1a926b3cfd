import type { Clock } from "#kernel/lib/clock.ts";

import {
  bearerOf,
  type DeliverCallback,
  deliverByHttp,
  type FakeAnswer,
  type FakeRequest,
  jsonOf,
  serveFake,
} from "./fake-service.ts";

/** A2E as its documentation has it: code 0 is success, pictures are fetched, the webhook is called once. */
export interface A2eServer {
  readonly url: string;
  readonly tasks: readonly A2eTask[];
  /** The start calls to come; `taken` when none is left. */
  readonly starts: A2eStartStep[];
  /** How the tasks to come go on. */
  plan: A2ePlan;
  coins: number;
  film: Uint8Array;
  /** Every call is answered so while it is set. */
  outage: A2eCode | undefined;
  /** Whether results can (still) be fetched. */
  hasFiles: boolean;
  /** Calls a task's webhook (again). @returns the status it was answered with. */
  readonly callWebhook: (
    task: A2eTask,
    changes?: { readonly token?: string; readonly url?: string },
  ) => Promise<number>;
  /** Waits for webhooks under way. */
  readonly callbacks: () => Promise<readonly number[]>;
}

export interface A2eTask {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly madeAtMs: number;
  readonly plan: A2ePlan;
  isDeleted: boolean;
}

export interface A2eCode {
  readonly http: number;
  readonly code: number;
  readonly msg?: string;
  readonly retryAfter?: string;
}

export type A2eStartStep = "taken" | A2eCode | "taken_then_hangs_up" | "taken_without_a_name";

export interface A2ePlan {
  readonly renderMs: number;
  /** `word`: how the state is called. */
  readonly failure?: { readonly code: string; readonly message: string; readonly word: "failed" | "fail" | "error" };
  readonly hiddenMs?: number;
  readonly webhook?: "once" | "never" | "early";
}

export interface A2eServerOptions {
  readonly clock: Clock;
  readonly film?: Uint8Array;
  readonly deliver?: DeliverCallback;
}

export const a2eKey = "sk_a2e_test";
const coinsPerTask = 30;
const tasksPath = /^\/api\/v1\/userImage2Video\/(\w+)$/;

export async function a2eServer({ clock, film, deliver = deliverByHttp }: A2eServerOptions): Promise<A2eServer> {
  const tasks: A2eTask[] = [];
  const calls: Promise<number>[] = [];
  const nowMs = (): number => clock.now().getTime();

  const callWebhook: A2eServer["callWebhook"] = async (task, changes = {}) => {
    const { webhook_url: url, webhook_token: token } = task.input;
    const body = JSON.stringify({
      event: task.plan.failure === undefined ? "task.completed" : "task.failed",
      _id: task.id,
    });
    const headers = { "content-type": "application/json", "x-a2e-webhook-token": changes.token ?? (token as string) };
    const sent = deliver(changes.url ?? (url as string), headers, body);
    calls.push(sent);
    return await sent;
  };

  const start = async (request: FakeRequest): Promise<FakeAnswer> => {
    const step = server.starts.shift() ?? "taken";
    if (typeof step === "object") return coded(step);
    const input = jsonOf(request);
    if (server.coins < coinsPerTask) return coded({ http: 200, code: 1006, msg: "Not enough coins" });
    const mistake = mistakeIn(input);
    if (mistake !== undefined) return coded({ http: 400, code: 400, msg: mistake });
    const id = `67d2${String(tasks.length + 1).padStart(20, "0")}`;
    const task: A2eTask = { id, input, madeAtMs: nowMs(), plan: server.plan, isDeleted: false };
    tasks.push(task);
    server.coins -= coinsPerTask;
    const { webhook = "once", renderMs } = task.plan;
    if (input["webhook_url"] !== undefined && webhook === "once") {
      clock.schedule(renderMs, () => void callWebhook(task));
    }
    if (webhook === "early") await callWebhook(task);
    if (step === "taken_then_hangs_up") return "hangs_up";
    return success(step === "taken_without_a_name" ? {} : { ...recordOf(task, 0, server.url), coins: coinsPerTask });
  };

  const answer = async (request: FakeRequest): Promise<FakeAnswer> => {
    const { pathname } = request.url;
    if (pathname.startsWith("/results/")) {
      if (!server.hasFiles) return { status: 403, json: {} };
      return { status: 200, bytes: server.film, type: "video/mp4" };
    }
    if (server.outage !== undefined) return coded(server.outage);
    // As seen: the wrong token is no HTTP error.
    if (bearerOf(request) !== a2eKey) return coded({ http: 200, code: 1001, msg: "Invalid token" });
    if (pathname === "/api/v1/user/remainingCoins") return success({ coins: server.coins, diamonds: 3 });
    if (pathname === "/api/v1/userImage2Video/start" && request.method === "POST") return await start(request);
    const task = tasks.find(({ id }) => id === tasksPath.exec(pathname)?.[1]);
    const ageMs = task === undefined ? 0 : nowMs() - task.madeAtMs;
    if (task === undefined || task.isDeleted || ageMs < (task.plan.hiddenMs ?? 0)) {
      return coded({ http: 404, code: 404, msg: "not found" });
    }
    if (request.method === "DELETE") {
      task.isDeleted = true;
      return success(null);
    }
    return success(recordOf(task, ageMs, server.url));
  };

  const server: A2eServer & { url: string } = {
    url: "",
    tasks,
    starts: [],
    plan: { renderMs: 2000 },
    coins: 1293,
    film: film ?? Buffer.alloc(0),
    outage: undefined,
    hasFiles: true,
    callWebhook,
    callbacks: async () => await Promise.all(calls),
  };
  server.url = await serveFake(answer);
  return server;
}

function mistakeIn(input: Readonly<Record<string, unknown>>): string | undefined {
  const { image_url: image, webhook_url: webhook } = input;
  if (typeof image !== "string" || !/^https:\/\/[^/]+\/./.test(image)) return "image_url is required";
  if (![5, 10, 15, 20].includes(input["video_time"] as number)) return "video_time must be 5, 10, 15 or 20";
  if (!["a2e", "a2e-v2", "a2e-v2-flash"].includes(input["model_version"] as string)) return "model_version is wrong";
  if (webhook !== undefined && !(webhook as string).startsWith("https:")) return "webhook_url must be https";
  return undefined;
}

function recordOf({ id, plan, input }: A2eTask, ageMs: number, root: string): object {
  const ended = ageMs >= plan.renderMs;
  const { failure } = plan;
  const working = ageMs < plan.renderMs / 3 ? "sent" : "pending";
  return {
    _id: id,
    name: input["name"],
    current_status: ended ? (failure?.word ?? "completed") : working,
    createdAt: "2026-11-21T12:00:00.000Z",
    failed_message: ended ? (failure?.message ?? "") : "",
    failed_code: ended ? (failure?.code ?? "") : "",
    result_url: ended && failure === undefined ? `${root}/results/${id}.mp4` : "",
  };
}

function success(data: unknown): FakeAnswer {
  return { status: 200, json: { code: 0, data, trace_id: "t" } };
}

function coded({ http, code, msg = "failed", retryAfter }: A2eCode): FakeAnswer {
  return {
    status: http,
    json: { code, msg, trace_id: "t" },
    ...(retryAfter !== undefined && { headers: { "retry-after": retryAfter } }),
  };
}
