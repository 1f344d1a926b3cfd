import { z } from "zod";

import { inTransaction } from "../../db/index.ts";
import type { AdminSection } from "../../feature.ts";
import { defineJob, type Job } from "../../jobs/index.ts";
import type { ChatDeps } from "../chat-deps.ts";
import { mayOpenPanel } from "./panel-access.ts";
import { contentOf, noLoad, type Viewer, viewOf } from "./panel-view.ts";
import { pageName, stillShows } from "./shown-page.ts";

const payload = z.object({
  chatId: z.int(),
  chatType: z.enum(["private", "group", "supergroup", "channel"]),
  messageId: z.int(),
  userId: z.int(),
  section: z.string(),
  name: z.string(),
});

export type LoadPage = Job<z.input<typeof payload>>;

/** Asks outside what a section's main page wants to know, then shows the page again, unless its admin has gone on. */
export function makeLoadPage(deps: ChatDeps, sections: readonly AdminSection[]): LoadPage {
  return defineJob({
    name: "chat.load-admin-page",
    payload,
    maxAttempts: 2,
    run: async ({ chatId, chatType, messageId, userId, section: id, name }, { signal }) => {
      const section = sections.find((each) => each.id === id);
      if (section === undefined) return;
      await section.loads?.[name]?.(signal);
      await inTransaction(deps.db, async (tx) => {
        const user = await deps.accounts.userById(tx, userId);
        if (user === undefined) return;
        const chat = { id: chatId, type: chatType, threadId: undefined };
        // Whoever is in a chat of the admins is one there; elsewhere his role may be gone by now.
        const role = deps.accounts.adminChatIds.includes(chatId) ? "admin" : user.role;
        if (!mayOpenPanel(deps.accounts, { user: { role }, chat })) return;
        if (!(await stillShows(tx, { chatId, messageId, page: pageName(id, "main") }))) return;
        const viewer: Viewer = { tx, user, chat, now: deps.clock.now(), t: deps.texts(user.language) };
        const screen = await section.pages.main(viewOf(deps, { viewer, section: id, load: noLoad }), []);
        const content = contentOf(deps, viewer, { screen, section: id, isMain: true });
        await deps.delivery.edit(tx, { chatId, messageId, topic: "reply", content });
      });
    },
  });
}
