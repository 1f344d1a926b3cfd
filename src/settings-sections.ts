import { alarmSettings } from "#kernel/alarms/index.ts";
import { deliverySettings } from "#kernel/delivery/index.ts";
import { httpSettings, idempotencySettings } from "#kernel/http/index.ts";
import { refundSettings, rewardSettings, starsSettings } from "#kernel/ledger/index.ts";
import type { SettingsSection } from "#kernel/settings/index.ts";
import { telegramSettings } from "#kernel/telegram/index.ts";

import { features } from "./features.ts";

/** Everything an operator may change while the program runs, by owner. */
export const settingsSections: readonly SettingsSection[] = [
  ...telegramSettings,
  ...deliverySettings,
  starsSettings,
  rewardSettings,
  refundSettings,
  alarmSettings,
  httpSettings,
  idempotencySettings,
  ...features.flatMap(({ settings }) => settings),
];
