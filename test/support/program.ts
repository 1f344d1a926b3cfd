import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

import { cleanUp } from "./clean-up.ts";
import { until } from "./until.ts";

const entry = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** How a process ended, and how long that took from when it was asked to. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly tookMs: number;
}

/** The program as a process of its own, as `npm start` runs it. */
export interface Program {
  readonly pid: number;
  /** Everything it has printed, on both streams. */
  readonly output: () => string;
  /** Waits until it says that it is ready. @throws when it ends instead. @returns its address and how long it took. */
  readonly ready: () => Promise<{ readonly url: string; readonly tookMs: number }>;
  /** Once it is ready. */
  readonly url: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Waits for its end. */
  readonly ended: () => Promise<Ending>;
  /** Asks it to stop and waits until it has. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ending>;
  /** `kill -9`, at once: when this returns, nothing of it runs any more. */
  readonly kill: () => Promise<Ending>;
}

export type Environment = Readonly<Record<string, string>>;

/** What must never be printed, whatever happens. Each program's output is searched for it when it has ended. */
const secrets = new Set<string>();

export function keepSecret(...values: readonly string[]): void {
  for (const value of values) secrets.add(value);
}

/** Starts the program with this environment and nothing else of ours. It is killed after the file's tests. */
export function startProgram(environment: Environment): Program {
  const program = spawnProgram(environment);
  cleanUp(program.kill);
  return program;
}

/**
 * The same without a test file around it: whoever starts it ends it. It is killed with this process, however that ends.
 * @param main another file than `src/main.ts` to run.
 */
export function spawnProgram(environment: Environment, main: string = entry): Program {
  const began = performance.now();
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env["PATH"], ...environment },
    // Away from any .env.
    cwd: tmpdir(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid } = child;
  assert.ok(pid !== undefined, "the program could not be started");
  const dismiss = guard(pid);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  let askedMs = began;
  const ended = endOf(child, () => askedMs).finally(dismiss);
  const checked = ended.then((ending) => {
    for (const secret of secrets) assert.ok(!output.includes(secret), "a secret was printed");
    return ending;
  });
  // Whoever waits for the end hears of it; nobody has to.
  checked.catch(() => undefined);
  const url = (): string => {
    const found = /^ {2}API {6}(\S+)\/docs$/m.exec(output)?.[1];
    assert.ok(found !== undefined, "the program is not ready");
    return found;
  };
  const end = async (signal: NodeJS.Signals): Promise<Ending> => {
    askedMs = performance.now();
    child.kill(signal);
    return await checked;
  };
  return {
    pid,
    output: () => output,
    ready: async () => {
      await until(
        "the program to be ready",
        () => {
          assert.ok(child.exitCode === null && child.signalCode === null, `the program ended instead:\n${output}`);
          return output.includes("Telecast is ready.") && output.includes("Ctrl-C");
        },
        60_000,
      );
      return { url: url(), tookMs: performance.now() - began };
    },
    url,
    signal: (signal) => {
      askedMs = performance.now();
      child.kill(signal);
    },
    ended: async () => {
      await until(
        `the program to end; it said:\n${output}`,
        () => child.exitCode !== null || child.signalCode !== null,
        60_000,
      );
      return await checked;
    },
    stop: async (signal = "SIGTERM") => await end(signal),
    kill: async () => await end("SIGKILL"),
  };
}

async function endOf(child: ChildProcess, askedMs: () => number): Promise<Ending> {
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, tookMs: performance.now() - askedMs() };
}

/** Kills the process when this one is gone: a test that is killed leaves nothing behind. @returns what calls it off. */
function guard(pid: number): () => void {
  const script = 'cat > /dev/null; kill -9 "$1"';
  const child = spawn("/bin/sh", ["-c", script, "sh", String(pid)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  return () => {
    child.kill("SIGKILL");
  };
}

/** The processes that were started with `mark` in their arguments or environment, by their command line. */
export function processesWith(mark: string): readonly { readonly pid: number; readonly command: string }[] {
  return globSync("/proc/[0-9]*").flatMap((directory) => {
    const pid = Number(directory.slice("/proc/".length));
    const command = read(`${directory}/cmdline`);
    const isMarked = command.includes(mark) || read(`${directory}/environ`).includes(mark);
    return isMarked && pid !== process.pid ? [{ pid, command: command.replaceAll("\0", " ").trim() }] : [];
  });
}

/** Empty for a process that is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
