import type { Update, WebhookInfo } from "@grammyjs/types";

import type { Clock, Timer } from "#kernel/lib/clock.ts";
import type { Ids } from "#kernel/lib/ids.ts";

import type { UpdateQueue } from "./update-queue.ts";
import { makeLanes } from "./webhook-lanes.ts";
import type { Lane } from "./webhook-lanes.ts";

export interface WebhookTarget {
  readonly url: string;
  /** Arrives as `X-Telegram-Bot-Api-Secret-Token`. */
  readonly secretToken?: string;
  readonly maxConnections: number;
  readonly hasCertificate: boolean;
}

/** Pushes updates to the bot instead of waiting for its polls. */
export interface Webhook {
  /** Replaces the address; undefined ends it. What waits is pushed at once. */
  readonly set: (target: WebhookTarget | undefined) => void;
  readonly target: () => WebhookTarget | undefined;
  readonly info: () => WebhookInfo;
}

/** What a bot may answer to a push: a call that is made without telling it the outcome. */
export type WebhookReply = (method: string, params: Readonly<Record<string, unknown>>) => void;

export interface WebhookParts {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly queue: UpdateQueue;
  readonly onReply: WebhookReply;
}

const answerTimeoutMs = 60_000;
const firstRetryMs = 1000;
const longestRetryMs = 60_000;
/** Telegram follows `Retry-After` up to an hour. */
const longestRetryAfterSeconds = 3600;

export function makeWebhook({ clock, ids, queue, onReply }: WebhookParts): Webhook {
  const lanes = makeLanes(queue);
  const retries = new Set<Timer>();
  let target: WebhookTarget | undefined;
  let life = new AbortController();
  let inFlight = 0;
  let lastError: LastError | undefined;

  const pump = (): void => {
    const to = target;
    if (to === undefined) return;
    while (inFlight < to.maxConnections) {
      const next = lanes.take();
      if (next === undefined) return;
      void deliver(to, next.lane, next.queued.update);
    }
  };

  const deliver = async (to: WebhookTarget, lane: Lane, update: Update): Promise<void> => {
    const { signal } = life;
    inFlight += 1;
    const outcome = await post(to, update, signal);
    if (signal.aborted) return;
    inFlight -= 1;
    if (outcome.ok) {
      lane.failures = 0;
      lane.isHeld = false;
      queue.remove(update.update_id);
      passOn(outcome.reply, onReply);
    } else {
      lastError = { date: Math.floor(clock.now().getTime() / 1000), message: outcome.message };
      retryLater(lane, outcome.retryAfterSeconds);
    }
    pump();
  };

  const retryLater = (lane: Lane, retryAfterSeconds: number | undefined): void => {
    lane.failures += 1;
    const backoffMs = Math.min(firstRetryMs * 2 ** (lane.failures - 1), longestRetryMs * (1 + ids.random()));
    const askedMs = Math.min(retryAfterSeconds ?? 0, longestRetryAfterSeconds) * 1000;
    const timer = clock.schedule(askedMs > 0 ? askedMs : backoffMs, () => {
      retries.delete(timer);
      lane.isHeld = false;
      pump();
    });
    retries.add(timer);
  };

  queue.onPush((queued) => {
    if (target === undefined) return;
    lanes.add(queued);
    pump();
  });

  return {
    set: (next) => {
      life.abort();
      life = new AbortController();
      for (const timer of retries) timer.cancel();
      retries.clear();
      lanes.clear();
      inFlight = 0;
      lastError = undefined;
      target = next;
      for (const queued of next === undefined ? [] : queue.all()) lanes.add(queued);
      pump();
    },
    target: () => target,
    info: () => infoOf(target, queue, lastError),
  };
}

interface LastError {
  /** Unix seconds. */
  readonly date: number;
  readonly message: string;
}

function infoOf(target: WebhookTarget | undefined, queue: UpdateQueue, error: LastError | undefined): WebhookInfo {
  const allowed = queue.allowed();
  return {
    url: target?.url ?? "",
    has_custom_certificate: target?.hasCertificate ?? false,
    pending_update_count: queue.count(),
    ...(error === undefined ? {} : { last_error_date: error.date, last_error_message: error.message }),
    ...(target === undefined ? {} : { max_connections: target.maxConnections, ip_address: "127.0.0.1" }),
    ...(allowed === undefined ? {} : { allowed_updates: [...allowed] }),
  };
}

/** Methods whose answer would matter, or that end the webhook, are not taken this way. */
function passOn(reply: Readonly<Record<string, unknown>> | undefined, onReply: WebhookReply): void {
  const { method, ...params } = reply ?? {};
  const isAllowed = typeof method === "string" && !/^(get|setwebhook|deletewebhook|close|logout)/i.test(method);
  if (isAllowed) onReply(method, params);
}

type PushOutcome =
  | { readonly ok: true; readonly reply: Readonly<Record<string, unknown>> | undefined }
  | { readonly ok: false; readonly message: string; readonly retryAfterSeconds: number | undefined };

/** Anything but 2xx is a failure; redirects are not followed. */
async function post(target: WebhookTarget, update: Update, signal: AbortSignal): Promise<PushOutcome> {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (target.secretToken !== undefined) headers["x-telegram-bot-api-secret-token"] = target.secretToken;
  try {
    const response = await fetch(target.url, {
      method: "POST",
      headers,
      body: JSON.stringify(update),
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    });
    const text = await response.text();
    if (response.ok) return { ok: true, reply: parseReply(text) };
    const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
    return {
      ok: false,
      message: `Wrong response from the webhook: ${response.status} ${response.statusText}`,
      retryAfterSeconds: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
    };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === "TimeoutError";
    const message = isTimeout ? "Read timeout expired" : "Connection refused";
    return { ok: false, message, retryAfterSeconds: undefined };
  }
}

function parseReply(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    // Whatever else a server answers with 200 means only "taken".
    return undefined;
  }
}
