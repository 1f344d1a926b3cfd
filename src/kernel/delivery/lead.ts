import type { Pool } from "pg";

import type { Db } from "../db/index.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Translate } from "../lib/texts.ts";
import type { Logger } from "../observability/index.ts";
import type { BotApi } from "../telegram/index.ts";
import { type Backlog, createBacklog } from "./backlog.ts";
import type { Contents } from "./contents.ts";
import type { Deliver } from "./deliver.ts";
import type { Alarm } from "./judge-failure.ts";
import type { DeliveryMeter, QueueDepth } from "./measure.ts";
import { createNudge, type Nudge } from "./nudge.ts";
import { createOutage, type Outage } from "./outage.ts";
import { createPacer, type Pacer } from "./pacer.ts";
import { createDepthGauge, type DepthGauge } from "./queue-depth.ts";
import { createQueueReader } from "./read-queue.ts";
import type { Landing, Recorded, Recorder } from "./recorder.ts";
import { createSender, type Sender, type SenderQueue } from "./sender.ts";
import type { Rules } from "./settings.ts";
import type { Settlements } from "./settlements.ts";
import { claimDeliveries, unclaim, unclaimExcept } from "./sql/claim.ts";
import { createSweeps, type Sweeps } from "./sweeps.ts";
import { rememberFlood, seedPacer, takeOver } from "./take-over.ts";
import type { Uploads } from "./uploads.ts";
import type { Wakeup } from "./wakeup.ts";

export interface LeadDeps {
  readonly db: Db;
  /** For reading the queue, claiming and recording: by indexes only. */
  readonly pool: Pool;
  readonly api: Pick<BotApi, "call">;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly rules: Rules;
  readonly contents: Contents;
  readonly uploads: Uploads;
  readonly deliver: Deliver;
  readonly recorder: Recorder;
  readonly recordSpecial: (landings: readonly Landing[]) => Promise<readonly Recorded[]>;
  readonly settlements: Settlements;
  readonly wakeup: Wakeup;
  /** In the language of the chat. */
  readonly textsOf: (db: Db, chatId: number) => Promise<Translate>;
  readonly maySend: () => boolean;
  readonly meter: DeliveryMeter;
}

/** The sending process, as the rest of it may see and nudge it. */
export interface Leader {
  readonly epoch: number;
  readonly sender: Sender;
  readonly backlog: Backlog;
  readonly pacer: () => Pacer;
  readonly outage: Outage;
  /** Look at everything again: somebody has written something. */
  readonly wake: (old: boolean) => void;
  /** An answer to somebody else's call, one without a chat. */
  readonly heed: (alarm: Alarm) => void;
  readonly sweep: () => void;
  readonly depth: () => QueueDepth;
  /** By the monotonic clock: when an attempt has ended, and when the queue was looked after, last. */
  readonly progress: () => { readonly lastAttemptMs: number; readonly lastSweepMs: number };
}

const pollMs = 1000;
const rereadMs = 15_000;
const settleMs = 5000;
/** What is on the wire when sending ends has so long to come back. */
const drainMs = 10_000;

/** Sends until `signal` aborts, then lets what is on the wire come back. `announce` is told while it lasts. */
export async function lead(
  deps: LeadDeps,
  epoch: number,
  signal: AbortSignal,
  announce: (leader: Leader | undefined) => void,
): Promise<void> {
  const { clock, log, recorder, rules } = deps;
  // What this process itself still knows of the wire is worth more than a rule.
  await recorder.settled(AbortSignal.any([signal, AbortSignal.timeout(settleMs)]));
  await takeOver({ ...deps, repeatsAfterDoubt: rules.repeatsAfterDoubt }, epoch);
  const pace = await createPace(deps);
  const parts = assemble(deps, epoch, signal, pace);
  announce(parts.leader);
  log.info({ epoch, ...rules.limits(), concurrency: rules.concurrency() }, "sending began");
  await Promise.all([poll(parts, clock, signal, pace), sweepOften(parts, log, signal)]);
  parts.disconnect();
  const late = AbortSignal.timeout(drainMs);
  await parts.leader.sender.drain(late);
  await recorder.settled(late);
  announce(undefined);
  log.info({ epoch, left: parts.leader.sender.inFlight().size }, "sending ended");
}

/** The pacer in force. Changed limits make a new one, which knows what has gone out lately. */
interface Pace {
  readonly current: () => Pacer;
  readonly refresh: () => Promise<void>;
}

async function createPace({ db, clock, rules }: LeadDeps): Promise<Pace> {
  const make = async (): Promise<{ readonly pacer: Pacer; readonly limits: string }> => {
    const limits = rules.limits();
    const pacer = createPacer({ limits, clock });
    await seedPacer(db, pacer);
    return { pacer, limits: JSON.stringify(limits) };
  };
  let made = await make();
  return {
    current: () => made.pacer,
    refresh: async () => {
      if (JSON.stringify(rules.limits()) !== made.limits) made = await make();
    },
  };
}

interface Parts {
  readonly leader: Leader;
  readonly sweeps: Sweeps;
  readonly sweepNudge: Nudge;
  readonly depth: DepthGauge;
  readonly swept: () => void;
  readonly read: () => void;
  readonly disconnect: () => void;
}

