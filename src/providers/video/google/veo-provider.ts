import type { GenerateVideosOperation, GoogleGenAI, GoogleGenAIOptions } from "@google/genai";

import { networkCode } from "#kernel/lib/errors.ts";

import type { VideoProvider, VideoRequest, VideoStatus } from "../port.ts";
import { ProviderRefused, ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import { createExchanger } from "../wire/exchange.ts";
import { saveBytes } from "../wire/save-bytes.ts";
import { asking } from "../wire/service.ts";
import { operationFailure, questionFailure, startFailure } from "./google-failure.ts";

/**
 * Veo on Vertex AI through Google's own library, which is loaded with the first call. Jobs are long-running operations
 * with a name that any process can ask for. Vertex has no look-up by our reference, no cancelling and no callbacks that
 * need no further service; it keeps results for some days.
 */
export interface VeoProvider extends VideoProvider {
  readonly close: () => Promise<void>;
}

export interface VeoDeps {
  readonly project: string;
  readonly location: string;
  /** A test's server; Google's own when it is not given. */
  readonly root?: string | undefined;
  /** The file of a service account; without it the machine's own credentials. */
  readonly keyFile?: string | undefined;
  /** Instead of credentials. */
  readonly auth?: GoogleGenAIOptions["googleAuthOptions"];
}

/** Finished videos come inside the answer, a third longer than they are. */
const longestAnswer = 160 * 1024 * 1024;
const operationName = /^projects\/[^/]+\/locations\/[^/]+\/publishers\/google\/models\/[\w.-]+\/operations\/[\w-]+$/;

type Library = typeof import("@google/genai");

export function createVeoProvider({ project, location, root, keyFile, auth }: VeoDeps): VeoProvider {
  const { exchange, close } = createExchanger({ longestAnswer });
  let opened: Promise<{ readonly library: Library; readonly client: GoogleGenAI }> | undefined;
  const open = async (): Promise<{ readonly library: Library; readonly client: GoogleGenAI }> => {
    const library = await import("@google/genai");
    const client = new library.GoogleGenAI({
      enterprise: true,
      project,
      location,
      googleAuthOptions: auth ?? (keyFile === undefined ? {} : { keyFilename: keyFile }),
      httpOptions: {
        ...(root !== undefined && { baseUrl: root }),
        // Ours tells what was surely not sent; theirs does not.
        fetch: async (url, init = {}) => {
          const { status, text, contentType } = await exchange({
            method: init.method ?? "GET",
            url: String(url),
            headers: Object.fromEntries(new Headers(init.headers)),
            body: typeof init.body === "string" ? init.body : undefined,
            signal: init.signal ?? undefined,
          });
          return new Response(text, { status, headers: { "content-type": contentType } });
        },
      },
    });
    return { library, client };
  };
  const genai = async (): ReturnType<typeof open> => await (opened ??= open());

  /** Undefined: there is no such operation (any more). */
  const look = async (reference: string, signal?: AbortSignal): Promise<GenerateVideosOperation | undefined> => {
    if (!operationName.test(reference)) return undefined;
    const { library, client } = await genai();
    const operation = new library.GenerateVideosOperation();
    operation.name = reference;
    const config = signal === undefined ? {} : { abortSignal: signal };
    try {
      return await asking(async () => await client.operations.getVideosOperation({ operation, config }));
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof library.ApiError) return questionFailure({ status: error.status, words: error.message });
      const failure = otherFailure(error);
      throw failure instanceof ProviderUnclear
        ? new ProviderUnavailable("outage", undefined, { cause: failure })
        : failure;
    }
  };

  return {
    id: "google",

    start: async (request, signal) => {
      const { library, client } = await genai();
      try {
        const { name } = await client.models.generateVideos(parametersOf(request, signal));
        if (name === undefined || !operationName.test(name)) throw new ProviderUnclear();
        return { reference: name };
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof library.ApiError) throw startFailure({ status: error.status, words: error.message });
        throw otherFailure(error);
      }
    },

    status: async (reference, signal) => statusOf(await look(reference, signal)),

    fetchResult: async (reference, to, signal) => {
      const operation = await look(reference, signal);
      const { state } = statusOf(operation);
      if (state === "running" || state === "queued") return { ok: false, reason: "not_ready" };
      const bytes = operation?.response?.generatedVideos?.[0]?.video?.videoBytes;
      if (state !== "succeeded" || bytes === undefined) return { ok: false, reason: "lost" };
      return await saveBytes(Buffer.from(bytes, "base64"), to);
    },

    close,
  };
}

function parametersOf(
  request: VideoRequest,
  signal: AbortSignal | undefined,
): Parameters<GoogleGenAI["models"]["generateVideos"]>[0] {
  const { model, prompt, image, width, height } = request;
  return {
    model,
    source: {
      ...(prompt.trim() !== "" && { prompt }),
      ...(image && {
        image: { imageBytes: image.bytes.toString("base64"), mimeType: image.contentType },
      }),
    },
    config: {
      numberOfVideos: 1,
      durationSeconds: request.durationSeconds,
      aspectRatio: request.aspectRatio,
      resolution: `${Math.min(width, height)}p`,
      generateAudio: true,
      personGeneration: "allow_adult",
      ...(request.seed !== undefined && { seed: request.seed }),
      ...(signal && { abortSignal: signal }),
    },
  };
}

/** Done without an error and without a video: its filters have taken it out, which is neither a success nor a fault. */
function statusOf(operation: GenerateVideosOperation | undefined): VideoStatus {
  if (operation === undefined) return { state: "failed", reason: { kind: "lost" } };
  const { done, error, response } = operation;
  if (done !== true) return { state: "running" };
  if (error !== undefined) return { state: "failed", reason: operationFailure(error) };
  if (response?.generatedVideos?.some(({ video }) => video?.videoBytes !== undefined) === true) {
    return { state: "succeeded", result: {} };
  }
  const filtered = (response?.raiMediaFilteredCount ?? 0) > 0;
  const reason = filtered
    ? ({ kind: "moderation", providerCode: "google_filtered" } as const)
    : ({ kind: "provider_error", providerCode: "google_no_video" } as const);
  return { state: "failed", reason };
}

/** What is neither Google's answer nor the network's failure: our credentials, or an answer that nobody can read. */
function otherFailure(error: unknown): Error {
  if (error instanceof ProviderRefused || error instanceof ProviderUnavailable || error instanceof ProviderUnclear) {
    return error;
  }
  if (error instanceof SyntaxError) return new ProviderUnclear({ cause: new Error("unreadable") });
  const code = networkCode(error);
  const cause = new Error(code);
  // Nothing is sent before there is a token.
  return /^(?:E(?:CONN|NOT|AI_|HOST|NET|TIMED)\w*|UND_\w+)$/.test(code)
    ? new ProviderUnavailable("outage", undefined, { cause })
    : new ProviderRefused("unauthorized", "google_credentials", { cause });
}
