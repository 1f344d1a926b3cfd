import { signalsWith } from "#features/signals/feature.ts";
import type { Signals } from "#features/signals/make-signals.ts";
import { playDemo } from "#features/signals/play-demo.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { AppError, type ErrorDefinition } from "#kernel/lib/errors.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createMetrics, silentLogger } from "#kernel/observability/index.ts";

import { assemble } from "../assemble.ts";
import type { CliCommand } from "./tools.ts";
import { UsageError } from "./usage.ts";

const noSignals = {
  code: "cli.no_signals",
  status: 500,
  message: "signals are not part of this program",
} as const satisfies ErrorDefinition;

/**
 * `telecast demo [<seed>]`: two weeks of made-up signals, the last of them sent to whoever has subscribed. They go out
 * through the program that runs; without one, when it runs again.
 */
export const demoCommand: CliCommand = async ({ storage, cipher }, [given]) => {
  const seed = given === undefined ? undefined : Number(given);
  if (seed !== undefined && !Number.isSafeInteger(seed))
    throw new UsageError("demo: expected a whole number as the seed, or nothing");
  const { config, database } = storage;
  let signals: Signals | undefined;
  // Joined and not started: it only writes what the running program sends.
  const assembly = assemble({
    config,
    database,
    cipher,
    clock: systemClock,
    ids: systemIds,
    log: silentLogger(),
    metrics: createMetrics({ process: false }),
    features: [
      signalsWith((made) => {
        signals = made;
      }),
    ],
    bot: { token: config.TELEGRAM_BOT_TOKEN ?? new Secret("0:unused"), apiRoot: config.TELEGRAM_API_ROOT },
    adminChatIds: config.ADMIN_CHAT_IDS,
  });
  try {
    if (signals === undefined) throw new AppError(noSignals);
    const { past, sent, reached } = await playDemo(signals, seed);
    const chats = reached === 1 ? "to one chat" : `to ${reached} chats`;
    const whom = reached === 0 ? "nobody has subscribed yet (/subscribe, then once more)" : chats;
    return `Demo: ${past} signals with their outcomes (/signals, /performance), and ${sent} sent now: ${whom}.`;
  } finally {
    for (const drawing of assembly.drawing) await drawing.close();
    await assembly.api.close();
  }
};
