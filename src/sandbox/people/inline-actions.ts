import type { Message } from "@grammyjs/types";

import type { AskInline, ChooseInline, InlineView } from "../protocol.ts";
import { askInline } from "../world/inline.ts";
import { botUser } from "../world/people.ts";
import { present } from "../world/present.ts";
import type { PersonRecord, World } from "../world/world.ts";
import { findChat, PersonError, say } from "./people-actions.ts";

const longestQuery = 256;

/** Types words after the bot's name. @returns what the bot offers for them. */
export async function typeInline(world: World, person: PersonRecord, request: AskInline): Promise<InlineView> {
  const chat = findChat(world, person, request.chatId);
  if (!world.bot.supportsInlineQueries) throw new PersonError("The bot has no inline mode.");
  const query = Array.from(request.query.trim()).slice(0, longestQuery).join("");
  const answered = await askInline(world, person, { chat, query, offset: request.offset ?? "" });
  if (answered === undefined) throw new PersonError("The bot did not answer.");
  const { queryId, results } = answered;
  return {
    queryId,
    results: results.items.map(({ id, type, title, description, thumbnailFileId }) => ({
      id,
      type,
      title,
      ...present({ description, thumbnailFileId }),
    })),
    ...present({ button: results.button, nextOffset: results.nextOffset === "" ? undefined : results.nextOffset }),
  };
}

/** Chooses one: it is sent in the person's name, "via" the bot. */
export function chooseInline(world: World, person: PersonRecord, request: ChooseInline): Message {
  const chat = findChat(world, person, request.chatId);
  const answered = world.inline.answered.get(request.queryId);
  const item = answered?.results.items.find(({ id }) => id === request.resultId);
  if (answered?.personId !== person.id || item === undefined)
    throw new PersonError("This can no longer be chosen.", 404);
  return say(world, { person, chat, request, content: { ...item.content, via_bot: botUser(world) } });
}
