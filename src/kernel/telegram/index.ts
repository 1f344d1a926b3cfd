export type * from "./content.ts";
export type * from "./route.ts";
export { type ApiResult, type BotApi, createBotApi } from "./bot-api.ts";
export {
  isTelegramFailure,
  type TelegramFailure,
  TelegramRefused,
  TelegramUnavailable,
  TelegramUnclear,
  UploadUnreadable,
} from "./bot-api-errors.ts";
export { type BotIdentity, createBotIdentity, type DeepLink, makeDeepLink } from "./bot-identity.ts";
export { callbackData } from "./callback-data.ts";
export { nearest } from "./commands.ts";
export { type FailedUpdate, listFailedUpdates, openFailedUpdate, retryFailedUpdate } from "./failed-updates.ts";
export { createTelegramFiles } from "./files.ts";
export { plainText } from "./markup.ts";
export type { Outgoing, OutgoingEdit, OutgoingMessage } from "./outgoing.ts";
export { telegramPersonalData } from "./personal-data.ts";
export {
  fillMedia,
  type Json,
  type JsonObject,
  type MediaSlot,
  renderContent,
  type RenderedCall,
  renderEdit,
} from "./render.ts";
export { createTelegramMembers } from "./members.ts";
export { updateRetention } from "./retention.ts";
export { mayUse, type OwnedRoutes } from "./route-book.ts";
export { telegramSettings, updateRetentionSettings } from "./settings.ts";
export { type UpdateStatistics, updateStatistics } from "./statistics.ts";
export { longestText, shortenHtml } from "./split-html.ts";
export { findStartLink } from "./start-link.ts";
export { createTelegram, type Telegram, type TelegramDeps } from "./telegram.ts";
export { defaultWebhookSecret } from "./webhook.ts";
