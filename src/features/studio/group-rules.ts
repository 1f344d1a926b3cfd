import { sql } from "kysely";

import type { Db, Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";

import { groupSettings } from "./settings.ts";

/** Who may ask for videos in a group, and for how many. Each pays for his own. */
export interface GroupRules {
  readonly enabled: boolean;
  readonly who: "everybody" | "admins";
  /** Videos of one person within an hour; 0 is no limit. */
  readonly perHour: number;
}

/** The group's own rules; the deployment's standard where its admins have chosen nothing. */
export async function readGroupRules(
  db: Db,
  { settings, chatId }: Pick<Kernel, "settings"> & { readonly chatId: number },
): Promise<GroupRules> {
  const { rows } = await sql<{ enabled: boolean; who: GroupRules["who"]; per_hour: number }>`
    select enabled, who, per_hour from studio.group_rule where chat_id = ${chatId}`.execute(db);
  const [row] = rows;
  if (row !== undefined) return { enabled: row.enabled, who: row.who, perHour: row.per_hour };
  const { enabled, perPersonPerHour } = await settings.read(groupSettings);
  return { enabled, who: "everybody", perHour: perPersonPerHour };
}

export async function saveGroupRules(tx: Tx, chatId: number, { enabled, who, perHour }: GroupRules): Promise<void> {
  await sql`
    insert into studio.group_rule (chat_id, enabled, who, per_hour) values (${chatId}, ${enabled}, ${who}, ${perHour})
    on conflict (chat_id) do update set
      enabled = excluded.enabled, who = excluded.who, per_hour = excluded.per_hour`.execute(tx);
}

/** What the person has asked for in this group within the last hour: what failed or was cancelled does not count. */
export async function usedThisHour(
  db: Db,
  { chatId, userId, now }: { readonly chatId: number; readonly userId: number; readonly now: Date },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from studio.job
    where chat_id = ${chatId} and user_id = ${userId} and chat_id < 0
      and ordered_at > ${now}::timestamptz - interval '1 hour'
      and state not in ('failed', 'cancelled', 'expired')`.execute(db);
  return rows[0]?.count ?? 0;
}
