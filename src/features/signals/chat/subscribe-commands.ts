import type { ChatParts, Kernel } from "#kernel/feature.ts";
import type { Job, JobQueue } from "#kernel/jobs/index.ts";
import { oneLine } from "#kernel/lib/foreign-text.ts";
import { html, Html } from "#kernel/lib/html.ts";
import { callbackData, type Command, type Content, mayUse, type UpdateContext } from "#kernel/telegram/index.ts";

import { answerFilter, dropCondition, resetFilter } from "./filter-screen.ts";
import type { GroupChange } from "./jobs/change-group.ts";
import { subscribeChat, type SubscribingChat, type SubscribingDeps, unsubscribeChat } from "./subscribing.ts";

export type SubscribeDeps = SubscribingDeps &
  Pick<Kernel, "accounts"> & { readonly jobs: JobQueue; readonly changeGroup: Job<GroupChange> };

type What = GroupChange["what"];

/**
 * `/subscribe`, `/unsubscribe`, `/filter`: for oneself in the private chat, for a group by its admins, and for any chat
 * the bot is in by an operator who names its id first, as in `/subscribe -1001234567890`: that is how channels are joined.
 */
export function subscribeParts(deps: SubscribeDeps): Pick<ChatParts, "commands" | "callbacks"> {
  const command = (what: What): Command => ({
    name: what,
    description: `signals-command-${what}`,
    access: "user",
    inGroups: true,
    run: async (context, args) => {
      if (context.chat.type === "private") await context.reply(await answer(deps, context, { what, args }));
      else await askForGroup(deps, context, { what, args });
    },
  });
  return {
    commands: [command("subscribe"), command("unsubscribe"), command("filter")],
    callbacks: [
      {
        prefix: "subscribe",
        access: "user",
        run: async (context, [action]) => {
          const what: What = action === "off" ? "unsubscribe" : "subscribe";
          await context.editPressed(await obey(deps, ownChat(context), { what, args: "" }));
        },
      },
      {
        prefix: "filter",
        access: "user",
        run: async (context, [action, condition = ""]) => {
          const owner = ownChat(context);
          await context.editPressed(
            action === "drop" ? await dropCondition(deps, owner, condition) : await resetFilter(deps, owner),
          );
        },
      },
      {
        prefix: "sigchat",
        access: "operator",
        run: async (context, [chatId = ""]) => {
          await context.editPressed(await answer(deps, context, { what: "subscribe", args: chatId }));
        },
      },
    ],
  };
}

interface Asked {
  readonly what: What;
  readonly args: string;
}

/** In the private chat: for oneself, or, by an operator, for the chat whose id stands first. */
async function answer(deps: SubscribeDeps, context: UpdateContext, { what, args }: Asked): Promise<Content> {
  const { tx, t, user } = context;
  const named = /^(-\d{5,16})(?:\s+([\s\S]*))?$/.exec(args.trim());
  if (named === null) return await obey(deps, ownChat(context), { what, args });
  const [, id = "", rest = ""] = named;
  const chat = mayUse(user.role, "operator") ? await deps.accounts.chatById(tx, Number(id)) : undefined;
  if (chat === undefined || chat.type === "private") return { kind: "text", html: t("signals-unknown-chat", { id }) };
  const content = await obey(deps, { ...ownChat(context), chatId: chat.id, place: "shared" }, { what, args: rest });
  await deps.accounts.audit(tx, {
    actor: `user:${user.id}`,
    action: `signals.chat_${what}`,
    subject: `chat:${chat.id}`,
    origin: "chat",
  });
  return content.kind === "text"
    ? { ...content, html: Html.join([html`<b>${oneLine(chat.title, 60)}</b>`, content.html]) }
    : content;
}

async function obey(deps: SubscribeDeps, chat: SubscribingChat, { what, args }: Asked): Promise<Content> {
  switch (what) {
    case "subscribe":
      return await subscribeChat(deps, chat);
    case "unsubscribe":
      return await unsubscribeChat(deps, chat);
    case "filter":
      return await answerFilter(deps, chat, args);
  }
}

function ownChat({ tx, t, now, chat, user }: UpdateContext): SubscribingChat {
  return { tx, t, now, chatId: chat.id, userId: user.id, timeZone: user.timeZone, place: "private" };
}

/** Who administers a group only Telegram knows, and it cannot be asked within the transaction of an update. */
async function askForGroup(deps: SubscribeDeps, context: UpdateContext, { what, args }: Asked): Promise<void> {
  const { tx, chat, user, update } = context;
  const messageId = update.message?.message_id;
  await deps.jobs.enqueue(tx, deps.changeGroup, {
    what,
    args,
    chatId: chat.id,
    userId: user.id,
    telegramId: user.telegramId,
    language: user.language,
    timeZone: user.timeZone,
    updateId: update.update_id,
    ...(chat.threadId !== undefined && { threadId: chat.threadId }),
    ...(messageId !== undefined && { messageId }),
  });
}

/** When an operator has put the bot into a channel, he is asked in private whether signals shall be posted there. */
export function channelOffer({ delivery }: Pick<Kernel, "delivery">): NonNullable<ChatParts["services"]>[number] {
  return {
    kind: "my_chat_member",
    run: async ({ tx, t, user }, { my_chat_member: change }) => {
      const member = change?.new_chat_member;
      if (change?.chat.type !== "channel" || member?.status !== "administrator") return;
      if (member.can_post_messages !== true || !mayUse(user.role, "operator")) return;
      await delivery.enqueue(tx, {
        chatId: user.telegramId,
        topic: "reply",
        content: {
          kind: "text",
          html: t("signals-channel-offer", { title: oneLine(change.chat.title, 60) }),
          keyboard: {
            inline: [
              [
                {
                  text: t.plain("signals-button-subscribe-channel"),
                  callback: callbackData("sigchat", change.chat.id),
                },
              ],
            ],
          },
        },
      });
    },
  };
}
