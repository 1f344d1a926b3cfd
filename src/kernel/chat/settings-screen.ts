import type { ChatParts } from "../feature.ts";
import { Html } from "../lib/html.ts";
import { languages } from "../lib/language.ts";
import { commonTimeZones, typedTimeZone } from "../lib/time-zone.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";
import { groupScreen, mayChangeSettings, openGroupSettings, type OpenGroupSettings } from "./group-settings.ts";
import { askForHours, chooseQuiet, quietDialog, quietScreen, shiftQuiet } from "./quiet-screen.ts";
import { choice, choiceScreen, isGroup, rangeText, timeIn, zoneOf } from "./settings-scene.ts";
import { changeTopic, topicsScreen } from "./topics-screen.ts";

const languageNames = { en: "English", ko: "한국어" } as const;

const zoneDialog = "chat.time-zone";

/** `/settings`: one message, edited in place as its buttons are pressed. In a group its admins set what concerns the group. */
export function settingsScreen(deps: ChatDeps, inGroup: OpenGroupSettings): ChatParts {
  return {
    commands: [
      {
        name: "settings",
        description: "chat-command-settings",
        access: "user",
        inGroups: true,
        run: async (context) => {
          if (isGroup(context)) await openGroupSettings(deps, context, inGroup);
          else await context.reply(await mainScreen(deps, context));
        },
      },
    ],
    callbacks: [
      {
        prefix: "set",
        access: "user",
        inGroups: true,
        run: async (context, args) => {
          if (!(await mayChangeSettings(deps, context))) {
            context.answer(context.t.plain("chat-settings-not-yours"), { alert: true });
            return;
          }
          const screen = await press(deps, context, args);
          if (screen !== undefined) await context.editPressed(screen);
        },
      },
    ],
    dialogs: [
      {
        flow: zoneDialog,
        onMessage: async (context, _state, message) => {
          if (message.text === undefined || !(await mayChangeSettings(deps, context))) return "pass";
          await typedZone(deps, context, message.text);
          return "handled";
        },
      },
      quietDialog(deps),
    ],
  };
}

async function press(deps: ChatDeps, context: UpdateContext, args: readonly string[]): Promise<Content | undefined> {
  const [action, value, ...more] = args;
  switch (action) {
    case "language":
      return languageScreen(context);
    case "lang":
      return await chooseLanguage(deps, context, value);
    case "zone":
      return await zoneScreen(deps, context);
    case "typezone":
      await askForZone(context);
      return undefined;
    case "tz":
      return await chooseZone(deps, context, value);
    case "quiet":
      return await quietScreen(deps, context);
    case "hours":
      await chooseQuiet(deps, context, value);
      return await quietScreen(deps, context);
    case "shift":
      await shiftQuiet(deps, context, [value ?? "", ...more]);
      return await quietScreen(deps, context);
    case "typehours":
      await askForHours(context);
      return undefined;
    case "topics":
      return await topicsScreen(deps, context);
    case "topic":
    case "mode":
      await changeTopic(deps, context, { what: action, topic: value });
      return await topicsScreen(deps, context);
    case undefined:
    default:
      return await mainScreen(deps, context);
  }
}

async function mainScreen(deps: ChatDeps, context: UpdateContext): Promise<Content> {
  if (isGroup(context)) return await groupScreen(deps, context);
  const { t, tx, chat, user } = context;
  const quiet = await deps.delivery.preferences.quietHours(tx, chat.id);
  const parts = [
    Html.join([
      t("chat-settings-title"),
      t("chat-settings-summary", {
        language: languageNames[user.language],
        zone: user.timeZone,
        time: timeIn(context, user.timeZone),
        quiet: rangeText(context, quiet),
      }),
    ]),
  ];
  const rows: (readonly Button[])[] = [
    [button(context, "language"), button(context, "zone")],
    [button(context, "quiet"), button(context, "topics")],
  ];
  for (const { settingsSection } of deps.features) {
    const section = await settingsSection?.(context);
    if (section === undefined) continue;
    parts.push(section.html);
    rows.push(...(section.buttons ?? []));
  }
  return { kind: "text", html: Html.join(parts, "\n\n"), keyboard: { inline: rows } };
}

function languageScreen(context: UpdateContext): Content | undefined {
  if (isGroup(context)) return undefined;
  const { t, user } = context;
  return choiceScreen(
    context,
    t("chat-settings-choose-language"),
    languages.map((language) =>
      choice(languageNames[language], language === user.language, callbackData("set", "lang", language)),
    ),
  );
}

async function chooseLanguage(deps: ChatDeps, context: UpdateContext, value = ""): Promise<Content | undefined> {
  const language = languages.find((known) => known === value);
  if (language === undefined || isGroup(context)) return undefined;
  await deps.accounts.setLanguage(context.tx, context.user.id, language);
  return await mainScreen(deps, { ...context, user: { ...context.user, language }, t: deps.texts(language) });
}

async function zoneScreen(deps: ChatDeps, context: UpdateContext): Promise<Content> {
  const { t } = context;
  const current = await zoneOf(deps, context);
  return choiceScreen(context, t(isGroup(context) ? "chat-settings-choose-zone-group" : "chat-settings-choose-zone"), [
    ...commonTimeZones.map((zone) => choice(zoneName(zone), zone === current, callbackData("set", "tz", zone))),
    { text: t.plain("chat-settings-other-zone"), callback: callbackData("set", "typezone") },
  ]);
}

async function askForZone(context: UpdateContext): Promise<void> {
  const { t, reply, dialog } = context;
  await dialog.set({ flow: zoneDialog, step: "type", data: {} });
  await reply({
    kind: "text",
    html: t(isGroup(context) ? "chat-settings-type-zone-group" : "chat-settings-type-zone"),
    ...(!isGroup(context) && { keyboard: { forceReply: { placeholder: "Asia/Seoul" } } }),
  });
}

async function chooseZone(deps: ChatDeps, context: UpdateContext, value = ""): Promise<Content | undefined> {
  const zone = commonTimeZones.find((known) => known === value);
  if (zone === undefined) return undefined;
  await setZone(deps, context, zone);
  return isGroup(context)
    ? await quietScreen(deps, context)
    : await mainScreen(deps, { ...context, user: { ...context.user, timeZone: zone } });
}

/** A person's quiet hours follow him to the new zone; a group has a zone for their sake only. */
async function setZone({ accounts, delivery }: ChatDeps, context: UpdateContext, timeZone: string): Promise<void> {
  const { tx, chat, user } = context;
  if (!isGroup(context)) await accounts.setTimeZone(tx, user.id, timeZone);
  const quiet = await delivery.preferences.quietHours(tx, chat.id);
  if (quiet !== undefined) await delivery.preferences.setQuietHours(tx, chat.id, { ...quiet, timeZone });
}

async function typedZone(deps: ChatDeps, context: UpdateContext, typed: string): Promise<void> {
  const { t, reply, dialog } = context;
  const zone = typedTimeZone(typed);
  if (zone === undefined) {
    await reply(t("chat-settings-unknown-zone", { zone: Array.from(typed).slice(0, 60).join("") }));
    return;
  }
  await setZone(deps, context, zone);
  await dialog.close();
  await reply(t("chat-settings-zone-set", { zone, time: timeIn(context, zone) }));
}

function button({ t }: UpdateContext, screen: "language" | "zone" | "quiet" | "topics"): Button {
  return { text: t.plain(`chat-settings-${screen}`), callback: callbackData("set", screen) };
}

function zoneName(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}
