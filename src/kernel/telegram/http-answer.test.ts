import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { MalformedAnswer, readHttpAnswer } from "./http-answer.ts";

interface Wire {
  readonly bytes: Buffer;
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string;
  readonly endsByItself: boolean;
}

const cased = (name: string): fc.Arbitrary<string> =>
  fc.constantFrom(
    name,
    name.toUpperCase(),
    name.replace(/^./, (first) => first.toUpperCase()),
  );
const other = fc.constantFrom(
  "date: Sat, 21 Nov 2026 10:00:00 GMT",
  "Server: nginx/1.18.0",
  "x-empty:",
  "X-Note: a: b",
);
const status = fc.constantFrom(200, 201, 400, 403, 429, 500, 502);
const interim = fc.constantFrom("", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n");

/** Answers as servers and proxies write them: of a length, in chunks, or until the connection ends. */
const wire: fc.Arbitrary<Wire> = fc
  .record({
    status,
    interim,
    body: fc.string({ unit: "grapheme", maxLength: 60 }),
    cut: fc.nat({ max: 60 }),
    framing: fc.constantFrom("length", "chunked", "end"),
    lengthName: cased("content-length"),
    chunkedName: cased("transfer-encoding"),
    before: fc.array(other, { maxLength: 3 }),
    retryAfter: fc.option(fc.nat({ max: 999 }), { nil: undefined }),
    trailer: fc.constantFrom("", "x-sum: 1\r\n"),
  })
  .map((of) => {
    const body = Buffer.from(of.body);
    const first = body.subarray(0, of.cut);
    const second = body.subarray(of.cut);
    const chunk = (part: Buffer): Buffer[] =>
      part.length === 0 ? [] : [Buffer.from(`${part.length.toString(16)};x=1\r\n`), part, Buffer.from("\r\n")];
    const framed = {
      length: { header: `${of.lengthName}: ${body.length}`, content: [body] },
      chunked: {
        header: `${of.chunkedName}: chunked`,
        content: [...chunk(first), ...chunk(second), Buffer.from(`0\r\n${of.trailer}\r\n`)],
      },
      end: { header: "connection: close", content: [body] },
    }[of.framing];
    const headers = [...of.before, framed.header];
    if (of.retryAfter !== undefined) headers.push(`Retry-After: ${of.retryAfter}`);
    const head = `${of.interim}HTTP/1.1 ${of.status} Whatever\r\n${headers.map((header) => `${header}\r\n`).join("")}\r\n`;
    return {
      bytes: Buffer.concat([Buffer.from(head), ...framed.content]),
      status: of.status,
      body: of.body,
      retryAfter: of.retryAfter === undefined ? "" : String(of.retryAfter),
      endsByItself: of.framing !== "end",
    };
  });

test("an answer is read when all of it is there, and not before", () => {
  fc.assert(
    fc.property(wire, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (of, part) => {
      const whole = readHttpAnswer(of.bytes, !of.endsByItself);
      assert.equal(whole?.status, of.status);
      assert.equal(whole.body.toString(), of.body);
      assert.equal(whole.retryAfter, of.retryAfter);
      assert.equal(whole.keptForMs, of.endsByItself ? Number.POSITIVE_INFINITY : 0);
      assert.equal(readHttpAnswer(of.bytes.subarray(0, Math.floor(of.bytes.length * part)), false), undefined);
    }),
    { numRuns: 500 },
  );
});

test("bytes after an answer leave it as it is, and nothing more is believed on its connection", () => {
  fc.assert(
    fc.property(
      wire.filter(({ endsByItself }) => endsByItself),
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      (of, more) => {
        const answer = readHttpAnswer(Buffer.concat([of.bytes, more]), false);
        assert.equal(answer?.body.toString(), of.body);
        assert.equal(answer.keptForMs, 0);
      },
    ),
  );
});

test("how long the server keeps the connection", () => {
  const kept = (head: string): number | undefined =>
    readHttpAnswer(Buffer.from(`${head}\r\ncontent-length: 0\r\n\r\n`), false)?.keptForMs;
  assert.equal(kept("HTTP/1.1 200 OK"), Number.POSITIVE_INFINITY);
  assert.equal(kept("HTTP/1.1 200"), Number.POSITIVE_INFINITY);
  assert.equal(kept("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5, max=100"), 5000);
  assert.equal(kept("HTTP/1.1 200 OK\r\nconnection: Close"), 0);
  assert.equal(kept("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nconnection: close"), 0);
  assert.equal(kept("HTTP/1.0 200 OK"), 0);
});

test("204 and 304 have no body, whatever they say", () => {
  for (const status of [204, 304]) {
    const answer = readHttpAnswer(Buffer.from(`HTTP/1.1 ${status} Nothing\r\ncontent-length: 7\r\n\r\n`), false);
    assert.equal(answer?.body.length, 0);
  }
});

test("what is not HTTP/1.1, or contradicts itself, is refused", () => {
  const ok = "HTTP/1.1 200 OK\r\n";
  for (const wrong of [
    "SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 99 Low\r\n\r\n",
    "HTTP/1.1 2000 High\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
    `${ok}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n`,
    `${ok}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
    `${ok}content-length: -1\r\n\r\n`,
    `${ok}content-length: 1e1\r\n\r\n`,
    `${ok}content-length:\r\n\r\n`,
    `${ok}transfer-encoding: gzip\r\n\r\n`,
    `${ok}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n`,
    `${ok}: nameless\r\n\r\n`,
    `${ok}no colon\r\n\r\n`,
    `${ok}content-length : 2\r\n\r\n{}`,
    `${ok}date: today\r\n folded\r\n\r\n`,
    `${ok}transfer-encoding: chunked\r\n\r\nzz\r\n`,
    `${ok}transfer-encoding: chunked\r\n\r\n-2\r\n`,
    `${ok}transfer-encoding: chunked\r\n\r\n2\r\n{}  0\r\n\r\n`,
    `${ok}transfer-encoding: chunked\r\n\r\n${"1".repeat(2000)}`,
    `${ok}transfer-encoding: chunked\r\n\r\n0\r\n${"x".repeat(20_000)}`,
    `${ok}${"x".repeat(20_000)}`,
    `${ok}x: ${"x".repeat(20_000)}\r\n\r\n`,
  ]) {
    assert.throws(() => readHttpAnswer(Buffer.from(wrong), false), MalformedAnswer, wrong.slice(0, 80));
  }
});

test("whatever comes, it is an answer, the beginning of one, or refused", () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(wire, fc.nat({ max: 300 }), fc.nat({ max: 255 })).map(([{ bytes }, at, byte]) => {
      const damaged = Buffer.from(bytes);
      damaged[at % damaged.length] = byte;
      return damaged;
    }),
  );
  fc.assert(
    fc.property(noise, fc.boolean(), (bytes, isOver) => {
      try {
        readHttpAnswer(Buffer.from(bytes), isOver);
      } catch (error) {
        assert.ok(error instanceof MalformedAnswer, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test("interim answers without end are not followed into the depth", () => {
  const many = Buffer.from("HTTP/1.1 100 Continue\r\n\r\n".repeat(100_000));
  assert.equal(readHttpAnswer(many, false), undefined);
});
