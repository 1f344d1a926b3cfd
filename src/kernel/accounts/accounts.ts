import type { Accounts } from "./account.ts";
import { type ApiKeysDeps, makeApiKeys } from "./api-keys.ts";
import { makeAudit } from "./audit.ts";
import { makeChats } from "./chats.ts";
import { makePersonalAccounts } from "./personal-data.ts";
import { makeUsers } from "./users.ts";

export interface AccountsDeps extends ApiKeysDeps {
  /** `ADMIN_CHAT_IDS`. A private chat has the id of its person, who is an admin thereby. */
  readonly adminChatIds: readonly number[];
  /** `MONITORING_CHAT_IDS`. */
  readonly monitoringChatIds: readonly number[];
}

export function createAccounts({ adminChatIds, monitoringChatIds, ...deps }: AccountsDeps): Accounts {
  const audit = makeAudit();
  return {
    ...makeUsers(adminChatIds),
    ...makeChats(),
    ...audit,
    ...makePersonalAccounts(audit),
    apiKeys: makeApiKeys(deps),
    adminChatIds,
    monitoringChatIds,
  };
}
