import type { Update } from "grammy/types";

import type { KnownSender } from "../accounts/index.ts";
import type { Db, Tx } from "../db/index.ts";
import type { Clock } from "../lib/clock.ts";
import type { Ids } from "../lib/ids.ts";
import type { Logger } from "../observability/index.ts";
import type { BotApi } from "./bot-api.ts";
import type { Effects } from "./effects.ts";
import type { InboxMeter } from "./inbox-meter.ts";
import type { Turns } from "./turns.ts";
import type { UpdateFacts } from "./update-facts.ts";

/** One update being handled: everything in `tx` commits with the mark that it is done. */
export interface UpdateWork {
  readonly tx: Tx;
  readonly update: Update;
  readonly facts: UpdateFacts;
  readonly receivedAt: Date;
  readonly effects: Effects;
  /** What `foresee` has asked for. */
  readonly sender?: Promise<KnownSender | undefined> | undefined;
}

export interface UpdateRouter {
  /**
   * Asks who writes in a private chat before it is known what: it goes out together with the taking of the turn, which saves
   * a round trip. Undefined for a group.
   */
  readonly foresee: (tx: Tx, chatId: number) => Promise<KnownSender | undefined> | undefined;
  /** @returns what handled it, for the metrics: `command:start`, `button:studio`, …. */
  readonly route: (work: UpdateWork) => Promise<string>;
  /** Tells the person that an update of his could not be handled. */
  readonly apologise: (work: UpdateWork, reference: string) => Promise<void>;
}

export interface UpdateHandlerDeps {
  readonly db: Db;
  readonly turns: Turns;
  readonly router: UpdateRouter;
  readonly api: BotApi;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Logger;
  readonly meter: InboxMeter;
  /** A handler that takes longer is ended. */
  readonly limitMs: number;
}

/** Before the database ends a turn by itself, in case we cannot. */
export const graceMs = 5000;
