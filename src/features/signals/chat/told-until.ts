import type { Db } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import { signalSettings } from "../settings.ts";
import type { Signal } from "../signal.ts";
import { readSubscription, tierOf } from "../subscriber.ts";

/**
 * Signals that came before this moment may be shown to the chat whatever it asks: what a free reader is not told yet is
 * not to be had by a list, a made-up button or a guessed number either. Undefined: all of them.
 */
export async function toldUntil(
  { settings }: Pick<Kernel, "settings">,
  db: Db,
  { chatId, now }: { readonly chatId: number; readonly now: Date },
): Promise<Date | undefined> {
  const rules = await settings.read(signalSettings);
  const isFree = tierOf(await readSubscription(db, chatId), rules, now) === "free";
  return isFree && rules.freeDelayMinutes > 0 ? new Date(now.getTime() - rules.freeDelayMinutes * 60_000) : undefined;
}

export function isTold({ createdAt }: Pick<Signal, "createdAt">, until: Date | undefined): boolean {
  return until === undefined || createdAt <= until;
}
