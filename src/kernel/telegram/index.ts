export type * from "./content.ts";
export type * from "./route.ts";
export {
  type ApiMethod,
  type ApiPayload,
  type ApiResult,
  type BotApi,
  type CallOptions,
  createBotApi,
} from "./bot-api.ts";
export {
  isTelegramFailure,
  type TelegramFailure,
  TelegramRefused,
  TelegramUnavailable,
  TelegramUnclear,
} from "./bot-api-errors.ts";
export { type Bot, type BotIdentity, createBotIdentity } from "./bot-identity.ts";
export { callbackData, parseCallbackData } from "./callback-data.ts";
export { createTelegramFiles } from "./files.ts";
export { telegramMigrations } from "./inbox-store.ts";
export { plainText } from "./markup.ts";
export type { UploadFile } from "./multipart.ts";
export type { Outgoing, OutgoingEdit, OutgoingMessage } from "./outgoing.ts";
export { telegramPersonalData } from "./personal-data.ts";
export {
  type EditMethod,
  fillMedia,
  type Json,
  type JsonObject,
  type MediaSlot,
  renderContent,
  type RenderedCall,
  renderEdit,
  type RenderOptions,
  type SendMethod,
} from "./render.ts";
export { updateRetention } from "./retention.ts";
export { mayUse, type OwnedRoutes } from "./route-book.ts";
export { telegramSettings } from "./settings.ts";
export { longestCaption, longestText, shortenHtml, splitHtml } from "./split-html.ts";
export { createTelegram, type Telegram, type TelegramDeps } from "./telegram.ts";
export { defaultWebhookSecret, type WebhookOutcome } from "./webhook.ts";
