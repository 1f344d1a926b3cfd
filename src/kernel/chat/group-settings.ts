import { z } from "zod";

import { inTransaction, type Tx } from "../db/index.ts";
import { defineJob, type Job } from "../jobs/index.ts";
import { Html } from "../lib/html.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { isGroup, rangeText, type Scene } from "./settings-scene.ts";

const payload = z.object({
  chatId: z.int(),
  chatType: z.enum(["group", "supergroup"]),
  userId: z.int(),
  threadId: z.int().optional(),
  /** The message that asked. */
  messageId: z.int().optional(),
});

export type OpenGroupSettings = Job<z.output<typeof payload>>;

/** A group's settings are its admins'; everybody's own are his. */
export async function mayChangeSettings({ accounts }: ChatDeps, scene: Scene): Promise<boolean> {
  const { tx, chat, user } = scene;
  return !isGroup(scene) || (await accounts.isChatAdmin(tx, chat.id, user.id));
}

/** `/settings` in a group. Who administers it only Telegram knows, and Telegram is not asked inside a transaction. */
export async function openGroupSettings(
  { jobs }: ChatDeps,
  { tx, chat, user, update }: UpdateContext,
  job: OpenGroupSettings,
): Promise<void> {
  if (chat.type !== "group" && chat.type !== "supergroup") return;
  const messageId = update.message?.message_id;
  await jobs.enqueue(tx, job, {
    chatId: chat.id,
    chatType: chat.type,
    userId: user.id,
    ...(chat.threadId !== undefined && { threadId: chat.threadId }),
    ...(messageId !== undefined && { messageId }),
  });
}

/** Asks Telegram whether the person is an admin there; shows him the screen, or says whose it is. */
export function makeOpenGroupSettings(deps: ChatDeps): OpenGroupSettings {
  return defineJob({
    name: "chat.open-group-settings",
    payload,
    run: async (asked) => {
      const person = await deps.accounts.userById(deps.db, asked.userId);
      if (person === undefined) return;
      const isAdmin = await deps.members.isAdmin(asked.chatId, person.telegramId);
      await inTransaction(deps.db, async (tx) => {
        if (isAdmin) await deps.accounts.noteChatAdmin(tx, asked.chatId, person.id);
        await answer(deps, tx, { asked, person, isAdmin });
      });
    },
  });
}

async function answer(
  deps: ChatDeps,
  tx: Tx,
  {
    asked: { chatId, chatType, threadId, messageId },
    person,
    isAdmin,
  }: {
    readonly asked: z.output<typeof payload>;
    readonly person: UpdateContext["user"];
    readonly isAdmin: boolean;
  },
): Promise<void> {
  const t = deps.texts(person.language);
  const chat = { id: chatId, type: chatType, threadId };
  const content: Content = isAdmin
    ? await groupScreen(deps, { tx, t, user: person, chat, now: deps.clock.now() })
    : { kind: "text", html: t("chat-settings-admins-only") };
  await deps.delivery.enqueue(tx, {
    chatId,
    topic: "reply",
    content,
    ...(threadId !== undefined && { threadId }),
    ...(messageId !== undefined && {
      replyToMessageId: messageId,
      dedupeKey: `chat.group-settings:${chatId}:${messageId}`,
    }),
  });
}

/** What a group can choose; languages and zones of people are theirs. */
export async function groupScreen({ delivery, features }: ChatDeps, scene: Scene): Promise<Content> {
  const { t, tx, chat } = scene;
  const quiet = await delivery.preferences.quietHours(tx, chat.id);
  const button = (screen: "quiet" | "topics"): Button => ({
    text: t.plain(`chat-settings-${screen}`),
    callback: callbackData("set", screen),
  });
  const parts = [
    Html.join([
      t("chat-settings-group-title"),
      t("chat-settings-group-summary", {
        quiet: rangeText(scene, quiet),
        zone: quiet === undefined ? "none" : quiet.timeZone,
      }),
    ]),
  ];
  const rows: (readonly Button[])[] = [[button("quiet"), button("topics")]];
  for (const { groupSettingsSection } of features) {
    const section = await groupSettingsSection?.(scene);
    if (section === undefined) continue;
    parts.push(section.html);
    rows.push(...(section.buttons ?? []));
  }
  return { kind: "text", html: Html.join(parts, "\n\n"), keyboard: { inline: rows } };
}
