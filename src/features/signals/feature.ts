import type { Feature } from "#kernel/feature.ts";

import { makeAnnouncer } from "./chat/announcer.ts";
import { signalsChat } from "./chat/signals-chat.ts";
import { signalsRoutes } from "./http/routes.ts";
import { makeSignals, type Signals } from "./make-signals.ts";
import { notifications } from "./notifications.ts";
import { signalsPersonalData } from "./personal-data.ts";
import { playDemo } from "./play-demo.ts";
import { premium } from "./premium.ts";
import { signalSettings } from "./settings.ts";

/** @param onMade is shown what was joined. */
export function signalsWith(onMade?: (signals: Signals) => void): Feature {
  return {
    id: "signals",
    title: "Signals",
    migrations: new URL("./migrations/", import.meta.url),
    texts: new URL("./chat/texts/", import.meta.url),
    settings: [signalSettings],
    notifications,
    setup: (kernel) => {
      const made = makeSignals(kernel, makeAnnouncer(kernel));
      onMade?.(made);
      const { showSignal, sweep, sendReports } = made.work;
      const { jobs, ...chat } = signalsChat(made);
      return {
        ...chat,
        routes: signalsRoutes(made),
        jobs: [showSignal, ...jobs],
        schedules: [
          { name: "signals.sweep", cron: "* * * * *", timeZone: "UTC", job: sweep },
          { name: "signals.send-reports", cron: "* * * * *", timeZone: "UTC", job: sendReports },
        ],
        entitlements: [premium(kernel)],
        personalData: signalsPersonalData,
        demo: async () => await playDemo(made),
      };
    },
  };
}

export const signals: Feature = signalsWith();
