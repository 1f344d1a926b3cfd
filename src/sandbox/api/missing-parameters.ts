import type { Problem } from "../schema/decode.ts";
import { badRequest } from "./bot-api-error.ts";
import type { BotApiError } from "./bot-api-error.ts";

/** What Telegram says when a parameter is missing or unreadable; the rest is `parameter "x" is required`. */
const missingTexts: Readonly<Record<string, string>> = {
  chat_id: "chat_id is empty",
  text: "message text is empty",
  message_id: "message identifier is not specified",
  message_ids: "message identifiers are not specified",
  user_id: "invalid user_id specified",
  callback_query_id: "query is too old and response timeout expired or query ID is invalid",
  pre_checkout_query_id: "query is too old and response timeout expired or query ID is invalid",
  photo: "there is no photo in the request",
  video: "there is no video in the request",
  animation: "there is no animation in the request",
  document: "there is no document in the request",
  audio: "there is no audio in the request",
  voice: "there is no voice in the request",
  video_note: "there is no video note in the request",
  sticker: "there is no sticker in the request",
  file_id: "file_id not specified",
  action: "wrong parameter action in request",
  media: 'parameter "media" is required',
  commands: "can't parse commands JSON object",
};

const unreadableTexts: Readonly<Record<string, string>> = {
  parse_mode: "unsupported parse_mode",
  chat_id: "chat not found",
  action: "wrong parameter action in request",
  reply_markup: "object expected as reply markup",
  reply_parameters: "object expected as reply parameters",
  link_preview_options: "object expected as link preview options",
  menu_button: "menuButton must be an Object",
  scope: "can't parse BotCommandScope: botCommandScope must be an Object",
  prices: "expected an Array of labeled prices",
  media: "can't parse media JSON object",
  message_ids: "expected an Array of message identifiers",
  commands: "expected an Array of BotCommand",
};

/**
 * The refusal for the first serious problem of a call, or undefined when Telegram would take it: unknown parameters and
 * unreadable optional numbers are ignored there.
 */
export function refusalFor(problems: readonly Problem[]): BotApiError | undefined {
  for (const { kind, path, expected } of problems) {
    const [parameter = path] = path.split(/[.[]/);
    const isNested = parameter !== path;
    if (kind === "missing") return badRequest(isNested ? nestedText(parameter, path, expected) : missingText(path));
    if (kind === "wrong" && isNested) return badRequest(nestedText(parameter, path, expected));
    if (kind === "wrong") {
      const text = unreadableTexts[path] ?? (missingTexts[path] || wrongText(path, expected));
      return badRequest(text);
    }
  }
  return undefined;
}

function missingText(name: string): string {
  return missingTexts[name] ?? `parameter "${name}" is required`;
}

function wrongText(name: string, expected: string): string {
  return `can't parse ${name}: expected ${expected}`;
}

function nestedText(parameter: string, path: string, expected: string): string {
  const subject = parameter === "reply_markup" && path.includes("keyboard[") ? "keyboard button" : parameter;
  const field = path.slice(path.lastIndexOf(".") + 1);
  return `can't parse ${subject}: field "${field}" must be of type ${expected}`;
}
