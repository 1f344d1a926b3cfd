import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { afterEach, test } from "node:test";

import { until } from "#test/support/until.ts";
import { okHttp, rawServer } from "#test/support/wire-servers.ts";

import { systemClock } from "../lib/clock.ts";
import { manualClock } from "../lib/manual-clock.ts";
import type { Exchange } from "./exchange.ts";
import { createSendConnections, type SendConnections, type SendConnectionsDeps } from "./send-connections.ts";

const patient = { timeoutMs: 60_000 };
const closing: SendConnections[] = [];
afterEach(async () => {
  for (const each of closing.splice(0)) await each.close();
});

function open(origin: string, options: Partial<SendConnectionsDeps> = {}): SendConnections {
  const usual = { clock: systemClock, most: 4, connectTimeoutMs: 10_000, keepMs: 8000, maxBytes: 100_000 };
  const connections = createSendConnections({ origin, ...usual, ...options });
  closing.push(connections);
  return connections;
}

function bodyOf(ended: Exchange): string {
  return ended.outcome === "answered" ? ended.body.toString() : `${ended.outcome}: ${ended.reason}`;
}

/** A server that answers each call with the number of the connection on which it came. */
async function numbering(
  answer: (socket: Socket, number: number) => void = (socket, number) => socket.write(okHttp(String(number))),
): Promise<{ readonly root: string; readonly sockets: readonly Socket[] }> {
  const sockets: Socket[] = [];
  const root = await rawServer((socket) => {
    const number = sockets.push(socket);
    socket.on("data", () => {
      answer(socket, number);
    });
  });
  return { root, sockets };
}

const ok = (number: number): string => `{"ok":true,"result":${number}}`;

test("a post is one HTTP request with its length in bytes, and an answer may come in any pieces", async () => {
  let request = "";
  const answer =
    'HTTP/1.1 429 No\r\nretry-after: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\n{"o\r\n4\r\nk":0\r\n1\r\n}\r\n0\r\n\r\n';
  const root = await rawServer((socket) => {
    socket.on("data", (data) => {
      request += data.toString();
      void (async () => {
        for (const byte of answer) await new Promise((resolve) => socket.write(byte, resolve));
      })();
    });
  });
  const ended = await open(root).post("/bot1:x/sendMessage", '{"text":"안녕"}', patient);
  assert.deepEqual(
    { ...ended, body: bodyOf(ended) },
    { outcome: "answered", status: 429, retryAfter: "3", body: '{"ok":0}' },
  );
  const host = root.replace("http://", "");
  assert.equal(
    request,
    `POST /bot1:x/sendMessage HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: 17\r\n\r\n{"text":"안녕"}`,
  );
});

test("connections are used again, the latest first, and never more than allowed", async () => {
  const { root, sockets } = await numbering();
  const connections = open(root);
  const bodies = await Promise.all(
    Array.from({ length: 50 }, async () => bodyOf(await connections.post("/", "{}", patient))),
  );
  assert.equal(sockets.length, 4);
  assert.equal(new Set(bodies).size, 4);
  const last = bodyOf(await connections.post("/", "{}", patient));
  for (let call = 0; call < 3; call += 1) assert.equal(bodyOf(await connections.post("/", "{}", patient)), last);
});

test("an idle connection is closed in time, and before the server closes it", async () => {
  const kept = okHttp("1").replace("\r\n\r\n", "\r\nkeep-alive: timeout=5\r\n\r\n");
  let answer = okHttp("1");
  const { root, sockets } = await numbering((socket) => socket.write(answer));
  const clock = manualClock(new Date(0));
  const connections = open(root, { clock });
  await connections.post("/", "{}", patient);
  await clock.advance(7999);
  await connections.post("/", "{}", patient);
  assert.equal(sockets.length, 1);
  await clock.advance(16_000);
  await until("closed", () => sockets[0]?.closed);
  answer = kept;
  await connections.post("/", "{}", patient);
  await clock.advance(1000);
  await connections.post("/", "{}", patient);
  assert.equal(sockets.length, 2);
  await clock.advance(4001);
  await connections.post("/", "{}", patient);
  assert.equal(sockets.length, 3);
  await connections.close();
  assert.equal(clock.pendingTimers(), 0);
});

