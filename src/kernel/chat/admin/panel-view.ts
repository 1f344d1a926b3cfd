import type { User } from "../../accounts/index.ts";
import type { AdminScene, AdminScreen, AdminSection, AdminView } from "../../feature.ts";
import { Html } from "../../lib/html.ts";
import type { Translate } from "../../lib/texts.ts";
import type { Button, Content, UpdateContext } from "../../telegram/index.ts";
import type { ChatDeps } from "../chat-deps.ts";
import { inPairs } from "../settings-scene.ts";
import { panelButtonData, type PanelTarget } from "./panel-button.ts";

export const panelDialog = "chat.admin";

/** The section that knows people; every section has buttons to its page `show`. */
export const usersSectionId = "users";

/** Who looks at a panel, where, and within which transaction. */
export interface Viewer extends Pick<UpdateContext, "tx" | "user" | "chat" | "now"> {
  readonly t: Translate;
}

/** A section's view for this viewer. @param load what to do when a page asks for one of its loads. */
export function viewOf(
  deps: ChatDeps,
  { viewer, section, load }: { readonly viewer: Viewer; readonly section: string; readonly load: AdminView["load"] },
): AdminView {
  const { tx, t, user, chat, now } = viewer;
  const data = (target: PanelTarget): string => dataFor(deps, viewer, target);
  return {
    tx,
    t,
    user,
    chat,
    now,
    load,
    open: (text, page, ...args) => ({
      text,
      callback: data({ kind: "page", path: [section, page, ...args.map(String)] }),
    }),
    act: ({ text, style }, action, ...args) => ({
      text,
      ...(style && { style }),
      callback: data({ kind: "action", path: [section, action, ...args.map(String)] }),
    }),
    openUser: (text, userId) => ({
      text,
      callback: data({ kind: "page", path: [usersSectionId, "show", String(userId)] }),
    }),
  };
}

/** What a person who presses or types may do besides looking. */
export function sceneOf(view: AdminView, deps: ChatDeps, of: { context: UpdateContext; section: string }): AdminScene {
  const { context, section } = of;
  const { tx, user, dialog, update } = context;
  return {
    ...view,
    answer: context.answer,
    ask: async ({ answer, html, placeholder, data }) => {
      await dialog.set({ flow: panelDialog, step: `${section} ${answer}`, data });
      // In a group only an answer to the question counts, and nobody can be made to give one.
      const question = view.chat.type === "private" ? html : Html.join([html, view.t("chat-admin-answer-this")]);
      await context.reply({ kind: "text", html: question, keyboard: { forceReply: { placeholder } } });
    },
    close: dialog.close,
    keepDraft: async (data) => {
      const name = update.update_id.toString(36);
      const open = await dialog.current();
      const step = open?.flow === panelDialog ? open.step : section;
      await dialog.set({ flow: panelDialog, step, data: { ...data, draft: name } });
      return name;
    },
    takeDraft: async (name) => {
      const open = await dialog.current();
      const isIt = open?.flow === panelDialog && open.step.split(" ")[0] === section && open.data["draft"] === name;
      if (!isIt) return undefined;
      await dialog.close();
      return open.data;
    },
    audit: async (entry) => {
      await deps.accounts.audit(tx, { ...entry, actor: actorOf(user), origin: "chat" });
    },
  };
}

/** As the ledger and the audit log name who did it. */
export function actorOf({ id }: Pick<User, "id">): string {
  return `user:${id}`;
}

/** A section's screen as a message, with the way back under it. */
export function contentOf(
  deps: ChatDeps,
  viewer: Viewer,
  shown: { readonly screen: AdminScreen; readonly section: string; readonly isMain: boolean },
): Content {
  const { screen, section, isMain } = shown;
  const { t } = viewer;
  const [page = "main", ...args] = (screen.back ?? []).map(String);
  const home = homeButton(deps, viewer, t.plain("chat-admin-button-home"));
  const back: Button = {
    text: t.plain("chat-admin-button-back"),
    callback: dataFor(deps, viewer, { kind: "page", path: [section, page, ...args] }),
  };
  return {
    kind: "text",
    html: screen.html,
    keyboard: { inline: [...(screen.buttons ?? []), isMain ? [home] : [back, home]] },
  };
}

/** The first page: what each section says of itself, and the way into it. */
export async function homeContent(deps: ChatDeps, viewer: Viewer, sections: readonly AdminSection[]): Promise<Content> {
  const { t, now, user } = viewer;
  const time = new Intl.DateTimeFormat(t.language, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: user.timeZone,
  });
  const lines: Html[] = [];
  const buttons: Button[] = [];
  for (const section of sections) {
    const view = viewOf(deps, { viewer, section: section.id, load: noLoad });
    const glance = await section.glance?.(view);
    if (glance !== undefined) lines.push(glance);
    buttons.push(view.open(t.plain(section.label), "main"));
  }
  const refresh = homeButton(deps, viewer, t.plain("chat-admin-button-refresh"));
  return {
    kind: "text",
    html: Html.join([t("chat-admin-title", { time: time.format(now) }), Html.join(lines)], "\n\n"),
    keyboard: { inline: inPairs([...buttons, refresh]) },
  };
}

/** Where nothing can be shown later. */
export async function noLoad(): Promise<void> {
  await Promise.resolve();
}

function homeButton(deps: ChatDeps, viewer: Viewer, text: string): Button {
  return { text, callback: dataFor(deps, viewer, { kind: "page", path: [] }) };
}

function dataFor({ cipher }: ChatDeps, { user, chat, now }: Viewer, target: PanelTarget): string {
  return panelButtonData(cipher, { userId: user.id, chatId: chat.id, now }, target);
}
