import type {
  ForceReply,
  InlineKeyboardButton,
  InlineKeyboardMarkup,
  ReplyKeyboardMarkup,
  ReplyKeyboardRemove,
} from "@grammyjs/types";

import type { ChatRecord, World } from "../world/world.ts";
import { badRequest } from "./bot-api-error.ts";

type AnyMarkup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | ForceReply;

/** Telegram refuses larger keyboards. */
const mostButtons = 100;
const longestCallbackData = 64;

/** The inline keyboard of a markup, checked; an empty one is none. */
export function inlineKeyboard(markup: AnyMarkup | undefined): InlineKeyboardMarkup | undefined {
  if (markup === undefined || !("inline_keyboard" in markup)) return undefined;
  const rows = markup.inline_keyboard.filter((row) => row.length > 0);
  if (rows.length === 0) return undefined;
  if (rows.flat().length > mostButtons) throw badRequest("reply markup is too long");
  for (const [index, button] of rows.flat().entries()) checkButton(button, index);
  return { ...markup, inline_keyboard: rows };
}

function checkButton(button: InlineKeyboardButton, index: number): void {
  if (button.text === "") throw badRequest('field "text" of the InlineKeyboardButton must be non-empty');
  if ("callback_data" in button) {
    const bytes = Buffer.byteLength(button.callback_data);
    if (bytes === 0 || bytes > longestCallbackData) throw badRequest("BUTTON_DATA_INVALID");
    return;
  }
  if ("url" in button && !isUrl(button.url)) throw badRequest("BUTTON_URL_INVALID");
  if ("web_app" in button && !/^https?:\/\//.test(button.web_app.url)) throw badRequest("BUTTON_URL_INVALID");
  if ("pay" in button && index > 0) throw badRequest("BUTTON_POS_INVALID");
  const isKnown = Object.keys(button).some((key) => !["text", "style", "icon_custom_emoji_id"].includes(key));
  if (!isKnown) throw badRequest("text buttons are unallowed in the inline keyboard");
}

function isUrl(text: string): boolean {
  return URL.canParse(text) || URL.canParse(`https://${text}`);
}

/** Shows or takes away the keyboard under the text field of everyone the message is for. */
export function applyKeyboard(world: World, chat: ChatRecord, messageId: number, markup: AnyMarkup | undefined): void {
  if (markup === undefined || "inline_keyboard" in markup) return;
  const audience = chat.type === "private" ? [chat.id] : [...chat.members.keys()];
  for (const personId of audience) {
    if ("remove_keyboard" in markup) chat.keyboards.delete(personId);
    else chat.keyboards.set(personId, { messageId, markup });
  }
  world.bus.emit({ to: "viewers", chatId: chat.id });
}
