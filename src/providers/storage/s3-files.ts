import { createHash } from "node:crypto";

import { AwsV4Signer } from "aws4fetch";
import { Agent, type Dispatcher, request } from "undici";

import type { Clock } from "#kernel/lib/clock.ts";
import { AppError, networkCode } from "#kernel/lib/errors.ts";
import type { Secret } from "#kernel/lib/secret.ts";
import { type FileStorage, mediaTooLarge, type SizedStream } from "#kernel/media/index.ts";

import { listedKeys, readErrorCode } from "./s3-xml.ts";
import { StorageFailed } from "./storage-failed.ts";

export interface S3Options {
  /** Without a trailing slash. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
  readonly region: string;
  /** `<endpoint>/<bucket>/…` instead of `<bucket>.<endpoint>/…`. */
  readonly pathStyle: boolean;
  /** What our keys begin with: nothing else in the bucket is ever touched. Ends with a slash. */
  readonly prefix: string;
  readonly clock: Clock;
}

interface Ask {
  readonly method: "GET" | "PUT" | "DELETE";
  /** Absent for the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | SizedStream;
}

const connectTimeoutMs = 10_000;
/** For the head of an answer, and for the next bytes of a body. */
const silenceMs = 30_000;
const longestAnswer = 4 * 1024 * 1024;

/**
 * Files in an S3-compatible bucket (AWS, MinIO, R2, Ceph …), which replicas on different machines share. One signed
 * request for each operation (Signature Version 4): an object is there whole or not at all, so nothing half written has
 * to be looked for. Nothing is repeated here: whoever asks has a queue and a backoff of his own.
 *
 * Every function rejects with `StorageFailed` when the service does not do what it is asked.
 */
export function createS3Files(options: S3Options): FileStorage {
  const { prefix } = options;
  const agent = new Agent({
    connect: { timeout: connectTimeoutMs },
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    allowH2: false,
  });
  const ask = async (asked: Ask): Promise<Dispatcher.ResponseData> => await send(options, agent, asked);

  return {
    write: async (name, body, maxBytes) => {
      const bytes = Buffer.isBuffer(body) ? body.byteLength : body.bytes;
      try {
        if (bytes > maxBytes) throw new AppError(mediaTooLarge, { maxBytes });
        await expect(await ask({ method: "PUT", key: keyOf(prefix, name), body }), "PUT", [200]);
      } finally {
        if (!Buffer.isBuffer(body)) body.stream.destroy();
      }
      return bytes;
    },
    read: async (name, range) => {
      const headers = range && { range: `bytes=${range.first}-${range.last}` };
      const answer = await ask({ method: "GET", key: keyOf(prefix, name), ...(headers && { headers }) });
      if (answer.statusCode === (range === undefined ? 200 : 206)) return answer.body;
      const failure = await failureOf(answer, "GET");
      if (failure.code === "NoSuchKey") return undefined;
      throw failure;
    },
    remove: async (name) => {
      await expect(await ask({ method: "DELETE", key: keyOf(prefix, name) }), "DELETE", [200, 204, 404]);
    },
    writtenBefore: async function* (time) {
      let token: string | undefined;
      do {
        const query = { "list-type": "2", prefix, ...(token !== undefined && { "continuation-token": token }) };
        const page = listedKeys(await expect(await ask({ method: "GET", query }), "LIST", [200]));
        for (const { key, modifiedAt } of page.keys) {
          const name = key.slice(prefix.length);
          if (modifiedAt < time && isOurs(name)) yield name;
        }
        token = page.next;
      } while (token !== undefined);
    },
    close: async () => {
      await agent.destroy();
    },
  };
}

async function send(
  { endpoint, bucket, accessKeyId, secretAccessKey, region, pathStyle, clock }: S3Options,
  dispatcher: Agent,
  { method, key, query = {}, headers = {}, body }: Ask,
): Promise<Dispatcher.ResponseData> {
  const path = [...(pathStyle ? [bucket] : []), ...(key === undefined ? [] : [key])].join("/");
  const url = new URL(`${endpoint}/${path}`);
  if (!pathStyle) url.hostname = `${bucket}.${url.hostname}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const signed = await new AwsV4Signer({
    method,
    url: url.href,
    // A stream is not read twice: only its length is signed, and TLS guards the rest.
    headers: { ...headers, "x-amz-content-sha256": Buffer.isBuffer(body) ? sha256(body) : unsignedIf(body) },
    service: "s3",
    region,
    accessKeyId: accessKeyId.reveal(),
    secretAccessKey: secretAccessKey.reveal(),
    datetime: clock
      .now()
      .toISOString()
      .replaceAll(/[:-]|\.\d{3}/g, ""),
  }).sign();
  try {
    return await request(signed.url.href, {
      dispatcher,
      method,
      headers: { ...Object.fromEntries(signed.headers), ...(body && { "content-length": String(lengthOf(body)) }) },
      body: body === undefined ? null : Buffer.isBuffer(body) ? body : body.stream,
    });
  } catch (error) {
    // What the error says may quote the request, and with it the signature: its code is enough.
    throw new StorageFailed(method, { code: networkCode(error) });
  }
}

const nothing = Buffer.alloc(0);

function unsignedIf(body: SizedStream | undefined): string {
  return body === undefined ? sha256(nothing) : "UNSIGNED-PAYLOAD";
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function lengthOf(body: Buffer | SizedStream): number {
  return Buffer.isBuffer(body) ? body.byteLength : body.bytes;
}

/** @returns the text of the answer. @throws StorageFailed when it is none of those. */
async function expect(answer: Dispatcher.ResponseData, what: string, statuses: readonly number[]): Promise<string> {
  if (!statuses.includes(answer.statusCode)) throw await failureOf(answer, what);
  return await textOf(answer, what);
}

async function failureOf(answer: Dispatcher.ResponseData, what: string): Promise<StorageFailed> {
  const code = readErrorCode(await textOf(answer, what));
  return new StorageFailed(what, { status: answer.statusCode, ...(code !== undefined && { code }) });
}

async function textOf({ body }: Dispatcher.ResponseData, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (bytes > longestAnswer) throw new Error("too long");
      chunks.push(chunk);
    }
  } catch (error) {
    throw new StorageFailed(what, { code: networkCode(error) });
  }
  return Buffer.concat(chunks).toString("utf8");
}

const ourName = /^[\w-]+$/;

/** What somebody else may have put below our prefix is not ours to remove. */
function isOurs(name: string): boolean {
  return ourName.test(name);
}

function keyOf(prefix: string, name: string): string {
  if (!isOurs(name)) throw new Error("a stored file with an impossible name");
  return prefix + name;
}
