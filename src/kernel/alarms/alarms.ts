import { type Db, inTransaction, type Tx } from "../db/index.ts";
import { type Clock, pause } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import { Html } from "../lib/html.ts";
import type { Translate } from "../lib/texts.ts";
import type { Health, HealthReport, Logger } from "../observability/index.ts";
import type { Settings } from "../settings/index.ts";
import { readFailures } from "./failures.ts";
import { type AlarmKind, closeIncidents, recordPast, seeIncident } from "./incident.ts";
import { alarmSettings } from "./settings.ts";
import { formatDuration, tellAdmins, type TellDeps } from "./tell.ts";

export interface AlarmsDeps extends TellDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Logger;
  readonly settings: Pick<Settings, "read">;
  readonly health: Pick<Health, "report">;
  /** Telegram is why nothing is sent. */
  readonly isTelegramAway: () => boolean;
  /** Shorter times for tests. */
  readonly times?: AlarmTimes;
}

export interface AlarmTimes {
  /** How often each replica looks. */
  readonly everyMs: number;
  /** What is over before this was never told. */
  readonly patienceMs: number;
  /** What nobody has seen for so long is over. */
  readonly unseenMs: number;
}

/** Tells the admins of trouble and of its end, each once, however many replicas see it. */
export interface Alarms {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
}

const usualTimes: AlarmTimes = { everyMs: 15_000, patienceMs: 60_000, unseenMs: 60_000 };
const windowMinutes = 15;

interface Trouble {
  readonly kind: AlarmKind;
  /** For the record, and for people when there is no text. */
  readonly detail: string;
  readonly text?: (t: Translate) => Html;
  /** It is counted over a while already. */
  readonly isSettled?: boolean;
}

export function createAlarms(deps: AlarmsDeps): Alarms {
  const { db, clock, log, settings, health } = deps;
  const { everyMs, patienceMs, unseenMs } = deps.times ?? usualTimes;
  const stopping = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  /** Since when this replica has seen each kind without a break. */
  const since = new Map<AlarmKind, number>();

  const lookAfter = async (trouble: Trouble): Promise<void> => {
    const nowMs = clock.monotonicMs();
    const forMs = nowMs - (since.get(trouble.kind) ?? nowMs);
    if (trouble.isSettled !== true && forMs < patienceMs) return;
    await inTransaction(db, async (tx) => {
      const isNew = await seeIncident(tx, { kind: trouble.kind, detail: trouble.detail, forMs });
      // Of Telegram nobody could be told through Telegram: its end is told, with how long it lasted.
      if (isNew && trouble.kind !== "telegram") await tellOpened(deps, tx, trouble);
    });
  };

  const look = async (): Promise<void> => {
    const report = await health.report();
    const nowMs = clock.monotonicMs();
    if (report.checks["database"]?.ok === false) {
      if (!since.has("database")) since.set("database", nowMs);
      return;
    }
    const { enabled, failures, failureShare } = await settings.read(alarmSettings);
    await noteDatabaseIsBack(nowMs, enabled);
    if (!enabled) return;
    const troubles = [
      ...fromHealth(report, deps.isTelegramAway()),
      ...(await fromFailures(db, { failures, failureShare })),
    ];
    const kinds = new Set(troubles.map(({ kind }) => kind));
    for (const kind of since.keys()) if (!kinds.has(kind)) since.delete(kind);
    for (const { kind } of troubles) if (!since.has(kind)) since.set(kind, nowMs);
    for (const trouble of troubles) await lookAfter(trouble);
    await tellWhatIsOver();
  };

  const tellWhatIsOver = async (): Promise<void> => {
    await inTransaction(db, async (tx) => {
      for (const { kind, lastedSeconds } of await closeIncidents(tx, unseenMs)) {
        await tellOver(deps, tx, kind, lastedSeconds);
      }
    });
  };

  const noteDatabaseIsBack = async (nowMs: number, enabled: boolean): Promise<void> => {
    const lastedMs = nowMs - (since.get("database") ?? nowMs);
    if (enabled && lastedMs >= patienceMs / 2) {
      await inTransaction(db, async (tx) => {
        if (await recordPast(tx, "database", lastedMs)) await tellOver(deps, tx, "database", lastedMs / 1000);
      });
    }
    since.delete("database");
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await look();
      } catch (error) {
        log.warn({ err: toError(error).message }, "the program's own health could not be looked after");
      }
      await pause(clock, everyMs, stopping.signal);
    }
  };

  return {
    start: () => {
      loop = run();
    },
    stop: async () => {
      stopping.abort();
      await loop;
    },
  };
}

const kindOfCheck: Readonly<Record<string, AlarmKind>> = {
  updates: "telegram",
  sending: "sending",
  inbox: "inbox",
  deliveries: "queue",
  jobs: "jobs",
};

/** While Telegram is away nothing can be sent, and answers wait: that is one trouble, not three. */
function fromHealth({ checks }: HealthReport, isTelegramAway: boolean): readonly Trouble[] {
  const failing = Object.entries(checks).flatMap(([name, { ok, detail }]): Trouble[] => {
    const kind = kindOfCheck[name];
    if (ok || kind === undefined) return [];
    return [{ kind: isTelegramAway && (kind === "sending" || kind === "queue") ? "telegram" : kind, detail }];
  });
  return [...new Map(failing.map((trouble) => [trouble.kind, trouble])).values()];
}

async function fromFailures(
  db: Db,
  limits: { readonly failures: number; readonly failureShare: number },
): Promise<readonly Trouble[]> {
  const { failedUpdates, allUpdates, failedDeliveries, allDeliveries } = await readFailures(db, windowMinutes);
  const isMuch = (failed: number, all: number): boolean =>
    failed >= limits.failures && failed >= all * limits.failureShare;
  const troubles: Trouble[] = [];
  if (isMuch(failedUpdates, allUpdates) || isMuch(failedDeliveries, allDeliveries)) {
    const numbers = { updates: failedUpdates, allUpdates, deliveries: failedDeliveries, allDeliveries };
    troubles.push({
      kind: "errors",
      detail: JSON.stringify(numbers),
      text: (t) => t("alarms-errors-detail", { ...numbers, minutes: windowMinutes }),
      isSettled: true,
    });
  }
  if (failedUpdates > 0) {
    troubles.push({
      kind: "put_aside",
      detail: `${failedUpdates} updates`,
      text: (t) => t("alarms-put-aside-detail", { count: failedUpdates, minutes: windowMinutes }),
      isSettled: true,
    });
  }
  return troubles;
}

async function tellOpened(deps: AlarmsDeps, tx: Tx, { kind, detail, text }: Trouble): Promise<void> {
  deps.log.error({ kind, detail }, "trouble was told to the admins");
  await tellAdmins(deps, tx, {
    critical: true,
    text: (t) => t("alarms-opened", { title: t(`alarms-title-${kind}`), detail: text?.(t) ?? Html.text(detail) }),
  });
}

async function tellOver(deps: AlarmsDeps, tx: Tx, kind: AlarmKind, seconds: number): Promise<void> {
  deps.log.info({ kind, seconds: Math.round(seconds) }, "the end of trouble was told to the admins");
  await tellAdmins(deps, tx, {
    critical: false,
    text: (t) => t("alarms-over", { title: t(`alarms-title-${kind}`), duration: formatDuration(seconds, t.language) }),
  });
}
