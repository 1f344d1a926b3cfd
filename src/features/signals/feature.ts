import type { Feature } from "#kernel/feature.ts";

import { notifications } from "./notifications.ts";
import { signalSettings } from "./settings.ts";

export const signals: Feature = {
  id: "signals",
  title: "Signals",
  migrations: new URL("./migrations/", import.meta.url),
  texts: new URL("./chat/texts/", import.meta.url),
  settings: [signalSettings],
  notifications,
  setup: () => ({}),
};
