import type { AdminAnswer, AdminPage, AdminScreen, AdminSection, ChatParts } from "../../feature.ts";
import type { Job } from "../../jobs/index.ts";
import type { UpdateContext } from "../../telegram/index.ts";
import type { ChatDeps } from "../chat-deps.ts";
import { checkSections } from "./check-sections.ts";
import { type LoadPage, makeLoadPage } from "./load-page.ts";
import { mayOpenPanel } from "./panel-access.ts";
import { mayPress, panelPrefix, type PanelTarget } from "./panel-button.ts";
import { contentOf, homeContent, panelDialog, sceneOf, usersSectionId, viewOf } from "./panel-view.ts";
import { forgetOldPanels, noteShownPage, pageName } from "./shown-page.ts";

export interface AdminPanel {
  readonly parts: ChatParts;
  readonly jobs: readonly Job[];
}

interface PanelDeps {
  readonly deps: ChatDeps;
  readonly sections: readonly AdminSection[];
  readonly loadPage: LoadPage;
}

/**
 * `/admin`: one message per opening, edited in place. A press is obeyed when the presser is an admin at that moment, the
 * chat may show the panel, and the button was made for him, here, and not too long ago.
 * @throws when two sections claim the same name.
 */
export function adminPanel(deps: ChatDeps, sections: readonly AdminSection[]): AdminPanel {
  checkSections(sections);
  const panel: PanelDeps = { deps, sections, loadPage: makeLoadPage(deps, sections) };
  return {
    jobs: [panel.loadPage],
    parts: {
      commands: [
        {
          name: "admin",
          description: "chat-command-admin",
          access: "admin",
          inGroups: true,
          run: async (context, args) => {
            await open(panel, context, args.trim());
          },
        },
      ],
      callbacks: [
        {
          prefix: panelPrefix,
          access: "admin",
          inGroups: true,
          run: async (context, [until, signature, ...path]) => {
            await press(panel, context, { until, signature, path });
          },
        },
      ],
      dialogs: [
        {
          flow: panelDialog,
          onMessage: async (context, { step, data }, message) =>
            (await typed(panel, context, { step, data, message })) ? "handled" : "pass",
        },
      ],
    },
  };
}

/** `/admin`, and `/admin @name` right to the person. */
async function open(panel: PanelDeps, context: UpdateContext, who: string): Promise<void> {
  const { deps, sections } = panel;
  const { tx, t, chat, now, reply, update } = context;
  if (!mayOpenPanel(deps.accounts, context)) {
    await reply(t("chat-admin-elsewhere"));
    return;
  }
  await forgetOldPanels(tx, chat.id, now);
  const find = sections.find(({ id }) => id === usersSectionId)?.answers?.["find"];
  if (who === "" || find === undefined || update.message === undefined) {
    await reply(await homeContent(deps, context, sections));
    return;
  }
  const scene = sceneFor(panel, context, usersSectionId);
  const screen = await find(scene, { ...update.message, text: who }, {});
  if (screen !== undefined) await reply(contentOf(deps, context, { screen, section: usersSectionId, isMain: false }));
}

interface Pressed {
  readonly until: string | undefined;
  readonly signature: string | undefined;
  readonly path: readonly string[];
}

async function press(panel: PanelDeps, context: UpdateContext, { until, signature, path }: Pressed): Promise<void> {
  const { deps, sections } = panel;
  const { t, user, chat, now, answer } = context;
  const [id, name = "main", ...args] = path;
  const section = sections.find((each) => each.id === id);
  const kind: PanelTarget["kind"] = own(section?.actions, name) === undefined ? "page" : "action";
  const place = { userId: user.id, chatId: chat.id, now };
  if (!mayOpenPanel(deps.accounts, context) || !mayPress(deps.cipher, place, { kind, path, until, signature })) {
    answer(t.plain(kind === "action" ? "chat-button-expired" : "chat-admin-not-yours"), { alert: true });
    return;
  }
  if (section === undefined) {
    await show(panel, context, "home");
    return;
  }
  const scene = sceneFor(panel, context, section.id);
  const page: AdminPage | undefined = own(section.pages, name);
  const screen = await (own(section.actions, name) ?? page)?.(scene, args);
  if (screen !== undefined) await show(panel, context, { section: section.id, page: page && name, screen });
}

interface Shown {
  readonly section: string;
  /** Undefined for what an action has shown. */
  readonly page: string | undefined;
  readonly screen: AdminScreen;
}

async function show({ deps, sections }: PanelDeps, context: UpdateContext, shown: Shown | "home"): Promise<void> {
  const { tx, chat, now } = context;
  const messageId = pressedMessage(context);
  if (messageId !== undefined) {
    const page = shown === "home" ? "home" : pageName(shown.section, shown.page ?? "-");
    await noteShownPage(tx, { chatId: chat.id, messageId, page, now });
  }
  const content =
    shown === "home"
      ? await homeContent(deps, context, sections)
      : contentOf(deps, context, { ...shown, isMain: shown.page === "main" });
  await context.editPressed(content);
}

/** @returns false for what nobody asks for any more: it goes its usual way then. */
async function typed(
  panel: PanelDeps,
  context: UpdateContext,
  given: {
    readonly step: string;
    readonly data: Readonly<Record<string, unknown>>;
    readonly message: Parameters<AdminAnswer>[1];
  },
): Promise<boolean> {
  const { deps, sections } = panel;
  const [id = "", name = ""] = given.step.split(" ");
  const section = sections.find((each) => each.id === id);
  const answer = own(section?.answers, name);
  if (section === undefined || answer === undefined) {
    await context.dialog.close();
    return false;
  }
  if (!mayOpenPanel(deps.accounts, context)) {
    await context.dialog.close();
    await context.reply(context.t("telegram-refused"));
    return true;
  }
  const screen = await answer(sceneFor(panel, context, section.id), given.message, given.data);
  if (screen !== undefined) {
    await context.reply(contentOf(deps, context, { screen, section: section.id, isMain: false }));
  }
  return true;
}

function sceneFor({ deps, loadPage }: PanelDeps, context: UpdateContext, section: string): ReturnType<typeof sceneOf> {
  const messageId = pressedMessage(context);
  const load = async (name: string): Promise<void> => {
    // A panel that is not there yet cannot be shown again.
    if (messageId === undefined) return;
    const { tx, user, chat } = context;
    const place = { chatId: chat.id, chatType: chat.type, messageId };
    // While one is under way the next one waits for nothing new.
    const dedupeKey = `${chat.id}:${messageId}:${section}:${name}`;
    await deps.jobs.enqueue(tx, loadPage, { ...place, userId: user.id, section, name }, { dedupeKey });
  };
  return sceneOf(viewOf(deps, { viewer: context, section, load }), deps, { context, section });
}

function pressedMessage({ update }: UpdateContext): number | undefined {
  return update.callback_query?.message?.message_id;
}

/** Not what every object has: names come from outside. */
function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}
