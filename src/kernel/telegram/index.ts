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
