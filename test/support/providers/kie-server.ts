import { createHmac } from "node:crypto";

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
import { createPaths, type KieFamily, recordOf, recordPaths, refuseInput } from "./kie-wire.ts";

/** KIE.ai as its documentation has it: codes in the body, three kinds of models, strings where one expects numbers. */
export interface KieServer {
  readonly url: string;
  readonly tasks: readonly KieTask[];
  /** The create calls to come; `taken` when none is left. */
  readonly creates: KieCreateStep[];
  /** How the tasks to come go on. */
  plan: KiePlan;
  /** On the account; each task takes 10. */
  credits: number;
  /** What everybody gets. */
  film: Uint8Array;
  /** Every call is answered so while it is set. */
  outage: KieCode | undefined;
  /** Create calls that came faster than the account may call. */
  refused: number;
  /** The links that results were given with are dead from now on. */
  readonly expireLinks: () => void;
  /** The files behind them are gone as well. */
  readonly removeFiles: () => void;
  readonly restoreFiles: () => void;
  /** Sends a task's callback (again). @returns the status it was answered with. */
  readonly sendCallback: (task: KieTask, changes?: CallbackChanges) => Promise<number>;
  /** Waits for callbacks under way. @returns the statuses of all so far. */
  readonly callbacks: () => Promise<readonly number[]>;
}

export interface KieTask {
  readonly id: string;
  readonly family: KieFamily;
  readonly model: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly madeAtMs: number;
  readonly plan: KiePlan;
  readonly callbackUrl: string | undefined;
}

export interface KieCode {
  readonly code: number;
  readonly msg?: string;
  /** HTTP's own; 200 unless told, as KIE often does. */
  readonly http?: number;
  readonly retryAfter?: string;
}

export type KieCreateStep =
  | "taken"
  | KieCode
  | "taken_then_hangs_up"
  | "taken_without_a_name"
  /** Taken at once, answered when that resolves. */
  | { readonly until: Promise<unknown> };

export interface KiePlan {
  readonly renderMs: number;
  readonly failure?: { readonly code: number; readonly message: string };
  /** For so long it is as if there were no such task. */
  readonly hiddenMs?: number;
  /** `early`: before the create call is answered. */
  readonly callback?: "once" | "never" | "twice" | "early";
}

export interface CallbackChanges {
  readonly signature?: string;
  readonly timestamp?: number;
  readonly url?: string;
}

export interface KieServerOptions {
  readonly clock: Clock;
  readonly film?: Uint8Array;
  readonly key?: string;
  readonly webhookKey?: string;
  readonly deliver?: DeliverCallback;
  /** How many new tasks it takes in 10 seconds; 20 unless the account is a bigger one. */
  readonly startsPer10Seconds?: number;
  /** Where no tests are run: what registers the end of serving. */
  readonly atEnd?: (task: () => void) => void;
}

export const kieKey = "kie-test-key";
const costPerTask = 10;
const windowMs = 10_000;

