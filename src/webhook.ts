import type { Config } from "#kernel/config/index.ts";
import type { Secret } from "#kernel/lib/secret.ts";
import { defaultWebhookSecret, type TelegramDeps } from "#kernel/telegram/index.ts";

const path = "/api/telegram/webhook";

/** How Telegram shall reach us, when `TELEGRAM_WEBHOOK_URL` says so; the path may be part of it or not. */
export function webhookOf(config: Config, token: Secret): Pick<TelegramDeps, "webhook"> | undefined {
  const { TELEGRAM_WEBHOOK_URL: given, TELEGRAM_WEBHOOK_SECRET: secret } = config;
  if (given === undefined) return undefined;
  const url = given.endsWith(path) ? given : `${given}${path}`;
  return { webhook: { url, secret: secret ?? defaultWebhookSecret(token) } };
}
