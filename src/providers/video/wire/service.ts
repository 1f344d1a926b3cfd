import { FormData } from "undici";

import { ProviderUnavailable, ProviderUnclear } from "../provider-error.ts";
import { createExchanger, type ExchangerOptions } from "./exchange.ts";

/** What a service answered, whatever it is: its own codes are judged by whoever knows them. */
export interface ServiceAnswer {
  readonly status: number;
  /** Parsed JSON; undefined when the body was none. */
  readonly body: unknown;
  readonly retryAfterMs: number | undefined;
}

export interface ServiceCall {
  readonly method: "GET" | "POST" | "DELETE";
  /** A path below the root, with its query, or a whole URL. */
  readonly path: string;
  /** JSON unless it is a form. */
  readonly body?: object | FormData;
  readonly signal?: AbortSignal | undefined;
}

/** A JSON service. `call` resolves with every answer that came and rejects as `Exchanger.exchange` does. */
export interface Service {
  readonly call: (call: ServiceCall) => Promise<ServiceAnswer>;
  readonly close: () => Promise<void>;
}

export interface ServiceDeps extends ExchangerOptions {
  /** Without a trailing slash. */
  readonly root: string;
  /** Sent with each call: who we are. */
  readonly headers: Readonly<Record<string, string>>;
}

export function createService({ root, headers, ...options }: ServiceDeps): Service {
  const { exchange, close } = createExchanger(options);
  return {
    call: async ({ method, path, body, signal }) => {
      const isForm = body instanceof FormData;
      const { status, text, retryAfterMs } = await exchange({
        method,
        url: URL.canParse(path) ? path : root + path,
        headers: {
          ...headers,
          accept: "application/json",
          ...(body !== undefined && !isForm && { "content-type": "application/json" }),
        },
        body: body === undefined || isForm ? body : JSON.stringify(body),
        signal,
      });
      return { status, body: parseJson(text), retryAfterMs };
    },
    close,
  };
}

/** For questions, which change nothing: an answer that was lost is as good as none. */
export async function asking<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw error instanceof ProviderUnclear ? new ProviderUnavailable("outage", undefined, { cause: error }) : error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // An error page of something in between.
    return undefined;
  }
}
