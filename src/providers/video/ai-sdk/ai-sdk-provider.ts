import { z } from "zod";

import type { Secret } from "#kernel/lib/secret.ts";

import { soundsLikeModeration } from "../moderation-words.ts";
import type { FailureReason, FetchOutcome, VideoProvider, VideoStatus } from "../port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import { createDownloader } from "../wire/download.ts";
import { createExchanger, type Exchanger, type HttpAnswer } from "../wire/exchange.ts";
import type { AiSdkService, OpenModel, SdkStatus } from "./ai-sdk-service.ts";

/**
 * Any service that has a video model in the AI SDK, by the model's own `doStart` and `doStatus`: what
 * `experimental_startVideo` and `experimental_getVideoStatus` of the package `ai` would call, without their repeating a
 * start whose answer was lost. The operation that a start returns is the reference, so that any later process can ask.
 *
 * The SDK knows no look-up, cancelling, deleting, progress, cost or balance, and keeps to itself why a video was refused;
 * that is read from the service's own answers, which pass through here.
 */
export interface AiSdkProvider extends VideoProvider {
  readonly close: () => Promise<void>;
}

export interface AiSdkDeps {
  readonly service: AiSdkService;
  /** In the place of the service's own root, for tests and gateways. */
  readonly root: string;
  readonly key: Secret;
}

/** What passed over the wire during one call of the SDK. */
interface Wire {
  answer?: HttpAnswer;
  failure?: Error;
}

const storedReference = z.object({ model: z.string(), operation: z.json() });

export function createAiSdkProvider({ service, root, key }: AiSdkDeps): AiSdkProvider {
  const exchanger = createExchanger();
  const downloader = createDownloader({ root });
  let opening: Promise<OpenModel> | undefined;
  const open = async (): Promise<OpenModel> => await (opening ??= service.load());

  const look = async (reference: string, signal?: AbortSignal): Promise<Looked> => {
    const stored = parseReference(reference);
    if (stored === undefined) return lost;
    const wire: Wire = {};
    const model = (await open())(stored.model, {
      key: key.reveal(),
      fetch: wireFetch(exchanger, { service, root }, wire),
    });
    let status: SdkStatus | undefined;
    try {
      const call = { operation: stored.operation, ...(signal && { abortSignal: signal }) };
      status = await model.doStatus?.(call);
    } catch {
      // What it makes of an answer is of no use when it does not know it; the answer itself is.
      signal?.throwIfAborted();
    }
    return judge(service, status, wire);
  };

  return {
    id: service.id,

    start: async (request, signal) => {
      const wire: Wire = {};
      const fetch = wireFetch(exchanger, { service, root }, wire);
      const model = (await open())(request.model, { key: key.reveal(), fetch });
      const { image } = request;
      try {
        const started = await model.doStart?.({
          prompt: request.prompt.trim() === "" ? undefined : request.prompt,
          n: 1,
          // Inside the request: that works where nobody can reach us, too.
          image: image && { type: "file", data: image.bytes, mediaType: image.contentType },
          aspectRatio: request.aspectRatio as `${number}:${number}`,
          resolution: undefined,
          duration: request.durationSeconds,
          fps: undefined,
          seed: request.seed === 0 ? undefined : request.seed,
          frameImages: undefined,
          inputReferences: undefined,
          generateAudio: undefined,
          providerOptions: { [service.id]: { ...request.options } },
          ...(signal && { abortSignal: signal }),
        });
        if (started === undefined) throw new Error("the model cannot be started without waiting for it");
        return { reference: JSON.stringify({ model: request.model, operation: started.operation }) };
      } catch {
        signal?.throwIfAborted();
        throw startFailure(service.id, wire);
      }
    },

    status: async (reference, signal) => (await look(reference, signal)).status,

    fetchResult: async (reference, to, signal): Promise<FetchOutcome> => {
      const { status, url } = await look(reference, signal);
      if (status.state === "queued" || status.state === "running") return { ok: false, reason: "not_ready" };
      if (url === undefined) return { ok: false, reason: "lost" };
      const downloaded = await downloader.download(url, to, { signal });
      if (downloaded.ok) return downloaded;
      return { ok: false, reason: downloaded.reason === "too_large" ? "too_large" : "lost" };
    },

    close: async () => {
      await Promise.all([exchanger.close(), downloader.close()]);
    },
  };
}

