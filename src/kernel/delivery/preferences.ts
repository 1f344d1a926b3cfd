import { sql } from "kysely";

import type { Tx } from "../db/index.ts";
import { AppError } from "../lib/errors.ts";
import type { Preferences, QuietHours, QuietMode } from "./delivery.ts";
import { impossibleQuietHours, unknownTopic } from "./errors.ts";
import { judgeChat } from "./sql/judge.ts";
import type { Topics } from "./topics.ts";
import type { Wakeup } from "./wakeup.ts";

const minutesPerDay = 24 * 60;

/** What people want of topics and when. A change also concerns what is waiting for the chat already. */
export function createPreferences({
  topics,
  wakeup,
}: {
  readonly topics: Topics;
  readonly wakeup: Wakeup;
}): Preferences {
  const judgeAgain = async (tx: Tx, chatId: number): Promise<void> => {
    await judgeChat(tx, chatId);
    await wakeup.waiting(tx);
  };
  return {
    topics: async (db, chatId) => {
      const { rows } = await sql<{ topic: string; enabled: boolean | null; quiet_mode: QuietMode | null }>`
        select topic, enabled, quiet_mode from delivery.preference where chat_id = ${chatId}`.execute(db);
      const chosen = new Map(rows.map((row) => [row.topic, row]));
      return topics.all
        .filter(({ optOut }) => optOut)
        .map(({ topic, label, duringQuietHours, forOperators = false }) => ({
          topic,
          label,
          forOperators,
          enabled: chosen.get(topic)?.enabled ?? true,
          quietMode: chosen.get(topic)?.quiet_mode ?? duringQuietHours,
        }));
    },
    setTopic: async (tx, chatId, { topic, enabled, quietMode }) => {
      if (!topics.all.some((type) => type.topic === topic && type.optOut)) throw new AppError(unknownTopic, { topic });
      await sql`
        insert into delivery.preference as known (chat_id, topic, enabled, quiet_mode)
        values (${chatId}, ${topic}, ${enabled ?? null}, ${quietMode ?? null})
        on conflict (topic, chat_id) do update set
          enabled = coalesce(excluded.enabled, known.enabled),
          quiet_mode = coalesce(excluded.quiet_mode, known.quiet_mode)`.execute(tx);
      await judgeAgain(tx, chatId);
    },
    quietHours: async (db, chatId) => {
      const { rows } = await sql<{ from_minute: number; to_minute: number; time_zone: string }>`
        select (extract(epoch from from_time) / 60)::int as from_minute, (extract(epoch from to_time) / 60)::int as to_minute,
          time_zone
        from delivery.quiet_hours where chat_id = ${chatId}`.execute(db);
      const [row] = rows;
      return row && { from: row.from_minute, to: row.to_minute, timeZone: row.time_zone };
    },
    setQuietHours: async (tx, chatId, hours) => {
      if (hours === undefined) await sql`delete from delivery.quiet_hours where chat_id = ${chatId}`.execute(tx);
      else await storeQuietHours(tx, chatId, hours);
      await judgeAgain(tx, chatId);
    },
  };
}

async function storeQuietHours(tx: Tx, chatId: number, { from, to, timeZone }: QuietHours): Promise<void> {
  const isMinute = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < minutesPerDay;
  const { rows } = await sql<{ known: boolean }>`select delivery.is_time_zone(${timeZone}) as known`.execute(tx);
  if (!isMinute(from) || !isMinute(to) || from === to || !isIanaZone(timeZone) || rows[0]?.known !== true) {
    throw new AppError(impossibleQuietHours, { from, to, timeZone });
  }
  await sql`
    insert into delivery.quiet_hours (chat_id, from_time, to_time, time_zone)
    values (${chatId}, ${clockTime(from)}::time, ${clockTime(to)}::time, ${timeZone})
    on conflict (chat_id) do update set
      from_time = excluded.from_time, to_time = excluded.to_time, time_zone = excluded.time_zone`.execute(tx);
}

/** The database would also take `UTC+9` and mean the opposite. */
function isIanaZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "" && !/^[+-]/.test(timeZone);
  } catch {
    // That is how Intl says no.
    return false;
  }
}

function clockTime(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
