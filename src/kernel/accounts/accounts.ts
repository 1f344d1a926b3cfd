import type { Accounts } from "./account.ts";
import { type ApiKeysDeps, makeApiKeys } from "./api-keys.ts";
import { makeAudit } from "./audit.ts";
import { makeChatAdmins } from "./chat-admins.ts";
import { makeChats } from "./chats.ts";
import { makeNoteSender } from "./note-sender.ts";
import { makePersonalAccounts } from "./personal-data.ts";
import { makeTraces, type TracesDeps } from "./traces.ts";
import { makeUserFrom, makeUsers } from "./users.ts";

export interface AccountsDeps extends ApiKeysDeps, TracesDeps {
  /** `ADMIN_CHAT_IDS`. A private chat has the id of its person, who is an admin thereby. */
  readonly adminChatIds: readonly number[];
  /** `MONITORING_CHAT_IDS`. */
  readonly monitoringChatIds: readonly number[];
}

export function createAccounts({ adminChatIds, monitoringChatIds, ...deps }: AccountsDeps): Accounts {
  const audit = makeAudit();
  const traces = makeTraces(deps);
  const users = makeUsers(adminChatIds, traces);
  const chats = makeChats();
  return {
    keepTrace: traces.keepTrace,
    trace: traces.trace,
    ...users,
    ...chats,
    ...makeNoteSender({ ...users, ...chats, userFrom: makeUserFrom(adminChatIds) }),
    ...makeChatAdmins(deps),
    ...audit,
    ...makePersonalAccounts(audit, traces),
    apiKeys: makeApiKeys(deps),
    adminChatIds,
    monitoringChatIds,
  };
}
