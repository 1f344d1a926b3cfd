import type { Problem } from "../schema/decode.ts";
import { fieldsOfMethod } from "../schema/notation.ts";
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
  language_code: "invalid language code specified",
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
 * The refusal for the first serious problem of a call, or undefined when Telegram would take it: unknown parameters,
 * unreadable optional numbers and unknown kinds of updates are ignored there.
 */
export function refusalFor(method: string, problems: readonly Problem[]): BotApiError | undefined {
  const fields = fieldsOfMethod(method);
  for (const { kind, path, expected } of problems) {
    const [parameter = path] = path.split(/[.[]/);
    const isScalar = scalars.has(expected) && fields.get(path)?.isRequired === false;
    if (kind === "unknown" || isScalar || parameter === "allowed_updates") continue;
    if (method === "sendMediaGroup" && /^media\[\d+\]\.type$/.test(path)) return badRequest(mixedAlbum);
    if (parameter !== path) return badRequest(nestedText(parameter, { kind, path, expected }));
    return badRequest(kind === "missing" ? missingText(path) : (unreadableTexts[path] ?? wrongText(path, expected)));
  }
  return undefined;
}

/** The schema lets photos and videos mix, and documents or audio files among themselves; so does Telegram. */
const mixedAlbum = "can't use the media of the specified type in the album";

const scalars: ReadonlySet<string> = new Set(["Integer", "Float", "Boolean"]);

function missingText(name: string): string {
  return missingTexts[name] ?? `parameter "${name}" is required`;
}

/** An unreadable number or file is as good as none. */
function wrongText(name: string, expected: string): string {
  return missingTexts[name] ?? `can't parse ${name}: expected ${expected}`;
}

const subjects: Readonly<Record<string, string>> = {
  "reply_markup.inline_keyboard": "inline keyboard button",
  "reply_markup.keyboard": "keyboard button",
  media: "InputMedia",
  entities: "MessageEntity",
  caption_entities: "MessageEntity",
  commands: "BotCommand",
  scope: "BotCommandScope",
  prices: "labeled price",
};

/** Telegram's JSON reader knows two complaints about a field; a button that does nothing is a case of its own. */
function nestedText(parameter: string, { kind, path, expected }: Problem): string {
  const subject = Object.entries(subjects).find(([prefix]) => path.startsWith(prefix))?.[1] ?? parameter;
  const field = path.slice(path.lastIndexOf(".") + 1);
  const isIdleButton = kind === "missing" && subject === "inline keyboard button" && field !== "text";
  if (isIdleButton) return `can't parse ${subject}: Text buttons are unallowed in the inline keyboard`;
  const complaint = kind === "missing" ? `Can't find field "${field}"` : `Field "${field}" must be of type ${expected}`;
  return `can't parse ${subject}: ${complaint}`;
}
