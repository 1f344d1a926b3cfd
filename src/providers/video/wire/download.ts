import { lookup } from "node:dns";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { isIP, type LookupFunction } from "node:net";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import { Agent, buildConnector, type Dispatcher, request } from "undici";

import { networkCode } from "#kernel/lib/errors.ts";

import type { FetchTarget } from "../port.ts";
import { ProviderUnavailable } from "../provider-error.ts";
import { isPrivateAddress, isPrivateHost } from "./private-address.ts";

export type Downloaded =
  | { readonly ok: true; readonly bytes: number }
  /** `gone`: nobody will get it from there (any more). `refused`: it leads where we do not go. */
  | { readonly ok: false; readonly reason: "gone" | "too_large" | "refused" };

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** From the call to the last byte; by default as long as the largest allowed file takes on a slow line. */
  readonly timeoutMs?: number;
  /** Sent to the first host only, never along with a redirect. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Fetches results from wherever a provider says they are. What it says is not trusted: every connection, redirects
 * included, is checked at the address it is really made to, so that neither a name that resolves to this network nor one
 * that changes between two look-ups gets through. Private addresses are allowed exactly when the provider's own root is
 * one, and only then may results come over plain HTTP.
 */
export interface Downloader {
  /** @throws ProviderUnavailable when another try may help; the signal's reason. */
  readonly download: (url: string, to: FetchTarget, options?: DownloadOptions) => Promise<Downloaded>;
  readonly close: () => Promise<void>;
}

/** 50 MB at 200 kB a second; what may be larger gets a second for each 2 MB. All less than a background job may take. */
const usualTimeoutMs = 4 * 60_000;
const bytesPerMs = 2000;
const stallMs = 30_000;
const connectTimeoutMs = 10_000;
const mostHops = 5;
const refusedCode = "EPRIVATE";

export function createDownloader({ root }: { readonly root: string }): Downloader {
  const limits = { headersTimeout: stallMs, bodyTimeout: stallMs } as const;
  const open = new Agent({ ...limits, connect: { timeout: connectTimeoutMs } });
  const guarded = new Agent({ ...limits, connect: guardedConnector() });
  return {
    download: async (url, to, { signal, timeoutMs = patienceMs(to), headers = {} } = {}) => {
      signal?.throwIfAborted();
      const deadline = AbortSignal.timeout(timeoutMs);
      try {
        const mayBePrivate = await isPrivateHost(new URL(root).hostname);
        return await follow(
          { url, headers, mayBePrivate, dispatcher: mayBePrivate ? open : guarded },
          to,
          AbortSignal.any([deadline, ...(signal === undefined ? [] : [signal])]),
        );
      } catch (error) {
        await rm(to.path, { force: true });
        signal?.throwIfAborted();
        if (error instanceof TooLarge) return { ok: false, reason: "too_large" };
        const code = networkCode(error);
        if (code === refusedCode) return { ok: false, reason: "refused" };
        if (isLocal(code)) throw error;
        throw error instanceof ProviderUnavailable
          ? error
          : new ProviderUnavailable("outage", undefined, { cause: new Error(code) });
      }
    },
    close: async () => {
      await Promise.all([open.destroy(), guarded.destroy()]);
    },
  };
}

function patienceMs({ maxBytes }: FetchTarget): number {
  return Math.max(usualTimeoutMs, maxBytes / bytesPerMs);
}

interface Source {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly mayBePrivate: boolean;
  readonly dispatcher: Dispatcher;
}

async function follow(source: Source, to: FetchTarget, signal: AbortSignal): Promise<Downloaded> {
  const { mayBePrivate, dispatcher } = source;
  let { url, headers } = source;
  for (let hop = 0; hop <= mostHops; hop++) {
    if (!URL.canParse(url)) return { ok: false, reason: "refused" };
    const { protocol } = new URL(url);
    if (protocol !== "https:" && !(protocol === "http:" && mayBePrivate)) return { ok: false, reason: "refused" };
    const answer = await request(url, { dispatcher, signal, headers });
    const { statusCode: status, body } = answer;
    if (status === 200) return await save(answer, to, signal);
    await body.dump();
    const { location } = answer.headers;
    if (status >= 300 && status < 400 && typeof location === "string" && URL.canParse(location, url)) {
      url = new URL(location, url).href;
      headers = {};
      continue;
    }
    if (status === 408 || status === 425 || status === 429 || status >= 500) throw new ProviderUnavailable("outage");
    return { ok: false, reason: "gone" };
  }
  return { ok: false, reason: "refused" };
}

async function save(
  { headers, body }: Dispatcher.ResponseData,
  { path, maxBytes }: FetchTarget,
  signal: AbortSignal,
): Promise<Downloaded> {
  const told = Number(headers["content-length"] ?? 0);
  let bytes = 0;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.byteLength;
      done(Math.max(bytes, told) > maxBytes ? new TooLarge() : null, chunk);
    },
  });
  await pipeline(body, counted, createWriteStream(path, { mode: 0o600 }), { signal });
  return { ok: true, bytes };
}

class TooLarge extends Error {
  override readonly name = "TooLarge";
}

/** Our own disk, which is not the provider's fault. */
function isLocal(code: string): boolean {
  return ["ENOSPC", "ENOENT", "EACCES", "EROFS", "EISDIR"].includes(code);
}

function guardedConnector(): buildConnector.connector {
  const connect = buildConnector({ timeout: connectTimeoutMs, lookup: guardedLookup });
  return (options, callback) => {
    // A literal address is connected to without a look-up.
    const host = options.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) !== 0 && isPrivateAddress(host)) callback(refusal(), null);
    else connect(options, callback);
  };
}

/** Resolves as usual and refuses a name when any of its addresses is private. */
const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined) callback(error ?? refusal(), "");
    else if (addresses.some(({ address }) => isPrivateAddress(address))) callback(refusal(), "");
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function refusal(): NodeJS.ErrnoException {
  return Object.assign(new Error("a private address"), { code: refusedCode });
}
