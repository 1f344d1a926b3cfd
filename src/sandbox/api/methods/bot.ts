import type { UserFromGetMe } from "@grammyjs/types";

import { botUser } from "../../world/people.ts";
import type { MethodTable } from "../context.ts";

export const botMethods = {
  getMe: ({ world }): UserFromGetMe => ({
    ...botUser(world),
    is_bot: true,
    username: world.bot.username,
    can_join_groups: true,
    can_read_all_group_messages: world.bot.canReadAllGroupMessages,
    supports_guest_queries: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
    has_topics_enabled: false,
    allows_users_to_create_topics: false,
    can_manage_bots: false,
    supports_join_request_queries: false,
  }),
} satisfies MethodTable;
