import type { ServerResponse } from "node:http";

/** Answers with JSON; `closes` also ends the connection, for when the request was not read to its end. */
export function replyJson(response: ServerResponse, status: number, value: unknown, closes = false): void {
  if (response.destroyed) return;
  const body = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    ...(closes ? { connection: "close" } : {}),
  });
  response.end(body);
}
