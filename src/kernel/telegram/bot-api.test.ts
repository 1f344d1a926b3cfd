import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

import { until } from "#test/support/until.ts";
import {
  client,
  failureOf,
  httpServer,
  json,
  okHttp,
  rawServer,
  readAll,
  testCertificate,
  tlsServer,
  token,
} from "#test/support/wire-servers.ts";

import { TelegramRefused, TelegramUnavailable, TelegramUnclear } from "./bot-api-errors.ts";

async function assertUnavailable(work: Promise<unknown>, reason: string): Promise<void> {
  const error = await failureOf(work);
  assert.ok(error instanceof TelegramUnavailable, String(error));
  assert.equal(error.reason, reason);
}

async function assertUnclear(work: Promise<unknown>, reason: string): Promise<void> {
  const error = await failureOf(work);
  assert.ok(error instanceof TelegramUnclear, String(error));
  assert.equal(error.reason, reason);
}

test("a call posts its payload as JSON to the method's path and gives the result", async () => {
  let seen: unknown;
  const root = await httpServer((request, response) => {
    void (async () => {
      seen = { url: request.url, body: JSON.parse((await readAll(request)).toString()) as unknown };
      json(response, 200, { ok: true, result: { id: 123456789, is_bot: true, first_name: "Bot" } });
    })();
  });
  const api = client(`${root}/prefix`);
  const me = await api.call("getMe", {});
  assert.equal(me.id, 123456789);
  assert.equal(api.botId, 123456789);
  assert.deepEqual(seen, { url: `/prefix/bot${token}/getMe`, body: {} });
  await api.callRaw("sendMessage", '{"chat_id":1,"text":"é"}');
  assert.deepEqual(seen, { url: `/prefix/bot${token}/sendMessage`, body: { chat_id: 1, text: "é" } });
});

test("a refusal carries Telegram's code, words, retry_after and the supergroup's id", async () => {
  const root = await httpServer((_request, response) => {
    json(response, 429, {
      ok: false,
      error_code: 429,
      description: "Too Many Requests: retry after 17",
      parameters: { retry_after: 17, migrate_to_chat_id: -1_001_234_567_890_123 },
    });
  });
  const error = await failureOf(client(root).callRaw("sendMessage", "{}"));
  assert.ok(error instanceof TelegramRefused);
  assert.equal(error.errorCode, 429);
  assert.equal(error.description, "Too Many Requests: retry after 17");
  assert.equal(error.retryAfterSeconds, 17);
  assert.equal(error.migrateToChatId, -1_001_234_567_890_123);
  assert.equal(error.method, "sendMessage");
});

test("a refusal by a proxy before Telegram is a refusal too, a failure of one is unclear", async () => {
  let status = 413;
  const root = await httpServer((_request, response) => {
    response.writeHead(status, { "retry-after": "9" }).end("<html>nginx</html>");
  });
  const api = client(root);
  const refused = await failureOf(api.call("getMe", {}));
  assert.ok(refused instanceof TelegramRefused);
  assert.deepEqual([refused.errorCode, refused.retryAfterSeconds], [413, 9]);
  for (status of [500, 502, 503, 504]) await assertUnclear(api.call("getMe", {}), `HTTP ${status}`);
  status = 200;
  await assertUnclear(api.call("getMe", {}), "HTTP 200");
});

test("a 5xx in Telegram's own envelope is unclear", async () => {
  const root = await httpServer((_request, response) => {
    json(response, 500, { ok: false, error_code: 500, description: "Internal Server Error" });
  });
  await assertUnclear(client(root).callRaw("sendMessage", "{}"), "HTTP 500");
});

