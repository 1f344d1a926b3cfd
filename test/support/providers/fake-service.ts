import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { cleanUp } from "../clean-up.ts";
import { until } from "../until.ts";

/** What the stand-ins of outside services are made of: real HTTP on this machine. */
export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export type FakeAnswer =
  | { readonly status: number; readonly json: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: number; readonly bytes: Uint8Array; readonly type: string }
  /** The connection ends without a word. */
  | "hangs_up";

type Answering = (request: FakeRequest) => Promise<FakeAnswer> | FakeAnswer;

/**
 * Serves until the file's tests have ended, or whatever `atEnd` stands for.
 * @returns the root, without a trailing slash.
 */
export async function serveFake(answer: Answering, atEnd: (task: () => void) => void = cleanUp): Promise<string> {
  const server = createServer((incoming, response) => {
    void respond(incoming, response, answer);
  });
  server.listen(0, "127.0.0.1");
  await until("the stand-in to listen", () => server.listening);
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function respond(incoming: IncomingMessage, response: ServerResponse, answer: Answering): Promise<void> {
  const body = Buffer.concat(await Array.fromAsync(incoming as AsyncIterable<Buffer>));
  const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host ?? "localhost"}`);
  const given = await answer({ method: incoming.method ?? "GET", url, headers: incoming.headers, body });
  if (given === "hangs_up") {
    incoming.socket.destroy();
  } else if ("json" in given) {
    response
      .writeHead(given.status, { "content-type": "application/json", ...given.headers })
      .end(JSON.stringify(given.json));
  } else {
    response
      .writeHead(given.status, { "content-type": given.type, "content-length": given.bytes.byteLength })
      .end(given.bytes);
  }
}

/** Carries a callback to whoever was named; by HTTP unless the test has a shorter way. @returns the status. */
export type DeliverCallback = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<number>;

export const deliverByHttp: DeliverCallback = async (url, headers, body) =>
  (await fetch(url, { method: "POST", headers, body })).status;

export function bearerOf({ headers }: FakeRequest): string | undefined {
  return /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
}

export function jsonOf({ body }: FakeRequest): Record<string, unknown> {
  return JSON.parse(body.toString("utf8")) as Record<string, unknown>;
}
