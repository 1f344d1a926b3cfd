import type { InlineKeyboardButton, Message } from "@grammyjs/types";

/** What pressing an inline button does here. */
export type ButtonKind = "callback" | "url" | "pay" | "copy" | "app" | "inline" | "disabled";

export function kindOfButton(button: InlineKeyboardButton): ButtonKind {
  if ("callback_data" in button) return "callback";
  if ("url" in button || "login_url" in button) return "url";
  if ("pay" in button) return "pay";
  if ("copy_text" in button) return "copy";
  if ("disabled" in button) return "disabled";
  if ("web_app" in button || "callback_game" in button) return "app";
  return "inline";
}

/** What Telegram's servers write on the button of an invoice that the bot gave none; each client says it its own way. */
const usualPayText = /^Pay ⭐\u{FE0F}?\d+$/u;

/** The rows of a message's keyboard; the usual Pay button of an invoice speaks the person's language. */
export function inlineRows(
  message: Message,
  payText: (amount: number) => string,
): readonly (readonly InlineKeyboardButton[])[] {
  // What the sandbox passes on may also be a reply keyboard, whatever the type says.
  const rows = (message.reply_markup as Partial<NonNullable<Message["reply_markup"]>> | undefined)?.inline_keyboard;
  const { invoice } = message;
  if (invoice === undefined) return rows ?? [];
  const usual = { text: payText(invoice.total_amount), pay: true } as const;
  if (rows === undefined || rows.length === 0) return [[usual]];
  return rows.map((row) => row.map((button) => ("pay" in button && usualPayText.test(button.text) ? usual : button)));
}

/** Cuts a Pay button's text at each "⭐" and "XTR", which are drawn as Stars. */
export function splitAtStars(text: string): readonly ("star" | { readonly text: string })[] {
  return text
    .split(/(⭐\u{FE0F}?|XTR)/u)
    .map((part, index) => (index % 2 === 1 ? ("star" as const) : { text: part }))
    .filter((part) => part === "star" || part.text !== "");
}
