import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { cleanUp } from "#test/support/clean-up.ts";
import { until } from "#test/support/until.ts";

import { ProviderUnavailable } from "../provider-error.ts";
import { createDownloader, type Downloader } from "./download.ts";

const directory = await mkdtemp(join(tmpdir(), "telecast-download-"));
cleanUp(async () => {
  await rm(directory, { recursive: true });
});
let files = 0;
const target = (maxBytes = 1000) => ({ path: join(directory, `${++files}.mp4`), maxBytes });

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await until("listening", () => server.listening);
  cleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function downloader(root: string): Downloader {
  const made = createDownloader({ root });
  cleanUp(made.close);
  return made;
}

const requests: string[] = [];
const root = await serving((request, response) => {
  const { url = "" } = request;
  requests.push(url);
  if (url === "/film") response.end("a whole film");
  else if (url === "/stream") response.writeHead(200).write("x".repeat(2000), () => response.end());
  else if (url === "/long") response.writeHead(200, { "content-length": "5000" }).end("x".repeat(5000));
  else if (url === "/moved") response.writeHead(302, { location: "/film" }).end();
  else if (url === "/circle") response.writeHead(302, { location: "/circle" }).end();
  else if (url === "/broken") {
    response.writeHead(200, { "content-length": "100" });
    response.write("half", () => response.destroy());
  } else if (url === "/silent") response.writeHead(200, { "content-length": "100" }).write("half");
  else if (url === "/busy") response.writeHead(503).end();
  else response.writeHead(404).end();
});
const near = downloader(root);
/** Its provider is on the internet: this machine is none of its business. */
const far = downloader("https://1.1.1.1");

test("a file is written whole, redirects are followed", async () => {
  for (const path of ["/film", "/moved"]) {
    const to = target();
    assert.deepEqual(await near.download(root + path, to), { ok: true, bytes: 12 });
    assert.equal(await readFile(to.path, "utf8"), "a whole film");
  }
});

test("what is too large, told or not, is given up and not kept", async () => {
  for (const path of ["/long", "/stream"]) {
    const to = target();
    assert.deepEqual(await near.download(root + path, to), { ok: false, reason: "too_large" }, path);
    assert.ok(!existsSync(to.path));
  }
});

test("half a file is none, and may be tried again; so may one from a server that is busy or silent", async () => {
  for (const path of ["/broken", "/busy", "/silent"]) {
    const to = target();
    await assert.rejects(near.download(root + path, to, { timeoutMs: 500 }), ProviderUnavailable, path);
    assert.ok(!existsSync(to.path), path);
  }
});

test("a file that is not there is gone; endless redirects lead nowhere", async () => {
  assert.deepEqual(await near.download(`${root}/nothing`, target()), { ok: false, reason: "gone" });
  assert.deepEqual(await near.download(`${root}/circle`, target()), { ok: false, reason: "refused" });
});

test("a download that is stopped says why and leaves nothing", async () => {
  const to = target();
  const stop = new AbortController();
  const work = near.download(`${root}/silent`, to, { signal: stop.signal });
  await until("its beginning", () => existsSync(to.path));
  stop.abort(new Error("enough"));
  await assert.rejects(work, /enough/);
  assert.ok(!existsSync(to.path));
});

test("a provider on the internet cannot send us to this network, by address or by name", async () => {
  const { port } = new URL(root);
  const before = requests.length;
  const urls = [
    `${root}/film`,
    `https://127.0.0.1:${port}/film`,
    `https://[::1]:${port}/film`,
    `https://[::ffff:127.0.0.1]:${port}/film`,
    `https://localhost:${port}/film`,
    `https://2130706433:${port}/film`,
    "file:///etc/passwd",
    "nonsense",
  ];
  for (const url of urls) {
    assert.deepEqual(await far.download(url, target()), { ok: false, reason: "refused" }, url);
  }
  assert.equal(requests.length, before, "nobody was asked");
});

test("a disk that cannot be written is our trouble, not the provider's", async () => {
  const to = { path: join(directory, "no-such-directory", "a.mp4"), maxBytes: 1000 };
  await assert.rejects(near.download(`${root}/film`, to), { code: "ENOENT" });
});
