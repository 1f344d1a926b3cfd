import type { User } from "../accounts/index.ts";
import type { Clock } from "../lib/clock.ts";
import { Html } from "../lib/html.ts";
import type { Texts } from "../lib/texts.ts";
import type { Logger } from "../observability/index.ts";
import type { Content, Keyboard } from "./content.ts";
import type { TrackedDialog } from "./dialogs.ts";
import { type Outgoing, replyTopic } from "./outgoing.ts";
import type { ChatPlace, UpdateContext } from "./route.ts";
import type { UpdateWork } from "./update-work.ts";

export interface ContextDeps {
  readonly outgoing: Outgoing;
  readonly texts: Texts;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Participants {
  readonly user: User;
  readonly chat: ChatPlace;
  readonly dialog: TrackedDialog;
}

export function createContext(
  { outgoing, texts, clock, log }: ContextDeps,
  { tx, update, facts, effects }: UpdateWork,
  { user, chat, dialog }: Participants,
): UpdateContext {
  return {
    tx,
    update,
    user,
    chat,
    dialog,
    t: texts(user.language),
    now: clock.now(),
    log: log.child({ updateId: facts.updateId, userId: user.id, chatId: chat.id }),
    reply: async (given, { keyboard, silent, dedupeKey } = {}) => {
      await outgoing.enqueue(tx, {
        chatId: chat.id,
        topic: replyTopic,
        content: contentOf(given, keyboard),
        ...(silent !== undefined && { silent }),
        ...(dedupeKey !== undefined && { dedupeKey }),
        ...(chat.threadId !== undefined && { threadId: chat.threadId }),
        // Among many people it must be seen who is answered.
        ...(chat.type !== "private" && facts.kind === "message" && facts.messageId !== undefined
          ? { replyToMessageId: facts.messageId }
          : {}),
      });
    },
    answer: effects.answer,
    editPressed: async (given, keyboard) => {
      if (facts.kind !== "callback_query" || facts.messageId === undefined) {
        throw new Error("there is no message whose button was pressed");
      }
      const content = contentOf(given, keyboard);
      await outgoing.edit(tx, { chatId: chat.id, messageId: facts.messageId, topic: replyTopic, content });
    },
    showAction: (action) => {
      effects.showAction(chat.id, chat.threadId, action);
    },
  };
}

function contentOf(given: Html | Content, keyboard: Keyboard | undefined): Content {
  const content: Content = given instanceof Html ? { kind: "text", html: given } : given;
  if (keyboard === undefined) return content;
  if (content.kind === "album" || content.kind === "invoice") throw new Error(`an ${content.kind} takes no keyboard`);
  return { ...content, keyboard };
}
