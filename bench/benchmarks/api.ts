import { Pool } from "undici";

import { believe, type Benchmark, type Row } from "../harness/benchmark.ts";
import { calmest } from "../harness/calmest.ts";
import { machineMs, sleep } from "../harness/machine-clock.ts";
import { percentile, round, spread } from "../harness/statistics.ts";
import { apiKey } from "../harness/workbench.ts";

const settleMs = 2000;
const steadyPerSecond = 500;
const atOnce = 32;
const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };

type Call = () => Promise<number>;

/** Requests at a steady rate for latency (in the moments that the host disturbed least), then as many as go for throughput. */
export const api: Benchmark = {
  name: "api",
  title: "HTTP API",
  run: async (bench) => {
    const database = await bench.server.newDatabase();
    const telegram = await bench.startTelegram();
    const app = await bench.startApp({ database, telegram });
    await sleep(settleMs);
    const pool = new Pool(app.url, { connections: atOnce * 2 });
    bench.atEnd("client connections", async () => {
      await pool.close();
    });
    let chatId = 1000;
    const post = async (): Promise<number> => {
      chatId += 1;
      const body = JSON.stringify({ type: "bench.signal", title: "Signal", message: "Up", chat_ids: [chatId] });
      const answer = await pool.request({ method: "POST", path: "/api/notifications", headers, body });
      const { deliveries } = (await answer.body.json()) as { readonly deliveries?: readonly { readonly id: number }[] };
      const [delivery] = deliveries ?? [];
      believe(answer.statusCode === 202 && delivery !== undefined, `POST was answered ${answer.statusCode}`);
      return delivery.id;
    };
    const id = await post();
    const get = async (): Promise<number> => {
      const answer = await pool.request({ method: "GET", path: `/api/deliveries/${id}`, headers });
      const found = (await answer.body.json()) as { readonly id?: number };
      believe(answer.statusCode === 200 && found.id === id, `GET was answered ${answer.statusCode}`);
      return id;
    };
    const seconds = bench.size(10, 2);
    await steadily(get, steadyPerSecond * 2);
    const gets = await measure(get, { what: "GET /api/deliveries/{id}", perSecond: steadyPerSecond, seconds });
    const posts = await measure(post, { what: "POST /api/notifications", perSecond: steadyPerSecond / 5, seconds });
    return {
      rows: [gets.row, posts.row],
      goals: [{ what: `p99 of GET at ${steadyPerSecond}/s, ms`, measured: round(gets.p99, 1), atMost: 20 }],
    };
  },
};

async function measure(
  call: Call,
  of: { readonly what: string; readonly perSecond: number; readonly seconds: number },
): Promise<{ readonly row: Row; readonly p99: number }> {
  // In slices: one tenth of a second that the machine's host takes away is one in a hundred of ten seconds.
  const slices = await calmest(5, async () => await steadily(call, (of.perSecond * of.seconds) / 5, of.perSecond));
  const latencies = slices.flatMap(({ result }) => result);
  const p99 = percentile(latencies, 0.99);
  const row = {
    request: of.what,
    "steady /s": of.perSecond,
    "p50 ms": round(percentile(latencies, 0.5), 1),
    "p99 ms": round(p99, 1),
    [`most /s, ${atOnce} at once`]: round(await asFastAsItGoes(call, of.seconds)),
    "stolen %": spread(
      slices.map(({ stolenPercent }) => stolenPercent),
      0,
    ),
  };
  return { row, p99 };
}

/** Starts requests by the clock, whether or not earlier ones have come back. */
async function steadily(call: Call, count: number, perSecond = steadyPerSecond): Promise<readonly number[]> {
  const began = machineMs();
  const latencies: Promise<number>[] = [];
  while (latencies.length < count) {
    const dueMs = began + (latencies.length * 1000) / perSecond;
    if (dueMs > machineMs()) await sleep(1);
    else latencies.push(timed(call, dueMs));
  }
  return await Promise.all(latencies);
}

/** From when it was due: a client that falls behind does not hide a server that does. */
async function timed(call: Call, dueMs: number): Promise<number> {
  await call();
  return machineMs() - dueMs;
}

async function asFastAsItGoes(call: Call, seconds: number): Promise<number> {
  const began = machineMs();
  let done = 0;
  const worker = async (): Promise<void> => {
    while (machineMs() < began + seconds * 1000) {
      await call();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (done * 1000) / (machineMs() - began);
}