interface Looked {
  readonly status: VideoStatus;
  /** Of the finished video. */
  readonly url?: string;
}

const lost: Looked = { status: { state: "failed", reason: { kind: "lost" } } };

/** The SDK's calls go where we say, nowhere else, and leave here what came back. */
function wireFetch(
  { exchange }: Exchanger,
  { service, root }: Pick<AiSdkDeps, "service" | "root">,
  wire: Wire,
): typeof fetch {
  return async (target, init = {}) => {
    const url = target instanceof Request ? target.url : String(target);
    try {
      if (!url.startsWith(`${service.root}/`)) throw new ProviderRefused("unsupported", `${service.id}_elsewhere`);
      const answer = await exchange({
        method: init.method ?? "GET",
        url: root + url.slice(service.root.length),
        headers: Object.fromEntries(new Headers(init.headers)),
        body: typeof init.body === "string" ? init.body : undefined,
        signal: init.signal ?? undefined,
      });
      wire.answer = answer;
      return new Response(answer.text, { status: answer.status, headers: { "content-type": answer.contentType } });
    } catch (error) {
      if (error instanceof Error) wire.failure = error;
      throw error;
    }
  };
}

function startFailure(id: string, { answer, failure }: Wire): Error {
  if (failure !== undefined) return failure;
  // It was never sent: the SDK does not take such a request.
  if (answer === undefined) return new ProviderRefused("unsupported", `${id}_request`);
  const { status, text, retryAfterMs } = answer;
  const providerCode = `${id}_${status}`;
  switch (status) {
    case 402:
      return new ProviderRefused("no_credit", providerCode);
    case 401:
    case 403:
      // An account that is used up is locked.
      return new ProviderRefused(/balance|billing|credit/i.test(text) ? "no_credit" : "unauthorized", providerCode);
    case 404:
    case 405:
      return new ProviderRefused("unsupported", providerCode);
    case 400:
    case 413:
    case 422:
      return new ProviderRefused(soundsLikeModeration(text) ? "moderation" : "bad_input", providerCode);
    case 429:
      return new ProviderUnavailable("rate_limited", retryAfterMs);
    case 503:
      return new ProviderUnavailable("outage", retryAfterMs);
    default:
      return new ProviderUnclear({ cause: new Error(providerCode) });
  }
}

/** @throws what says nothing of the job. */
function judge(service: AiSdkService, status: SdkStatus | undefined, { answer, failure }: Wire): Looked {
  if (failure instanceof ProviderUnclear) throw new ProviderUnavailable("outage", undefined, { cause: failure });
  if (failure !== undefined) throw failure;
  if (answer === undefined) return lost;
  if (status?.status === "pending" || answer.status === 202) return { status: { state: "running" } };
  const providerCode = `${service.id}_${answer.status}`;
  const failed = (kind: FailureReason["kind"]): Looked => ({
    status: { state: "failed", reason: { kind, providerCode } },
  });
  if (service.wasFiltered(answer.text)) return failed("moderation");
  if (status?.status === "completed") {
    const [video] = status.videos;
    if (video?.type !== "url") return failed("provider_error");
    return { status: { state: "succeeded", result: {} }, url: video.url };
  }
  return failed(failureKind(service, answer));
}

/** @throws what says nothing of the job. */
function failureKind(service: AiSdkService, answer: HttpAnswer): FailureReason["kind"] {
  const { status, text, retryAfterMs } = answer;
  switch (status) {
    case 401:
    case 403:
      throw new ProviderRefused("unauthorized", `${service.id}_${status}`);
    case 404:
      return "lost";
    case 429:
      throw new ProviderUnavailable("rate_limited", retryAfterMs);
    case 400:
    case 422:
      return "bad_input";
    default:
      if (service.wasCancelled(text)) return "cancelled";
      if (service.isAboutJob(answer)) return "provider_error";
      throw new ProviderUnavailable("outage", retryAfterMs);
  }
}

function parseReference(reference: string): z.output<typeof storedReference> | undefined {
  try {
    return storedReference.safeParse(JSON.parse(reference)).data;
  } catch {
    return undefined;
  }
}
