import type { Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import type { Html } from "#kernel/lib/html.ts";
import type { Translate } from "#kernel/lib/texts.ts";

import { alertTopic } from "./notifications.ts";

/** `key`: the same trouble under the same key is told once. */
export type AlertAdmins = (
  tx: Tx,
  alert: { readonly key: string; readonly text: (t: Translate) => Html },
) => Promise<void>;

/** Tells the admins, and who is told what they are told, each in his own language. */
export function makeAlertAdmins({
  accounts,
  delivery,
  texts,
}: Pick<Kernel, "accounts" | "delivery" | "texts">): AlertAdmins {
  return async (tx, { key, text }) => {
    for (const chatId of new Set([...accounts.adminChatIds, ...accounts.monitoringChatIds])) {
      const person = await accounts.userByTelegramId(tx, chatId);
      await delivery.enqueue(tx, {
        chatId,
        topic: alertTopic,
        dedupeKey: `${key}:${chatId}`,
        content: { kind: "text", html: text(texts(person?.language ?? "en")) },
      });
    }
  };
}