test("a connection on which something came that nobody asked for is not believed any more", async () => {
  const { root, sockets } = await numbering((socket, number) => {
    socket.write(okHttp(String(number)) + (number === 2 ? okHttp("666") : ""));
  });
  const connections = open(root, { keepMs: 60_000 });
  assert.equal(bodyOf(await connections.post("/", "{}", patient)), ok(1));
  sockets[0]?.write(okHttp("666"));
  await until("closed", () => sockets[0]?.closed);
  assert.equal(bodyOf(await connections.post("/", "{}", patient)), ok(2));
  assert.equal(bodyOf(await connections.post("/", "{}", patient)), ok(3));
});

test("after a call that nobody answers, the idle connections beside it are not used either", async () => {
  let isDeaf = false;
  const { root, sockets } = await numbering((socket, number) => {
    if (!isDeaf || number > 2) socket.write(okHttp(String(number)));
  });
  const connections = open(root);
  await Promise.all([connections.post("/", "{}", patient), connections.post("/", "{}", patient)]);
  assert.equal(sockets.length, 2);
  isDeaf = true;
  assert.equal(bodyOf(await connections.post("/", "{}", { timeoutMs: 50 })), "unclear: timeout");
  assert.equal(bodyOf(await connections.post("/", "{}", patient)), ok(3));
});

test("an answer that is too long, or none, is unclear, and ends its connection", async () => {
  const answers = [`HTTP/1.1 200 OK\r\ncontent-length: 200000\r\n\r\n${"x".repeat(150_000)}`, "nonsense\r\n\r\n"];
  const { root, sockets } = await numbering((socket, number) => socket.write(answers[number - 1] ?? okHttp("3")));
  const connections = open(root);
  assert.equal(bodyOf(await connections.post("/", "{}", patient)), "unclear: answer too long");
  assert.equal(bodyOf(await connections.post("/", "{}", patient)), "unclear: MalformedAnswer");
  await until("both are closed", () => sockets.every(({ closed }) => closed));
  assert.equal(bodyOf(await connections.post("/", "{}", patient)), ok(3));
});

test("an answer without a length is whole when the server ends it; an answer with one is not", async () => {
  const answers = ["HTTP/1.1 200 OK\r\n\r\nall of it", "HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\npart of it"];
  const { root } = await numbering((socket, number) => socket.end(answers[number - 1] ?? ""));
  const connections = open(root);
  assert.equal(bodyOf(await connections.post("/", "{}", patient)), "all of it");
  assert.equal(bodyOf(await connections.post("/", "{}", patient)), "unclear: closed");
});

test("where nobody listens, every call hears of it at once, also those that wait behind others", async () => {
  const connections = open("http://127.0.0.1:1", { most: 2 });
  const ended = await Promise.all(Array.from({ length: 9 }, async () => await connections.post("/", "{}", patient)));
  for (const each of ended) assert.deepEqual(each, { outcome: "unsent", reason: "ECONNREFUSED" });
});

test("when a connection breaks under its call, those that wait get another one", async () => {
  const { root } = await numbering((socket, number) => {
    if (number === 1) socket.resetAndDestroy();
    else socket.write(okHttp(String(number)));
  });
  const connections = open(root, { most: 1 });
  const [broken, next] = await Promise.all([
    connections.post("/", "{}", patient),
    connections.post("/", "{}", patient),
  ]);
  assert.equal(bodyOf(broken), "unclear: ECONNRESET");
  assert.equal(bodyOf(next), ok(2));
});

test("closing waits for what is under way, and nothing leaves after it", async () => {
  let answer = (): void => undefined;
  const { root, sockets } = await numbering((socket) => {
    answer = () => socket.write(okHttp("1"));
  });
  const connections = open(root, { most: 1 });
  const calls = [connections.post("/", "{}", patient), connections.post("/", "{}", patient)];
  await until("the first is there", () => sockets[0]?.bytesRead);
  const closed = connections.close();
  answer();
  assert.equal(bodyOf((await calls[0]) as Exchange), ok(1));
  await until("the second is there", () => (sockets[0]?.bytesRead ?? 0) > 100);
  answer();
  assert.equal(bodyOf((await calls[1]) as Exchange), ok(1));
  await closed;
  await until("closed", () => sockets[0]?.closed);
  assert.equal(bodyOf(await connections.post("/", "{}", patient)), "unsent: closed");
  assert.equal(sockets.length, 1);
});

test("a connection that is there only after closing is closed as well", async () => {
  const { root, sockets } = await numbering();
  const connections = open(root, { keepMs: 60_000 });
  const abort = new AbortController();
  const ended = connections.post("/", "{}", { ...patient, signal: abort.signal });
  abort.abort();
  await connections.close();
  assert.equal(bodyOf(await ended), "unsent: aborted");
  await until("it is there and closed", () => sockets[0]?.closed);
});
