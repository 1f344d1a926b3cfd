import type { CallbackQuery } from "@grammyjs/types";

import { userOf } from "./people.ts";
import type { ChatRecord, PersonRecord, StoredMessage, World } from "./world.ts";

/** Telegram forgets a callback query this long after the press. */
const callbackLifetimeMs = 150_000;

/** The person presses an inline button: a `callback_query` for the bot. @returns the query's id. */
export function pressButton(
  world: World,
  person: PersonRecord,
  { chat, stored, data }: { readonly chat: ChatRecord; readonly stored: StoredMessage; readonly data: string },
): string {
  const id = String(Math.floor(world.ids.random() * Number.MAX_SAFE_INTEGER));
  forgetExpired(world);
  world.callbacks.set(id, { personId: person.id, expiresAt: world.clock.now().getTime() + callbackLifetimeMs });
  const query: CallbackQuery = {
    id,
    from: userOf(person),
    message: stored.message,
    chat_instance: chat.instance,
    data,
  };
  world.updates.push({
    kind: "callback_query",
    content: query,
    orderKey: `callbacks:${person.id}`,
    lifetimeMs: callbackLifetimeMs,
  });
  return id;
}

export interface CallbackAnswer {
  readonly text?: string;
  readonly showAlert: boolean;
  readonly url?: string;
}

/** Shows the bot's answer to whoever pressed. @returns false when the query is unknown, answered or too old. */
export function answerCallback(world: World, queryId: string, answer: CallbackAnswer): boolean {
  forgetExpired(world);
  const open = world.callbacks.get(queryId);
  if (open === undefined) return false;
  world.callbacks.delete(queryId);
  world.bus.emit({ to: "person", personId: open.personId, event: { type: "callback_answer", queryId, ...answer } });
  return true;
}

/** The map is in order of pressing, so the first fresh one ends the search. */
function forgetExpired(world: World): void {
  const now = world.clock.now().getTime();
  for (const [id, { expiresAt }] of world.callbacks) {
    if (expiresAt > now) return;
    world.callbacks.delete(id);
  }
}
