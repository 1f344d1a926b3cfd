import type {
  ForceReply,
  InlineKeyboardButton,
  InlineKeyboardMarkup,
  Message,
  ReplyKeyboardMarkup,
  ReplyKeyboardRemove,
} from "@grammyjs/types";

import type { ChatRecord, World } from "../world/world.ts";
import { badRequest } from "./bot-api-error.ts";
import { isLoopback } from "./loopback.ts";

type AnyMarkup = InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | ForceReply;

/** Telegram refuses larger keyboards. */
const mostButtons = 100;
const longestCallbackData = 64;

/** The inline keyboard of a markup, checked for this kind of chat; an empty one is none. */
export function inlineKeyboard(
  markup: AnyMarkup | undefined,
  chatType: ChatRecord["type"],
): InlineKeyboardMarkup | undefined {
  if (markup === undefined || !("inline_keyboard" in markup)) return undefined;
  const rows = markup.inline_keyboard.filter((row) => row.length > 0);
  if (rows.length === 0) return undefined;
  if (rows.flat().length > mostButtons) throw badRequest("reply markup is too long");
  for (const [index, button] of rows.flat().entries()) checkButton(button, index, chatType);
  return { ...markup, inline_keyboard: rows };
}

function checkButton(button: InlineKeyboardButton, index: number, chatType: ChatRecord["type"]): void {
  if (isTextOnly(button)) throw badRequest(`${unreadable}Text buttons are unallowed in the inline keyboard`);
  if ("callback_data" in button && Buffer.byteLength(button.callback_data) > longestCallbackData) {
    throw badRequest("BUTTON_DATA_INVALID");
  }
  if ("url" in button && !isUrl(button.url)) {
    throw badRequest(`inline keyboard button URL '${button.url}' is invalid: Wrong HTTP URL`);
  }
  if ("web_app" in button) checkWebApp(button.web_app.url, chatType);
  if ("pay" in button && index > 0) throw badRequest("BUTTON_POS_INVALID");
}

const unreadable = "can't parse inline keyboard button: ";

/** Telegram takes empty callback data for none. */
function isTextOnly(button: InlineKeyboardButton): boolean {
  const { text: _text, style: _style, icon_custom_emoji_id: _icon, ...rest } = button;
  const says = Object.entries(rest).filter(([key, value]) => !(key === "callback_data" && value === ""));
  return button.text === "" || says.length === 0;
}

/** Mini Apps open in private chats only, by HTTPS; plain HTTP will do on this machine. */
function checkWebApp(url: string, chatType: ChatRecord["type"]): void {
  if (chatType !== "private") throw badRequest("BUTTON_TYPE_INVALID");
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isFine = parsed?.protocol === "https:" || (parsed?.protocol === "http:" && isLoopback(parsed.hostname));
  if (!isFine) throw badRequest(`inline keyboard button Web App URL '${url}' is invalid: Only HTTPS links are allowed`);
}

function isUrl(text: string): boolean {
  return URL.canParse(text) || URL.canParse(`https://${text}`);
}

/**
 * Shows or takes away the keyboard under the text field of everyone the message is for. A selective one in a group is for
 * the person whom the message answers.
 */
export function applyKeyboard(world: World, chat: ChatRecord, message: Message, markup: AnyMarkup | undefined): void {
  if (markup === undefined || "inline_keyboard" in markup) return;
  const everyone = chat.type === "private" ? [chat.id] : [...chat.members.keys()];
  const answered = markup.selective ? message.reply_to_message?.from?.id : undefined;
  for (const personId of answered === undefined ? everyone : [answered]) {
    if ("remove_keyboard" in markup) chat.keyboards.delete(personId);
    else chat.keyboards.set(personId, { messageId: message.message_id, markup });
  }
  world.bus.emit({ to: "viewers", chatId: chat.id });
}
