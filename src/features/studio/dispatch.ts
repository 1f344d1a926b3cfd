import { sql } from "kysely";

import { afterCommit, type Db, inTransaction, type Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import type { Advance } from "./advance.ts";
import { callbackToken, hashCallbackToken } from "./callback-token.ts";
import { readCircuits, startTrial } from "./circuit-store.ts";
import { findJob, lockJob, promptOf, type VideoJob } from "./job.ts";
import type { StudioMetrics } from "./metrics.ts";
import { chooseOffer, type Market, type OfferChoice } from "./offers.ts";
import { blockJobs, headOfQueue, nextJobs, waitingJobs } from "./queue.ts";
import { limitSettings, modelSettings } from "./settings.ts";
import type { ShowJob } from "./show-job.ts";

export interface DispatchDeps extends Pick<Kernel, "settings" | "clock" | "cipher" | "log"> {
  readonly advance: Advance;
  readonly providers: Market["providers"];
  readonly metrics: Pick<StudioMetrics, "offers">;
}

/**
 * Lets waiting jobs begin while there are places, overall and per person, each at the offer that suits it best now. Whose
 * offers are all out waits, and lets others by. One dispatch at a time, or two would fill the same place, or send two
 * jobs to try the same provider.
 * @returns the jobs that began.
 */
export async function dispatchJobs(deps: DispatchDeps, tx: Tx): Promise<readonly string[]> {
  await sql`select pg_advisory_xact_lock(hashtextextended('studio.dispatch', 0))`.execute(tx);
  const { settings, clock } = deps;
  const limits = await settings.read(limitSettings);
  const { models } = await settings.read(modelSettings);
  const circuits = new Map(await readCircuits(tx));
  const now = clock.now();
  const market = { models, providers: deps.providers, circuits, now };
  const begun: string[] = [];
  for (let hasBegunTrial = true; hasBegunTrial;) {
    hasBegunTrial = false;
    await markBlocked(deps, tx, market);
    for (const id of await nextJobs(tx, { ...limits, now })) {
      const job = await findJob(tx, id);
      if (job === undefined) continue;
      const choice = chooseOffer(market, job, promptOf(deps.cipher, job).length);
      // What nobody can make (any more) goes on to fail.
      if (!choice.ok && choice.reason === "out") continue;
      if (choice.ok && choice.reason === "trial") {
        const { provider } = choice.offer;
        circuits.set(provider, await startTrial(tx, { provider, job: id, now }));
        hasBegunTrial = true;
      }
      if (await begin(deps, tx, job, choice)) begun.push(id);
      // Others that were to go there wait for how the trial ends.
      if (hasBegunTrial) break;
    }
  }
  return begun;
}

/** Only while somebody is out does anybody have to be looked at. */
async function markBlocked({ cipher }: DispatchDeps, tx: Tx, market: Market): Promise<void> {
  const isAnyOut = [...market.circuits.values()].some(({ state }) => state !== "closed");
  const waiting = isAnyOut ? await waitingJobs(tx) : [];
  const blocked = waiting.filter((job) => {
    const choice = chooseOffer(market, job, promptOf(cipher, job).length);
    return !choice.ok && choice.reason === "out";
  });
  await blockJobs(
    tx,
    blocked.map(({ id }) => id),
  );
}

async function begin(deps: DispatchDeps, tx: Tx, job: VideoJob, choice: OfferChoice): Promise<boolean> {
  const { advance, cipher, metrics, log } = deps;
  const callbackTokenHash = hashCallbackToken(callbackToken(cipher, job.id));
  const { ok } = await advance(tx, job.id, { type: "submit", callbackTokenHash, ...(choice.ok && { chosen: choice }) });
  if (ok && choice.ok) {
    const { offer, reason, passedOver } = choice;
    afterCommit(tx, () => {
      metrics.offers.inc({ provider: offer.provider, reason });
      log.info({ videoJob: job.id, ordered: job.model, ...offer, reason, passedOver }, "offer was chosen");
    });
  }
  return ok;
}

/** Shows those who wait where they stand now. Each in a transaction of its own: cards are locked one by one. */
export async function showQueue(db: Db, showJob: ShowJob): Promise<void> {
  for (const id of await headOfQueue(db)) {
    await inTransaction(db, async (tx) => {
      const job = await lockJob(tx, id);
      if (job?.state === "ordered") await showJob(tx, job, "calmly");
    });
  }
}
