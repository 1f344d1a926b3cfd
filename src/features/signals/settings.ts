import { z } from "zod";

import { defineSettings } from "#kernel/settings/index.ts";

export const signalSettings = defineSettings({
  key: "signals.delivery",
  title: "Signals",
  schema: z.object({
    /** How long subscribers of the free tier wait; premium ones get a signal at once. */
    freeDelayMinutes: z.int().min(0).max(1440).default(15),
    /** What premium costs each month; 0: it is not sold by itself. */
    premiumStars: z.int().min(0).max(10_000).default(500),
    /** Everybody is premium. */
    everybodyPremium: z.boolean().default(false),
    /** What a trade costs in per cent of the stake, entry and exit together: taken off each return in performance. */
    feePercent: z.number().min(0).max(10).default(0.2),
    /** A signal with candles waits so long for its chart, and then goes without. */
    chartWithinSeconds: z.int().min(1).max(60).default(3),
    /** Posted prices are kept so long. */
    priceDays: z.int().min(1).max(3650).default(30),
    /** Price alerts that one chat may have waiting. */
    alertsPerChat: z.int().min(1).max(1000).default(50),
  }),
});

export type SignalSettings = z.output<typeof signalSettings.schema>;
