import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";

import type { Sandbox } from "../server.ts";
import { testSandbox } from "../test-bot.ts";

async function sandboxWithPage(t: TestContext): Promise<Sandbox> {
  const directory = await mkdtemp(join(tmpdir(), "sandbox-page-"));
  t.after(async () => {
    await rm(directory, { recursive: true });
  });
  await mkdir(join(directory, "page", "assets"), { recursive: true });
  await writeFile(join(directory, "page", "index.html"), "<title>Chat</title>");
  await writeFile(join(directory, "page", "assets", "app.js"), "start()");
  await writeFile(join(directory, "secret.txt"), "secret");
  return await testSandbox(t, { pageDir: join(directory, "page") });
}

/** `fetch` tidies paths before sending them; an attacker does not. */
async function rawGet(sandbox: Sandbox, path: string): Promise<{ status: number | undefined; body: string }> {
  return await new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: sandbox.port, path }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on("end", () => {
        resolve({ status: response.statusCode, body });
      });
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("the page and its files are served with their types, other paths of it by the page", async (t) => {
  const sandbox = await sandboxWithPage(t);
  const get = async (path: string): Promise<string> => {
    const response = await fetch(sandbox.url + path);
    return `${response.headers.get("content-type")} ${await response.text()}`;
  };
  assert.equal(await get("/sandbox"), "text/html; charset=utf-8 <title>Chat</title>");
  assert.equal(await get("/sandbox/assets/app.js"), "text/javascript; charset=utf-8 start()");
  assert.equal(await get("/sandbox/invoice/$abc"), "text/html; charset=utf-8 <title>Chat</title>");
  assert.equal((await fetch(`${sandbox.url}/sandbox/assets/none.js`)).status, 404);
});

test("no path leads out of the page's directory", async (t) => {
  const sandbox = await sandboxWithPage(t);
  const paths = [
    "/sandbox/../secret.txt",
    "/sandbox/..%2fsecret.txt",
    "/sandbox/%2e%2e/secret.txt",
    "/sandbox/assets/..%2f..%2fsecret.txt",
    "/sandbox//etc/hosts.txt",
    "/sandbox/%2fetc%2fhosts.txt",
    "/sandbox/x%00.js",
    "/sandbox/%ff.js",
  ];
  for (const path of paths) {
    const { status, body } = await rawGet(sandbox, path);
    assert.equal(status, 404, path);
    assert.ok(!body.includes("secret"), path);
  }
});
