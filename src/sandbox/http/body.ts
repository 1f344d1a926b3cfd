import type { IncomingMessage } from "node:http";

import type { RawParams } from "../schema/decode.ts";
import type { Upload } from "../world/upload.ts";

/** The body is larger than allowed; the connection must be closed, for the rest of it is still coming. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

/** The body is not what its content type says. */
export class BodyUnreadable extends Error {
  override readonly name = "BodyUnreadable";
}

/** Reads the whole body, at most `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > limit) throw new BodyTooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

/** A JSON object. @throws BodyUnreadable for anything else; an empty body is an empty object. */
export function parseJsonObject(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw new BodyUnreadable("The body is not JSON.", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BodyUnreadable("The body is not a JSON object.");
  }
  return value as Record<string, unknown>;
}

/** Parameters of a Bot API call: from the query and from a JSON, urlencoded or multipart body; the body wins. */
export async function readParams(url: URL, contentType: string, body: Buffer): Promise<RawParams> {
  const values: Record<string, unknown> = Object.fromEntries(url.searchParams);
  const uploads = new Map<string, Upload>();
  if (body.length === 0) return { values, uploads };
  if (contentType.startsWith("application/json")) return { values: { ...values, ...parseJsonObject(body) }, uploads };
  if (contentType.startsWith("multipart/form-data")) {
    await readForm(contentType, body, { values, uploads });
  } else if (contentType.startsWith("application/x-www-form-urlencoded")) {
    Object.assign(values, Object.fromEntries(new URLSearchParams(body.toString("utf8"))));
  }
  return { values, uploads };
}

async function readForm(
  contentType: string,
  body: Buffer,
  into: { readonly values: Record<string, unknown>; readonly uploads: Map<string, Upload> },
): Promise<void> {
  const form = await new Response(new Uint8Array(body), { headers: { "content-type": contentType } })
    .formData()
    .catch((cause: unknown) => {
      throw new BodyUnreadable("The form cannot be read.", { cause });
    });
  for (const [name, value] of form) {
    if (typeof value === "string") {
      into.values[name] = value;
    } else {
      const bytes = Buffer.from(await value.arrayBuffer());
      into.uploads.set(name, { fileName: value.name, mimeType: value.type || "application/octet-stream", bytes });
    }
  }
}
