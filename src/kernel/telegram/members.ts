import { TelegramRefused } from "./bot-api-errors.ts";
import type { BotApi } from "./bot-api.ts";
import type { TelegramMembers } from "./route.ts";

export function createTelegramMembers(api: Pick<BotApi, "call">): TelegramMembers {
  return {
    isAdmin: async (chatId, telegramId) => {
      try {
        const { status } = await api.call("getChatMember", { chat_id: chatId, user_id: telegramId });
        return status === "creator" || status === "administrator";
      } catch (error) {
        if (error instanceof TelegramRefused && error.errorCode !== 429) return false;
        throw error;
      }
    },
  };
}
