import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { believe, type Benchmark } from "../harness/benchmark.ts";
import { freePort } from "../harness/free-port.ts";
import { machineMs, sleep } from "../harness/machine-clock.ts";
import { residentMb } from "../harness/processor-time.ts";
import { median, round, spread } from "../harness/statistics.ts";
import { apiKey, botToken, type Telegram } from "../harness/workbench.ts";

const program = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const readyWithinMs = 60_000;

/** `npm start` with its own embedded database, from the process's begin to the first `/readyz` that says yes. */
export const start: Benchmark = {
  name: "start",
  title: "From start to ready, and memory when idle",
  run: async (bench) => {
    const telegram = await bench.startTelegram();
    const first: number[] = [];
    const later: number[] = [];
    const idle: number[] = [];
    for (let round = 0; round < bench.size(3, 1); round += 1) {
      const directory = await bench.newDirectory();
      first.push((await run(telegram, directory, 0)).readyMs);
      const again = await run(telegram, directory, bench.size(20_000, 2000));
      later.push(again.readyMs);
      idle.push(again.idleMb);
    }
    return {
      rows: [
        { what: "first start (makes the database), ms", measured: spread(first, 0) },
        { what: "later starts, ms", measured: spread(later, 0) },
        { what: "memory of the idle program, MB", measured: spread(idle, 0) },
      ],
      goals: [
        { what: "first start, ms", measured: round(median(first)), atMost: 6000 },
        { what: "later start, ms", measured: round(median(later)), atMost: 2500 },
        { what: "idle memory, MB", measured: round(median(idle)), atMost: 200 },
      ],
    };
  },
};

async function run(
  telegram: Telegram,
  directory: string,
  idleMs: number,
): Promise<{ readonly readyMs: number; readonly idleMb: number }> {
  const port = await freePort();
  const began = machineMs();
  const child = spawn(process.execPath, [program], {
    cwd: directory,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      LOG_LEVEL: "silent",
      DATA_DIR: directory,
      PORT: String(port),
      TELEGRAM_BOT_TOKEN: botToken,
      TELEGRAM_API_ROOT: telegram.root,
      TELECAST_API_KEY: apiKey,
    },
  });
  try {
    while (!(await isReady(port))) {
      believe(child.exitCode === null, `the program ended with ${child.exitCode}`);
      believe(machineMs() - began < readyWithinMs, `not ready after ${readyWithinMs / 1000} s`);
      await sleep(5);
    }
    const readyMs = machineMs() - began;
    await sleep(idleMs);
    return { readyMs, idleMb: (await residentMb(child.pid ?? 0)) ?? Number.NaN };
  } finally {
    await end(child);
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Nobody listens yet.
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}
