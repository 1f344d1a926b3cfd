import type { QuietHours, QuietMode, TopicPreference } from "../delivery/index.ts";
import type { ChatParts } from "../feature.ts";
import { Html } from "../lib/html.ts";
import { languages } from "../lib/language.ts";
import { commonTimeZones, typedTimeZone } from "../lib/time-zone.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "../telegram/index.ts";
import type { ChatDeps } from "./chat-deps.ts";

const languageNames = { en: "English", ko: "한국어" } as const;

const quietChoices = [
  { from: 22 * 60, to: 7 * 60 },
  { from: 23 * 60, to: 8 * 60 },
  { from: 0, to: 9 * 60 },
] as const;

const quietModes: readonly QuietMode[] = ["deliver", "silent", "hold", "drop"];

const zoneDialog = "chat.time-zone";

/** `/settings`: one message, edited in place as its buttons are pressed. */
export function settingsScreen(deps: ChatDeps): ChatParts {
  return {
    commands: [
      {
        name: "settings",
        description: "chat-command-settings",
        access: "user",
        run: async (context) => {
          await context.reply(await mainScreen(deps, context));
        },
      },
    ],
    callbacks: [
      {
        prefix: "set",
        access: "user",
        run: async (context, args) => {
          const screen = await press(deps, context, args);
          if (screen !== undefined) await context.editPressed(screen);
        },
      },
    ],
    dialogs: [
      {
        flow: zoneDialog,
        onMessage: async (context, _state, message) => {
          await typedZone(deps, context, message.text ?? "");
          return "handled";
        },
      },
    ],
  };
}

