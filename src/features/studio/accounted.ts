import type { Db } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { readStarDays } from "#kernel/ledger/index.ts";
import { findModel } from "#providers/video/catalogue.ts";

import type { Takings } from "./money-words.ts";
import { billingSettings, modelSettings } from "./settings.ts";
import { firstMoment, readUsage } from "./statistics.ts";

/** A day or a model of the accounts. */
export interface AccountedPart extends Takings {
  readonly name: string;
  /** Videos that arrived. */
  readonly delivered: number;
}

/**
 * What a number of whole days brought. Stars are what people paid and got back; revenue is what their credits bought, on
 * the day of the order: credits that are not spent yet are not earned yet.
 */
export interface Accounted extends Takings {
  readonly received: number;
  readonly returned: number;
  readonly usdPerCredit: number;
  readonly byDay: readonly (AccountedPart & { readonly received: number; readonly returned: number })[];
  /** By revenue, the largest first. Names are labels. */
  readonly byModel: readonly AccountedPart[];
}

/** @param of.days whole days of the zone's calendar, the one of `now` included. */
export async function readAccounted(
  { settings, db }: Pick<Kernel, "settings"> & { readonly db: Db },
  of: { readonly now: Date; readonly days: number; readonly timeZone: string },
): Promise<Accounted> {
  const range = { from: await firstMoment(db, of), to: of.now, timeZone: of.timeZone };
  const usage = await readUsage(db, range);
  const stars = await readStarDays(db, range);
  const { models } = await settings.read(modelSettings);
  const { usdPerCredit } = await settings.read(billingSettings);
  const starsOf = new Map(stars.map((each) => [each.day, each]));
  return {
    revenue: usage.revenue,
    costUsdMicros: usage.costUsdMicros,
    usdPerCredit,
    received: stars.reduce((sum, { received }) => sum + received, 0),
    returned: stars.reduce((sum, { returned }) => sum + returned, 0),
    byDay: usage.byDay.map((day) => ({
      ...day,
      received: starsOf.get(day.name)?.received ?? 0,
      returned: starsOf.get(day.name)?.returned ?? 0,
    })),
    byModel: usage.byModel
      .map((model) => ({ ...model, name: findModel(models, model.name)?.label ?? model.name }))
      .toSorted((a, b) => Number(b.revenue - a.revenue)),
  };
}