export async function kieServer(options: KieServerOptions): Promise<KieServer> {
  const { clock, key = kieKey, webhookKey, deliver = deliverByHttp, startsPer10Seconds = 20 } = options;
  const tasks: KieTask[] = [];
  const uploads = new Set<string>();
  let created: number[] = [];
  const calls: Promise<number>[] = [];
  const dead = { links: false, files: false };

  const nowMs = (): number => clock.now().getTime();
  const fileUrl = (task: KieTask, kind: "files" | "fresh"): string => `${server.url}/${kind}/${task.id}.mp4`;

  const sendCallback: KieServer["sendCallback"] = async (task, changes = {}) => {
    const { family, callbackUrl, id } = task;
    const timestamp = String(changes.timestamp ?? Math.floor(nowMs() / 1000));
    const signature =
      changes.signature ??
      createHmac("sha256", webhookKey ?? "")
        .update(`${id}.${timestamp}`)
        .digest("base64");
    const signed =
      webhookKey === undefined ? {} : { "x-webhook-timestamp": timestamp, "x-webhook-signature": signature };
    const { failure } = task.plan;
    const code = failure?.code ?? 200;
    const data = family === "runway" ? { task_id: id, video_url: fileUrl(task, "files") } : { taskId: id };
    const body = JSON.stringify({ code, msg: failure?.message ?? "success", data });
    const sent = deliver(changes.url ?? callbackUrl ?? "", { "content-type": "application/json", ...signed }, body);
    calls.push(sent);
    return await sent;
  };

  const schedule = (task: KieTask): void => {
    const { renderMs, callback = "once" } = task.plan;
    if (task.callbackUrl === undefined || callback === "never" || callback === "early") return;
    clock.schedule(renderMs, () => {
      void sendCallback(task);
      if (callback === "twice") void sendCallback(task);
    });
  };

  const take = async (family: KieFamily, body: Record<string, unknown>): Promise<KieTask> => {
    const task: KieTask = {
      id: `${family}_task_${tasks.length + 1}`,
      family,
      model: typeof body["model"] === "string" ? body["model"] : family,
      input: (family === "jobs" ? body["input"] : body) as Record<string, unknown>,
      madeAtMs: nowMs(),
      plan: server.plan,
      callbackUrl: body["callBackUrl"] as string | undefined,
    };
    tasks.push(task);
    server.credits -= costPerTask;
    schedule(task);
    if (task.plan.callback === "early") await sendCallback(task);
    return task;
  };

  const create = async (family: KieFamily, request: FakeRequest): Promise<FakeAnswer> => {
    const now = clock.monotonicMs();
    created = created.filter((at) => at > now - windowMs);
    if (created.length >= startsPer10Seconds) {
      server.refused += 1;
      return coded({ code: 429, msg: "Too many requests", http: 429 });
    }
    created.push(now);
    const step = server.creates.shift() ?? "taken";
    if (typeof step === "object" && "code" in step) return coded(step);
    const body = jsonOf(request);
    if (server.credits < costPerTask) return coded({ code: 402, msg: "Credits insufficient" });
    const refusal = refuseInput(family, body, uploads);
    if (refusal !== undefined) return coded(refusal);
    const { id: taskId } = await take(family, body);
    if (typeof step === "object") await step.until;
    if (step === "taken_then_hangs_up") return "hangs_up";
    return success(step === "taken_without_a_name" ? {} : { taskId });
  };

  const record = (family: KieFamily, { url }: FakeRequest): FakeAnswer => {
    const id = url.searchParams.get("taskId");
    const task = tasks.find((each) => each.family === family && each.id === id);
    const ageMs = task === undefined ? 0 : nowMs() - task.madeAtMs;
    if (task === undefined || ageMs < (task.plan.hiddenMs ?? 0)) return coded({ code: 422, msg: "record is null" });
    return success(recordOf(task, ageMs, fileUrl(task, "files")));
  };

  const upload = async ({ headers, body }: FakeRequest): Promise<FakeAnswer> => {
    const type = headers["content-type"] ?? "";
    const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
    const file = form.get("file");
    if (!(file instanceof File) || typeof form.get("uploadPath") !== "string") {
      return coded({ code: 400, msg: "file and uploadPath are required" });
    }
    const downloadUrl = `${server.url}/uploads/${uploads.size + 1}/picture`;
    uploads.add(downloadUrl);
    const data = { fileName: file.name, downloadUrl, fileSize: file.size, mimeType: file.type };
    return { status: 200, json: { success: true, code: 200, msg: "File uploaded successfully", data } };
  };

  const download = ({ url: { pathname } }: FakeRequest): FakeAnswer => {
    const isThere = !dead.files && !(dead.links && pathname.startsWith("/files/"));
    if (!isThere) return { status: 403, json: { error: "expired" } };
    return { status: 200, bytes: server.film, type: "video/mp4" };
  };

  const answer = async (request: FakeRequest): Promise<FakeAnswer> => {
    const { pathname } = request.url;
    if (pathname.startsWith("/files/") || pathname.startsWith("/fresh/")) return download(request);
    if (server.outage !== undefined) return coded(server.outage);
    if (bearerOf(request) !== key) return coded({ code: 401, msg: "You do not have access permissions", http: 401 });
    if (pathname === "/api/file-stream-upload") return await upload(request);
    if (pathname === "/api/v1/chat/credit") return success(server.credits);
    if (pathname === "/api/v1/common/download-url") {
      const task = tasks.find((each) => fileUrl(each, "files") === jsonOf(request)["url"]);
      return task === undefined ? coded({ code: 422, msg: "Invalid file" }) : success(fileUrl(task, "fresh"));
    }
    const family = createPaths[pathname];
    if (family !== undefined && request.method === "POST") return await create(family, request);
    const recorded = recordPaths[pathname];
    if (recorded !== undefined && request.method === "GET") return record(recorded, request);
    return coded({ code: 404, msg: "Not Found", http: 404 });
  };

  const server: KieServer & { url: string } = {
    url: "",
    tasks,
    creates: [],
    plan: { renderMs: 2000 },
    credits: 10_000,
    film: options.film ?? Buffer.alloc(0),
    outage: undefined,
    refused: 0,
    expireLinks: () => {
      dead.links = true;
    },
    removeFiles: () => {
      dead.files = true;
    },
    restoreFiles: () => {
      dead.links = false;
      dead.files = false;
    },
    sendCallback,
    callbacks: async () => await Promise.all(calls),
  };
  server.url = await serveFake(answer, options.atEnd);
  return server;
}

function success(data: unknown): FakeAnswer {
  return { status: 200, json: { code: 200, msg: "success", data } };
}

function coded({ code, msg = "failed", http = 200, retryAfter }: KieCode): FakeAnswer {
  return {
    status: http,
    json: { code, msg, data: null },
    ...(retryAfter !== undefined && { headers: { "retry-after": retryAfter } }),
  };
}
