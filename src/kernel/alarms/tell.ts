import type { Accounts } from "../accounts/index.ts";
import type { Tx } from "../db/index.ts";
import type { Delivery } from "../delivery/index.ts";
import type { Html } from "../lib/html.ts";
import type { Language } from "../lib/language.ts";
import type { Texts, Translate } from "../lib/texts.ts";

export interface TellDeps {
  readonly accounts: Pick<Accounts, "adminChatIds" | "monitoringChatIds" | "userByTelegramId">;
  readonly delivery: Pick<Delivery, "enqueue">;
  readonly texts: Texts;
}

export interface Told {
  readonly text: (t: Translate) => Html;
  /** Passes quiet hours and mutes. */
  readonly critical: boolean;
  readonly dedupeKey?: string;
}

/** Writes to the admin and the monitoring chats, each in the language of its person. */
export async function tellAdmins({ accounts, delivery, texts }: TellDeps, tx: Tx, told: Told): Promise<void> {
  for (const chatId of new Set([...accounts.adminChatIds, ...accounts.monitoringChatIds])) {
    const person = await accounts.userByTelegramId(tx, chatId);
    await delivery.enqueue(tx, {
      chatId,
      topic: "system_error",
      lane: "alert",
      critical: told.critical,
      ...(told.dedupeKey !== undefined && { dedupeKey: `${told.dedupeKey}:${chatId}` }),
      content: { kind: "text", html: told.text(texts(person?.language ?? "en")) },
    });
  }
}

/** `45 seconds`, `3 minutes`, `2 hours`; in the language. */
export function formatDuration(seconds: number, language: Language): string {
  const unit = seconds < 90 ? "second" : seconds < 5400 ? "minute" : "hour";
  const divisor = { second: 1, minute: 60, hour: 3600 }[unit];
  const format = new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: "long",
    maximumFractionDigits: 0,
  });
  return format.format(Math.max(Math.round(seconds / divisor), 1));
}
