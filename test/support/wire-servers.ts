import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { afterEach } from "node:test";
import { inspect } from "node:util";

import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createMetrics, silentLogger } from "#kernel/observability/index.ts";
import { type BotApi, createBotApi } from "#kernel/telegram/index.ts";

import { until } from "./until.ts";

/** Servers that misbehave on the wire as no emulator would, and a client for them. All end with the test. */
export const token = "123456789:AAE_this-is-the-secret-part";

const cleanUps: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const task of cleanUps.splice(0).toReversed()) await task();
});

export function client(root: string, connections = 4): BotApi {
  const api = createBotApi({
    token: new Secret(token),
    root,
    clock: systemClock,
    ids: systemIds,
    log: silentLogger(),
    metrics: createMetrics({ process: false }),
    connections,
  });
  cleanUps.push(api.close);
  return api;
}

/** Whatever happens to the bytes is the test's choice. */
export async function rawServer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  server.listen(0, "127.0.0.1");
  await until("listening", () => server.listening);
  cleanUps.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export async function httpServer(answer: Answer): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(answer))}`;
}

/** Of no use but here: nobody trusts it until a test says so. Good until 2126. */
const pem = (name: string): string => readFileSync(new URL(`tls/${name}.pem`, import.meta.url), "utf8");
export const testCertificate = pem("certificate");

export async function tlsServer(answer: Answer): Promise<string> {
  return `https://127.0.0.1:${await listen(createTlsServer({ key: pem("key"), cert: testCertificate }, answer))}`;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await until("listening", () => server.listening);
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

export const okHttp = (result: string): string => {
  const body = `{"ok":true,"result":${result}}`;
  return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

/** What the call throws; the token must be nowhere in it. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  const error = await work.then(
    () => assert.fail("expected a failure"),
    (error: unknown) => error,
  );
  assert.ok(error instanceof Error);
  assert.ok(!inspect(error, { depth: 9, showHidden: true }).includes("secret-part"), "the token leaked");
  return error;
}

export async function readAll(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
