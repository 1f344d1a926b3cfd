import type { Pool } from "pg";

import type { Clock } from "../lib/clock.ts";
import { toError } from "../lib/errors.ts";
import type { Logger } from "../observability/index.ts";
import type { Backlog } from "./backlog.ts";
import type { Contents } from "./contents.ts";
import type { Candidate } from "./horizon.ts";
import { lookForward, lookIntoChats } from "./sql/look.ts";
import type { Uploads } from "./uploads.ts";

export interface QueueReaderDeps {
  /** Finds by indexes only. */
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Logger;
  readonly backlog: Backlog;
  readonly contents: Contents;
  readonly uploads: Pick<Uploads, "learn">;
  /** Something was found. */
  readonly onFound: () => void;
}

const replanEveryMs = 60_000;

/** @returns a function that reads what the backlog wants to know, one round trip at a time. Call it often: it does nothing when nothing is wanted. */
export function createQueueReader({
  pool,
  clock,
  log,
  backlog,
  contents,
  uploads,
  onFound,
}: QueueReaderDeps): () => void {
  let reading = false;
  let replannedMs = Number.NEGATIVE_INFINITY;

  /**
   * Plans of prepared statements are kept until somebody counts the table, and most are made while the queue is empty,
   * when reading all of it looks as cheap as anything. What the sender itself does to many is written so that no such plan
   * exists; but whoever ends, moves or refuses single ones would pass all that waits until autovacuum comes by.
   */
  const replan = async (): Promise<void> => {
    if (clock.monotonicMs() - replannedMs < replanEveryMs) return;
    replannedMs = clock.monotonicMs();
    try {
      await pool.query("analyze delivery.outbox");
    } catch (error) {
      log.warn({ err: toError(error).message }, "the queue could not be counted");
    }
  };

  const prepare = async (candidates: readonly Candidate[]): Promise<void> => {
    await contents.load(candidates);
    await uploads.learn(candidates.flatMap(({ contentId }) => contents.get(contentId) ?? []));
  };

  const readForward = async (): Promise<boolean> => {
    const looks = backlog.looks();
    if (looks.length === 0) return false;
    const found = await lookForward(pool, looks);
    if (looks.some(({ limit }, index) => found[index]?.length === limit)) void replan();
    await prepare(found.flat());
    for (const [index, look] of looks.entries()) backlog.found(look, found[index] ?? []);
    return true;
  };

  const readGaps = async (): Promise<boolean> => {
    let any = false;
    for (const [lane, horizon] of backlog.lanes.entries()) {
      if (!horizon.hasGaps()) continue;
      const gaps = horizon.gaps();
      any = true;
      const found = await lookIntoChats(pool, lane, gaps);
      await prepare([...found.values()].flat());
      for (const [chatId, candidates] of found) horizon.fillGap(chatId, candidates);
    }
    return any;
  };

  const run = async (): Promise<void> => {
    reading = true;
    try {
      for (let more = true; more;) {
        const forward = await readForward();
        more = (await readGaps()) || forward;
        if (more) onFound();
      }
    } catch (error) {
      // The next poll tries again.
      log.warn({ err: toError(error).message }, "the queue could not be read");
    }
    reading = false;
  };

  return () => {
    if (!reading) void run();
  };
}