function assemble(deps: LeadDeps, epoch: number, signal: AbortSignal, pace: Pace): Parts {
  const { db, pool, clock, rules } = deps;
  const backlog = createBacklog(clock);
  const sweepNudge = createNudge(clock);
  const depth = createDepthGauge(db, clock);
  const progress = { lastAttemptMs: clock.monotonicMs(), lastSweepMs: clock.monotonicMs() };
  const outage = createOutage({
    ...deps,
    signal,
    onRecovered: () => {
      sender.pump();
    },
  });
  const heed = makeHeed(deps, pace, outage);
  const sender = createSender({
    ...deps,
    epoch,
    backlog,
    queue: senderQueue(pool, epoch),
    pacer: pace.current,
    concurrency: rules.concurrency,
    isThere: outage.isThere,
    paused: () => outage.reason() !== undefined,
    onAttempt: (claimed, attempt, tookMs) => {
      progress.lastAttemptMs = clock.monotonicMs();
      deps.meter.attempt(claimed, attempt, tookMs / 1000);
      heed(claimed.chatId, attempt.alarm);
    },
    onRoom: () => {
      read();
    },
    onMissing: sweepNudge.nudge,
  });
  const read = createQueueReader({ ...deps, backlog, onFound: sender.pump });
  const wake = (old: boolean): void => {
    if (old) backlog.reread();
    else backlog.hint();
    read();
    sweepNudge.nudge();
  };
  const sweeps = createSweeps({
    db,
    settlements: deps.settlements,
    busy: sender.busy,
    offer: backlog.offer,
    textsOf: deps.textsOf,
  });
  const disconnect = connectWakeup(deps.wakeup, { contents: deps.contents, backlog, sender, read, wake, sweepNudge });
  const leader: Leader = {
    epoch,
    sender,
    backlog,
    outage,
    wake,
    heed: (alarm) => {
      heed(undefined, alarm);
    },
    pacer: pace.current,
    sweep: sweepNudge.nudge,
    depth: depth.current,
    progress: () => progress,
  };
  const swept = (): void => {
    progress.lastSweepMs = clock.monotonicMs();
  };
  return { leader, sweeps, sweepNudge, depth, swept, read, disconnect };
}

/** What other parts of the program write is sent at once, without asking the database what is new. */
function connectWakeup(
  wakeup: Wakeup,
  {
    backlog,
    sender,
    contents,
    read,
    wake,
    sweepNudge,
  }: Pick<LeadDeps, "contents"> & Pick<Parts, "read" | "sweepNudge"> & Pick<Leader, "backlog" | "sender" | "wake">,
): () => void {
  return wakeup.connect({
    offer: (candidate, written) => {
      if (written !== undefined) contents.add(candidate, written);
      backlog.offer(candidate);
      sender.pump();
    },
    more: (lane) => {
      backlog.hint(lane);
      read();
    },
    old: () => {
      wake(true);
    },
    waiting: sweepNudge.nudge,
  });
}

function senderQueue(pool: Pool, epoch: number): SenderQueue {
  return {
    claim: async (ids) => await claimDeliveries(pool, ids, epoch),
    unclaim: async (ids) => {
      await unclaim(pool, epoch, ids);
    },
    unclaimExcept: async (flightIds) => {
      await unclaimExcept(pool, epoch, flightIds);
    },
  };
}

/** What an answer means for others than its delivery. */
function makeHeed(
  { db, log, meter }: LeadDeps,
  pace: Pace,
  outage: Outage,
): (chatId: number | undefined, alarm: Alarm | undefined) => void {
  const keep = async (chatId: number | undefined, forMs: number): Promise<void> => {
    try {
      await rememberFlood(db, chatId, forMs);
    } catch (error) {
      log.warn({ err: toError(error).message }, "a flood could not be remembered");
    }
  };
  return (chatId, alarm) => {
    if (alarm !== undefined && alarm.type !== "flood") {
      outage.failed(alarm.type);
      return;
    }
    outage.answered();
    if (alarm === undefined) return;
    const pacer = pace.current();
    const scope = chatId === undefined ? "bot" : pacer.flood(chatId, alarm.retryAfterMs);
    if (chatId === undefined) pacer.floodBot(alarm.retryAfterMs);
    meter.flood(scope);
    log.warn({ chatId, scope, retryAfterMs: alarm.retryAfterMs }, "telegram asked to wait");
    void keep(scope === "bot" ? undefined : chatId, alarm.retryAfterMs);
  };
}

/** Finds by itself whatever no hint has told of. */
async function poll({ leader, read }: Parts, clock: Clock, signal: AbortSignal, pace: Pace): Promise<void> {
  for (let rereadAtMs = clock.monotonicMs() + rereadMs; !signal.aborted;) {
    leader.backlog.hint();
    if (clock.monotonicMs() >= rereadAtMs) {
      leader.backlog.reread();
      rereadAtMs = clock.monotonicMs() + rereadMs;
    }
    read();
    leader.sender.pump();
    await pause(clock, pollMs, signal);
    await pace.refresh().catch(() => undefined);
  }
}

async function sweepOften(parts: Parts, log: Logger, signal: AbortSignal): Promise<void> {
  const { leader, sweeps, sweepNudge, depth, swept } = parts;
  while (!signal.aborted) {
    let dueMs: number | undefined;
    try {
      dueMs = await sweeps.run();
      swept();
      leader.sender.pump();
      await depth.refresh();
    } catch (error) {
      log.warn({ err: toError(error).message }, "waiting deliveries could not be looked after");
    }
    await sweepNudge.wait(Math.min(Math.max(dueMs ?? pollMs, 0), pollMs), signal);
  }
}
