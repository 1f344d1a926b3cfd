import { z } from "zod";

import { type Db, inTransaction } from "../db/index.ts";
import { deliveryStatistics } from "../delivery/index.ts";
import { defineJob, type Schedule } from "../jobs/index.ts";
import type { Clock } from "../lib/clock.ts";
import { Html } from "../lib/html.ts";
import type { Settings } from "../settings/index.ts";
import { openIncidents } from "./incident.ts";
import { alarmSettings } from "./settings.ts";
import { tellAdmins, type TellDeps } from "./tell.ts";

export interface SelfTestDeps extends TellDeps {
  readonly db: Db;
  readonly clock: Pick<Clock, "now">;
  readonly settings: Pick<Settings, "read">;
}

const hoursPerWeek = 7 * 24;

/** On Monday mornings: as long as it comes, silence means that nothing is wrong. */
export function selfTest(deps: SelfTestDeps): Schedule {
  const job = defineJob({
    name: "alarms.self-test",
    payload: z.object({}),
    run: async () => {
      const { weeklySelfTest } = await deps.settings.read(alarmSettings);
      if (weeklySelfTest) await sendSelfTest(deps);
    },
  });
  return { name: "alarms.self-test", cron: "0 9 * * 1", timeZone: "UTC", job };
}

async function sendSelfTest(deps: SelfTestDeps): Promise<void> {
  const { sent, failed, unknown } = await deliveryStatistics(deps.db, hoursPerWeek);
  const open = await openIncidents(deps.db);
  // A job may run twice; the message comes once a day.
  const dedupeKey = `alarms.self-test:${deps.clock.now().toISOString().slice(0, 10)}`;
  await inTransaction(deps.db, async (tx) => {
    await tellAdmins(deps, tx, {
      critical: false,
      dedupeKey,
      text: (t) => {
        const well = t("alarms-self-test", { sent, failed, unknown });
        if (open.length === 0) return well;
        const titles = open.map((kind) => t.plain(`alarms-title-${kind}`)).join(", ");
        return Html.join([well, t("alarms-self-test-open", { count: open.length, titles })]);
      },
    });
  });
}
