import type { LedgerParts } from "./deps.ts";
import { starsSettings, toThousandths } from "./settings.ts";
import type { Plan, Subscriptions } from "./subscription.ts";

/** A plan that entitles to what no feature of this deployment knows is not on sale. */
export function makePlans({
  settings,
  entitlements,
}: Pick<LedgerParts, "settings" | "entitlements">): Subscriptions["plans"] {
  return async () => {
    const known = entitlements();
    const { plans } = await settings.read(starsSettings);
    const general = plans
      .filter(({ entitlement }) => entitlement === undefined || known.some(({ name }) => name === entitlement))
      .map(({ id, stars, credits, entitlement }): Plan => ({
        id,
        stars,
        credits: toThousandths(credits),
        entitlement,
      }));
    const own = await Promise.all(
      known.map(async ({ name, stars }): Promise<Plan | undefined> => {
        const price = await stars();
        // Ids of the settings have no dot.
        return price === undefined ? undefined : { id: name, stars: price, credits: 0n, entitlement: name };
      }),
    );
    return [...general, ...own.filter((plan) => plan !== undefined)];
  };
}
