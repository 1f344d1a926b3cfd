import { z } from "zod";

import type { Accounts, User } from "../../accounts/index.ts";
import type { Db, Tx } from "../../db/index.ts";
import type { Delivery, QuietHours, TopicPreference } from "../../delivery/index.ts";
import { AppError } from "../../lib/errors.ts";
import { languages } from "../../lib/language.ts";
import { noPrivateChat, unknownTopic } from "./errors.ts";

export interface PreferencesDeps {
  readonly accounts: Pick<Accounts, "chatById" | "userById" | "setLanguage" | "setTimeZone">;
  readonly delivery: Pick<Delivery, "preferences">;
}

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "expected a time of day such as 22:30");
const quietModes = z.enum(["deliver", "silent", "hold", "drop"]);
const quietHours = z
  .strictObject({ from: clockTime, to: clockTime })
  .refine(({ from, to }) => from !== to, "expected two different times")
  .nullable()
  .describe("in the person's own time zone; null: none");

/** The same settings as `/settings` of the person's private chat. */
export const preferencesSchema = z.object({
  language: z.enum(languages),
  time_zone: z.string(),
  quiet_hours: z.object({ from: z.string(), to: z.string() }).nullable(),
  topics: z.array(
    z.object({
      topic: z.string(),
      enabled: z.boolean(),
      quiet_mode: quietModes.describe("what quiet hours do with it"),
    }),
  ),
});

export type PreferencesView = z.output<typeof preferencesSchema>;

export const preferencesChange = z.strictObject({
  language: z.enum(languages).optional(),
  time_zone: z.string().min(1).max(60).optional().describe("an IANA name, such as Asia/Seoul"),
  quiet_hours: quietHours.optional(),
  topics: z
    .array(
      z.strictObject({
        topic: z.string().min(1).max(100),
        enabled: z.boolean().optional(),
        quiet_mode: quietModes.optional(),
      }),
    )
    .max(100)
    .optional(),
});

export async function preferencesOf({ delivery }: PreferencesDeps, db: Db, user: User): Promise<PreferencesView> {
  // A private chat has the id of its person.
  const quiet = await delivery.preferences.quietHours(db, user.telegramId);
  const topics = await delivery.preferences.topics(db, user.telegramId);
  return {
    language: user.language,
    time_zone: user.timeZone,
    quiet_hours: quiet === undefined ? null : { from: asClock(quiet.from), to: asClock(quiet.to) },
    topics: topics
      .filter((each) => mayChoose(user, each))
      .map(({ topic, enabled, quietMode }) => ({ topic, enabled, quiet_mode: quietMode })),
  };
}

/**
 * Changes what is given, all or nothing.
 * @throws AppError `users.no_private_chat`, `delivery.unknown_topic`, `accounts.unknown_time_zone`.
 */
export async function changePreferences(
  deps: PreferencesDeps,
  tx: Tx,
  { user, change }: { readonly user: User; readonly change: z.output<typeof preferencesChange> },
): Promise<PreferencesView> {
  const { accounts, delivery } = deps;
  const chatId = user.telegramId;
  if ((await accounts.chatById(tx, chatId)) === undefined) throw new AppError(noPrivateChat);
  if (change.language !== undefined) await accounts.setLanguage(tx, user.id, change.language);
  if (change.time_zone !== undefined) await accounts.setTimeZone(tx, user.id, change.time_zone);
  const changed = (await accounts.userById(tx, user.id)) ?? user;
  await changeQuietHours(deps, tx, { user: changed, given: change.quiet_hours });
  const known = await delivery.preferences.topics(tx, chatId);
  for (const { topic, enabled, quiet_mode: quietMode } of change.topics ?? []) {
    if (!known.some((each) => each.topic === topic && mayChoose(user, each)))
      throw new AppError(unknownTopic, { topic });
    await delivery.preferences.setTopic(tx, chatId, {
      topic,
      ...(enabled !== undefined && { enabled }),
      ...(quietMode !== undefined && { quietMode }),
    });
  }
  return await preferencesOf(deps, tx, changed);
}

/** They follow the person into another time zone. */
async function changeQuietHours(
  { delivery }: PreferencesDeps,
  tx: Tx,
  { user, given }: { readonly user: User; readonly given: z.output<typeof quietHours> | undefined },
): Promise<void> {
  const { telegramId: chatId, timeZone } = user;
  const before = await delivery.preferences.quietHours(tx, chatId);
  let wanted: QuietHours | undefined =
    before === undefined || before.timeZone === timeZone ? before : { ...before, timeZone };
  if (given === null) wanted = undefined;
  else if (given !== undefined) wanted = { from: asMinute(given.from), to: asMinute(given.to), timeZone };
  if (wanted !== before) await delivery.preferences.setQuietHours(tx, chatId, wanted);
}

function mayChoose({ role }: User, { forOperators }: TopicPreference): boolean {
  return !forOperators || role !== "user";
}

function asClock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

function asMinute(text: string): number {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  return hours * 60 + minutes;
}
