import { openDatabase } from "../../db/index.ts";
import { silentLogger } from "../../observability/index.ts";
import type { BotApi } from "../../telegram/index.ts";
import type { SettlementHandler } from "../delivery.ts";
import type { DeliveryEnvironment } from "../settings.ts";
import { makeRig } from "./rig.ts";

/** Where the process kills itself, without a word. */
export type KillPoint =
  /** Claimed and committed; no byte has left. */
  | "claimed"
  /** Telegram has answered; nothing is written down. */
  | "answered"
  /** Within the transaction that records the end. */
  | "recording";

export interface SenderProcessOptions {
  readonly url: string;
  readonly root: string;
  readonly environment: DeliveryEnvironment;
  readonly leaseTtlMs: number;
  readonly kill?: { readonly point: KillPoint; readonly afterCalls: number };
}

const options = JSON.parse(process.argv[2] ?? "{}") as SenderProcessOptions;
let calls = 0;

function die(point: KillPoint): void {
  const { kill } = options;
  if (kill?.point === point && calls >= kill.afterCalls) process.kill(process.pid, "SIGKILL");
}

const wrapApi = (api: BotApi): BotApi => ({
  ...api,
  callRaw: async (...call) => {
    die("claimed");
    const result = await api.callRaw(...call);
    calls += 1;
    die("answered");
    return result;
  },
});

const settlement: SettlementHandler = {
  name: "test.recording",
  run: async () => {
    die("recording");
    await Promise.resolve();
  },
};

const database = openDatabase({ url: options.url, log: silentLogger() });
const { root, environment, leaseTtlMs } = options;
const rig = await makeRig({ database, server: { root }, environment, leaseTtlMs, wrapApi, settlements: [settlement] });
rig.engine.start();
process.on("SIGTERM", () => {
  void stop();
});

async function stop(): Promise<void> {
  await rig.stop();
  await database.close();
  process.disconnect();
}

process.send?.("started");
