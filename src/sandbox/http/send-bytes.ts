import type { IncomingMessage, ServerResponse } from "node:http";

export interface Content {
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** Answers with bytes, whole or the one range that was asked for: without ranges no browser seeks in a video. */
export function sendBytes(request: IncomingMessage, response: ServerResponse, { bytes, contentType }: Content): void {
  const headers = { "content-type": contentType, "accept-ranges": "bytes", "x-content-type-options": "nosniff" };
  const range = parseRange(request.headers.range, bytes.length);
  if (range === "unsatisfiable") {
    response.writeHead(416, { ...headers, "content-range": `bytes */${bytes.length}` }).end();
    return;
  }
  const part = range === undefined ? bytes : bytes.subarray(range.start, range.end + 1);
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    "content-length": part.length,
    ...(range === undefined ? {} : { "content-range": `bytes ${range.start}-${range.end}/${bytes.length}` }),
  });
  response.end(request.method === "HEAD" ? undefined : part);
}

interface Range {
  readonly start: number;
  /** The last byte, included. */
  readonly end: number;
}

function parseRange(header: string | undefined, size: number): Range | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  const [, first = "", last = ""] = match ?? [];
  if (match === null || (first === "" && last === "")) return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start >= size || start > end ? "unsatisfiable" : { start, end };
}
