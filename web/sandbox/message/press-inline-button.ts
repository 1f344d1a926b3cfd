import type { InlineKeyboardButton, Message } from "@grammyjs/types";

import { copyAndSay } from "../session/copy-and-say.ts";
import { followLink } from "../session/follow-link.ts";
import type { ButtonKey } from "../session/presses.ts";
import type { Session } from "../session/session.ts";

interface Press {
  readonly button: InlineKeyboardButton;
  readonly message: Message;
  readonly key: ButtonKey;
}

/** Does what the button is for. */
export function pressInlineButton(session: Session, { button, message, key }: Press): void {
  const { message: words } = session.texts.value;
  if ("callback_data" in button) {
    void session.attempt(async () => {
      await session.presses.press(key, async () => {
        const body = { chatId: message.chat.id, messageId: message.message_id, data: button.callback_data };
        return (await session.api.press(body)).queryId;
      });
    });
  } else if ("url" in button) followLink(session, button.url);
  else if ("login_url" in button) followLink(session, button.login_url.url);
  else if ("pay" in button) openBill(session, message);
  else if ("copy_text" in button) void copyAndSay(session, button.copy_text.text);
  else if ("switch_inline_query_current_chat" in button) {
    const { world, drafts, route } = session;
    const state = world.value;
    if (state === undefined) return;
    const place = { meId: state.me.id, chatId: message.chat.id, threadId: route.value.threadId };
    drafts.change(place, { text: `@${state.bot.username} ${button.switch_inline_query_current_chat}` });
  } else if ("web_app" in button) session.toasts.show(words.noApp);
  else if (!("disabled" in button)) session.toasts.show(words.noSpecial);
}

function openBill({ sheet }: Session, { invoice, chat, message_id: messageId }: Message): void {
  if (invoice === undefined) return;
  const { title, description, total_amount: stars } = invoice;
  sheet.value = {
    kind: "pay",
    bill: { invoice: { title, description, stars }, payment: { chatId: chat.id, messageId } },
  };
}
