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
  if (isTextOnly(button)) throw badRequest(`${unreadable}Text buttons are unallowed in the inline keyboard`);
  if ("callback_data" in button && Buffer.byteLength(button.callback_data) > longestCallbackData) {
    throw badRequest("BUTTON_DATA_INVALID");
  }
  if ("url" in button && !isUrl(button.url)) throw badRequest("BUTTON_URL_INVALID");
  if ("web_app" in button && !/^https?:\/\//.test(button.web_app.url)) throw badRequest("BUTTON_URL_INVALID");
  if ("pay" in button && index > 0) throw badRequest("BUTTON_POS_INVALID");
}

const unreadable = "can't parse inline keyboard button: ";

/** Telegram takes empty callback data for none. */
function isTextOnly(button: InlineKeyboardButton): boolean {
  const { text: _text, style: _style, icon_custom_emoji_id: _icon, ...rest } = button;
  const says = Object.entries(rest).filter(([key, value]) => !(key === "callback_data" && value === ""));
  return button.text === "" || says.length === 0;
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
