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
export type { UploadFile } from "./multipart.ts";
export { callbackData, parseCallbackData } from "./callback-data.ts";
export { plainText } from "./markup.ts";
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
export { longestCaption, longestText, shortenHtml, splitHtml } from "./split-html.ts";