test("no listener, no such host, no TLS: surely not sent", async () => {
  await assertUnavailable(client("http://127.0.0.1:1").call("getMe", {}), "ECONNREFUSED");
  const unknownHost = await failureOf(client("http://telegram.invalid").call("getMe", {}));
  assert.ok(unknownHost instanceof TelegramUnavailable);
  assert.match(unknownHost.reason, /^(ENOTFOUND|EAI_AGAIN)$/);
  const ipv6 = client("http://[::1]:1");
  for (const call of [ipv6.call("getMe", {}), ipv6.callRaw("sendMessage", "{}")]) {
    const error = await failureOf(call);
    assert.ok(error instanceof TelegramUnavailable);
    assert.doesNotMatch(error.reason, /^(ENOTFOUND|EAI_AGAIN)$/, "an address is not a name");
  }
  const plain = await rawServer((socket) => {
    socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  const noTls = await failureOf(client(plain.replace("http:", "https:")).call("getMe", {}));
  assert.ok(noTls instanceof TelegramUnavailable, String(noTls));
});

test("over TLS: not a byte of a call to a server whose certificate nobody trusts", async () => {
  let requests = 0;
  const words = "긴 글 ".repeat(30_000);
  const root = await tlsServer((_request, response) => {
    requests += 1;
    json(response, 200, { ok: true, result: words });
  });
  for (const call of [client(root).callRaw("sendMessage", "{}"), client(root).call("getMe", {})]) {
    await assertUnavailable(call, "DEPTH_ZERO_SELF_SIGNED_CERT");
  }
  assert.equal(requests, 0);
  const usual = getCACertificates("default");
  setDefaultCACertificates([...usual, testCertificate]);
  try {
    const api = client(root);
    for (let call = 0; call < 3; call += 1) assert.equal(await api.callRaw("sendMessage", "{}"), words);
    assert.equal(await api.call("getMe", {}), words);
  } finally {
    setDefaultCACertificates(usual);
  }
});

test("a connection that is cut after the request was written is unclear, and nothing is sent again", async () => {
  const endings: Record<string, (socket: Socket) => void> = {
    reset: (socket) => socket.resetAndDestroy(),
    "half-close": (socket) => socket.end(),
    "cut in the head": (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-le"),
    "cut in the body": (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{"ok":true,'),
    "reset in the body": (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n{"ok":true,', () => socket.resetAndDestroy());
    },
    nonsense: (socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
  };
  for (const [name, end] of Object.entries(endings)) {
    let requests = 0;
    const root = await rawServer((socket) => {
      socket.on("data", () => {
        requests += 1;
        end(socket);
      });
    });
    const error = await failureOf(client(root).callRaw("sendMessage", '{"text":"once"}'));
    assert.ok(error instanceof TelegramUnclear, `${name}: ${String(error)}`);
    assert.equal(requests, 1, name);
  }
});

test("a connection that is reset before the request is read is unclear: nobody can tell how far it got", async () => {
  const root = await rawServer((socket) => {
    // Nobody reads: the bytes stay in the socket's buffer.
    void until("the request arrived", () => socket.readableLength > 0).then(() => socket.resetAndDestroy());
  });
  const error = await failureOf(client(root).callRaw("sendMessage", "{}"));
  assert.ok(error instanceof TelegramUnclear, String(error));
});

test("JSON that ends early in a complete answer is unclear", async () => {
  const root = await rawServer((socket) => {
    socket.on("data", () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"ok":true,'));
  });
  await assertUnclear(client(root).callRaw("sendMessage", "{}"), "HTTP 200");
});

test("a server that never answers: unclear for the call on the wire, unavailable for the one that waits behind it", async () => {
  const seen: string[] = [];
  const root = await rawServer((socket) => {
    socket.on("data", (data) => seen.push(data.toString()));
  });
  const api = client(root, 1);
  const first = assertUnclear(api.callRaw("sendMessage", '{"text":"first"}', { timeoutMs: 200 }), "timeout");
  await until("the first is on the wire", () => seen.length === 1);
  const second = assertUnavailable(api.callRaw("sendMessage", '{"text":"second"}', { timeoutMs: 50 }), "timeout");
  const third = api.callRaw("sendMessage", '{"text":"third"}', { timeoutMs: 400 });
  await Promise.all([first, second, assertUnclear(third, "timeout")]);
  assert.deepEqual(
    seen.map((request) => request.split("\r\n\r\n")[1]),
    ['{"text":"first"}', '{"text":"third"}'],
  );
});

test("an abort is unavailable before the request is written and unclear after", async () => {
  const seen: string[] = [];
  const root = await rawServer((socket) => {
    socket.on("data", (data) => seen.push(data.toString()));
  });
  const api = client(root, 1);
  await assertUnavailable(api.callRaw("sendMessage", "{}", { signal: AbortSignal.abort() }), "aborted");
  const abort = new AbortController();
  const onTheWire = api.callRaw("sendMessage", "{}", { signal: abort.signal });
  await until("on the wire", () => seen.length === 1);
  const waiting = api.callRaw("sendMessage", "{}", { signal: abort.signal });
  abort.abort();
  await assertUnclear(onTheWire, "aborted");
  await assertUnavailable(waiting, "aborted");
  assert.equal(seen.length, 1);
});

test("an idle connection that the server has closed is replaced before the next request", async () => {
  let connections = 0;
  const open = new Set<Socket>();
  const root = await rawServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on("data", () => socket.write(okHttp(String(connections))));
    socket.on("close", () => open.delete(socket));
  });
  const api = client(root, 1);
  for (let call = 1; call <= 20; call += 1) {
    assert.equal(await api.callRaw("sendMessage", "{}"), call);
    for (const socket of open) socket.end();
    await until("closed", () => open.size === 0);
  }
});

test("after a call that nobody answers, the idle connections beside it are not waited for either", async () => {
  let line: "works" | "is deaf" | "works for new ones" = "works";
  let asked = 0;
  const root = await rawServer((socket) => {
    const isNew = line === "works for new ones";
    socket.on("data", () => {
      asked += 1;
      // The first three together, so that each has a connection of its own.
      if (isNew || (line === "works" && asked > 3)) socket.write(okHttp("{}"));
      else if (asked <= 3) void until("all three", () => asked === 3).then(() => socket.write(okHttp("{}")));
    });
  });
  const api = client(root);
  await Promise.all([api.call("getMe", {}), api.call("getMe", {}), api.call("getMe", {})]);
  line = "is deaf";
  await assertUnclear(api.call("getMe", {}, { timeoutMs: 100 }), "timeout");
  line = "works for new ones";
  for (let call = 0; call < 3; call += 1) await api.call("getMe", {}, { timeoutMs: 2000 });
});

test("a kept-alive connection that breaks under the second request makes it unclear, never a silent repeat", async () => {
  const bodies: string[] = [];
  const root = await rawServer((socket) => {
    let requests = 0;
    socket.on("data", (data) => {
      bodies.push(data.toString().split("\r\n\r\n")[1] ?? "");
      requests += 1;
      if (requests === 1) socket.write(okHttp("1"));
      else socket.resetAndDestroy();
    });
  });
  const api = client(root, 1);
  for (let round = 0; round < 5; round += 1) {
    await api.callRaw("sendMessage", `"a${round}"`);
    const error = await failureOf(api.callRaw("sendMessage", `"b${round}"`));
    assert.ok(error instanceof TelegramUnclear, String(error));
  }
  assert.deepEqual(
    bodies,
    [0, 1, 2, 3, 4].flatMap((round) => [`"a${round}"`, `"b${round}"`]),
  );
});

test("under load on connections that the server keeps closing, what is called unavailable was never received", async () => {
  const received = new Map<string, number>();
  let requests = 0;
  const root = await rawServer((socket) => {
    socket.on("data", (data) => {
      const body = data.toString().split("\r\n\r\n")[1] ?? "";
      received.set(body, (received.get(body) ?? 0) + 1);
      requests += 1;
      // Every third answer is followed by a close that was not announced; some connections are cut unanswered.
      if (requests % 7 === 0) socket.destroy();
      else if (requests % 3 === 0) socket.end(okHttp("1"));
      else socket.write(okHttp("1"));
    });
  });
  const api = client(root, 8);
  const outcomes = await Promise.all(
    Array.from({ length: 600 }, async (_, index) => {
      const body = `{"n":${index}}`;
      return await api.callRaw("sendMessage", body).then(
        () => ({ body, outcome: "ok" }),
        (error: Error) => ({ body, outcome: error.name }),
      );
    }),
  );
  for (const { body, outcome } of outcomes) {
    const times = received.get(body) ?? 0;
    if (outcome === "ok") assert.equal(times, 1, body);
    else if (outcome === "TelegramUnavailable") assert.equal(times, 0, body);
    else assert.ok(times <= 1, body);
  }
  assert.ok(outcomes.some(({ outcome }) => outcome === "TelegramUnclear"));
});

test("calls of the sender never hold up other calls", async () => {
  const root = await httpServer((request, response) => {
    if (request.url?.endsWith("answerPreCheckoutQuery")) json(response, 200, { ok: true, result: true });
  });
  const api = client(root, 2);
  const stuck = Array.from({ length: 5 }, async () => {
    await api.callRaw("sendMessage", "{}", { timeoutMs: 300 }).catch(() => undefined);
  });
  assert.equal(await api.call("answerPreCheckoutQuery", { pre_checkout_query_id: "1", ok: true }), true);
  await Promise.all(stuck);
});