async function press(deps: ChatDeps, context: UpdateContext, args: readonly string[]): Promise<Content | undefined> {
  const { tx, t, user } = context;
  const [action, value] = args;
  switch (action) {
    case "language":
      return choiceScreen(
        context,
        t("chat-settings-choose-language"),
        languages.map((language) =>
          choice(languageNames[language], language === user.language, callbackData("set", "lang", language)),
        ),
      );
    case "lang": {
      const language = languages.find((known) => known === value);
      if (language === undefined) return undefined;
      await deps.accounts.setLanguage(tx, user.id, language);
      return await mainScreen(deps, { ...context, user: { ...user, language }, t: deps.texts(language) });
    }
    case "zone":
      return choiceScreen(context, t("chat-settings-choose-zone"), [
        ...commonTimeZones.map((zone) =>
          choice(zoneName(zone), zone === user.timeZone, callbackData("set", "tz", zone)),
        ),
        { text: t.plain("chat-settings-other-zone"), callback: callbackData("set", "typezone") },
      ]);
    case "typezone":
      await context.dialog.set({ flow: zoneDialog, step: "type", data: {} });
      await context.reply({
        kind: "text",
        html: t("chat-settings-type-zone"),
        keyboard: { forceReply: { placeholder: "Asia/Seoul" } },
      });
      return undefined;
    case "tz":
      if (!commonTimeZones.some((zone) => zone === value) || value === undefined) return undefined;
      await setZone(deps, context, value);
      return await mainScreen(deps, { ...context, user: { ...user, timeZone: value } });
    case "quiet":
      return await quietScreen(deps, context);
    case "hours":
      await setQuiet(deps, context, value);
      return await mainScreen(deps, context);
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
  const { t, tx, chat, user } = context;
  const quiet = await deps.delivery.preferences.quietHours(tx, chat.id);
  const parts = [
    Html.join([
      t("chat-settings-title"),
      t("chat-settings-summary", {
        language: languageNames[user.language],
        zone: user.timeZone,
        time: timeIn(context, user.timeZone),
        quiet: quiet === undefined ? t.plain("chat-settings-quiet-off") : rangeText(context, quiet),
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

async function quietScreen({ delivery }: ChatDeps, context: UpdateContext): Promise<Content> {
  const { t, tx, chat } = context;
  const now = await delivery.preferences.quietHours(tx, chat.id);
  return choiceScreen(context, t("chat-settings-choose-quiet"), [
    choice(t.plain("chat-settings-quiet-off"), now === undefined, callbackData("set", "hours", "off")),
    ...quietChoices.map(({ from, to }) => {
      const isCurrent = now?.from === from && now.to === to;
      return choice(rangeText(context, { from, to }), isCurrent, callbackData("set", "hours", `${from}-${to}`));
    }),
  ]);
}

async function topicsScreen(deps: ChatDeps, context: UpdateContext): Promise<Content> {
  const { t } = context;
  const topics = await ownTopics(deps, context);
  const rows = topics.map(({ topic, label, enabled, quietMode }): readonly Button[] => [
    { text: `${enabled ? "✅" : "⬜️"} ${t.plain(label)}`, callback: callbackData("set", "topic", topic) },
    { text: t.plain(`chat-settings-mode-${quietMode}`), callback: callbackData("set", "mode", topic) },
  ]);
  return {
    kind: "text",
    html: t(topics.length === 0 ? "chat-settings-no-topics" : "chat-settings-topics-intro"),
    keyboard: { inline: [...rows, [backButton(context)]] },
  };
}

/** What this person can hear of: ordinary people are not asked about operators' alerts. */
async function ownTopics(
  { delivery }: ChatDeps,
  { tx, chat, user }: UpdateContext,
): Promise<readonly TopicPreference[]> {
  const topics = await delivery.preferences.topics(tx, chat.id);
  return topics.filter(({ forOperators }) => !forOperators || user.role !== "user");
}

/** The next state of a topic: on and off, or the next way of treating it in quiet hours. */
async function changeTopic(
  deps: ChatDeps,
  context: UpdateContext,
  { what, topic }: { readonly what: "topic" | "mode"; readonly topic: string | undefined },
): Promise<void> {
  const now = (await ownTopics(deps, context)).find((known) => known.topic === topic);
  if (now === undefined) return;
  const nextMode = quietModes[(quietModes.indexOf(now.quietMode) + 1) % quietModes.length] ?? "deliver";
  await deps.delivery.preferences.setTopic(context.tx, context.chat.id, {
    topic: now.topic,
    ...(what === "topic" ? { enabled: !now.enabled } : { quietMode: nextMode }),
  });
}

async function setQuiet({ delivery }: ChatDeps, { tx, chat, user }: UpdateContext, value = ""): Promise<void> {
  const choice = quietChoices.find(({ from, to }) => value === `${from}-${to}`);
  if (choice === undefined && value !== "off") return;
  await delivery.preferences.setQuietHours(tx, chat.id, choice && { ...choice, timeZone: user.timeZone });
}

/** Quiet hours follow the person to the new zone. */
async function setZone(
  { accounts, delivery }: ChatDeps,
  { tx, chat, user }: UpdateContext,
  timeZone: string,
): Promise<void> {
  await accounts.setTimeZone(tx, user.id, timeZone);
  const quiet = await delivery.preferences.quietHours(tx, chat.id);
  if (quiet !== undefined) await delivery.preferences.setQuietHours(tx, chat.id, { ...quiet, timeZone });
}

async function typedZone(deps: ChatDeps, context: UpdateContext, typed: string): Promise<void> {
  const { t, reply, dialog } = context;
  const zone = typedTimeZone(typed);
  if (zone === undefined) {
    await reply(t("chat-settings-unknown-zone", { zone: typed.slice(0, 60) }));
    return;
  }
  await setZone(deps, context, zone);
  await dialog.close();
  await reply(t("chat-settings-zone-set", { zone, time: timeIn(context, zone) }));
}

function choiceScreen(context: UpdateContext, html: Html, choices: readonly Button[]): Content {
  const rows: Button[][] = [];
  for (let at = 0; at < choices.length; at += 2) rows.push(choices.slice(at, at + 2));
  return { kind: "text", html, keyboard: { inline: [...rows, [backButton(context)]] } };
}

/** What is chosen now has a dot before it. */
function choice(text: string, isCurrent: boolean, callback: string): Button {
  return { text: `${isCurrent ? "● " : ""}${text}`, callback };
}

function button({ t }: UpdateContext, screen: "language" | "zone" | "quiet" | "topics"): Button {
  return { text: t.plain(`chat-settings-${screen}`), callback: callbackData("set", screen) };
}

function backButton({ t }: UpdateContext): Button {
  return { text: t.plain("chat-settings-back"), callback: callbackData("set", "main") };
}

function zoneName(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

function timeIn({ t, now }: UpdateContext, timeZone: string): string {
  return new Intl.DateTimeFormat(t.language, { timeStyle: "short", timeZone }).format(now);
}

function rangeText({ t }: UpdateContext, { from, to }: Pick<QuietHours, "from" | "to">): string {
  const clock = (minutes: number): string =>
    `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
  return t.plain("chat-settings-quiet-range", { from: clock(from), to: clock(to) });
}
