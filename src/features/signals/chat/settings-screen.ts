import { createHash } from "node:crypto";

import type { ChatParts, ChatSection, Kernel } from "#kernel/feature.ts";
import { oneLine } from "#kernel/lib/foreign-text.ts";
import { Html } from "#kernel/lib/html.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "#kernel/telegram/index.ts";

import { signalSettings } from "../settings.ts";
import {
  changeSubscription,
  type HoursMode,
  readSubscription,
  type ReportPeriod,
  setMuted,
  type SubscriberDeps,
  type Subscription,
  type SubscriptionChange,
} from "../subscriber.ts";
import { hourChoices, hoursDialog, parseHours, readHourChoice } from "./hours.ts";
import { type ScreenAction, screenActions } from "./screen-actions.ts";
import { rangeWords, reportWords, subscriptionLines } from "./subscription-words.ts";

export type SettingsScreenDeps = SubscriberDeps & Pick<Kernel, "settings">;

const hoursModes: readonly HoursMode[] = ["hold", "silent", "drop"];
const periods: readonly ReportPeriod[] = ["none", "daily", "weekly", "monthly"];
const reportTimes: readonly number[] = [7 * 60, 9 * 60, 12 * 60, 18 * 60, 21 * 60];
/** As many as fit on one screen; who mutes more takes them back one after another. */
const mostMuted = 24;

/** Signals' part of `/settings`: format, hours, reports, muted assets. One message, edited in place. */
export function settingsParts(deps: SettingsScreenDeps): ChatParts {
  return {
    callbacks: [screenActions("sigset", deps, actions)],
    dialogs: [
      {
        flow: hoursDialog,
        onMessage: async (context, _state, message) => {
          const hours = parseHours(message.text ?? "");
          if (hours === undefined) {
            await context.reply(context.t("signals-hours-not-understood"));
            return "handled";
          }
          await change(deps, context, { hours });
          await context.dialog.close();
          await context.reply(await mainScreen(deps, context));
          return "handled";
        },
      },
    ],
    settingsSection: async (context) => await settingsSection(deps, context),
  };
}

/** What each button does, by its first argument. @returns what the message becomes. */
const actions: Readonly<Record<string, ScreenAction<SettingsScreenDeps>>> = {
  main: async (deps, context) => await mainScreen(deps, context),
  format: async (deps, context) => {
    const { format } = await readSubscription(context.tx, context.chat.id);
    await change(deps, context, { format: format === "detailed" ? "compact" : "detailed" });
    return await mainScreen(deps, context);
  },
  hours: async (_deps, context) => await hoursScreen(context),
  sethours: async (deps, context, value) => {
    const choice = readHourChoice(value);
    if (choice !== undefined) await change(deps, context, { hours: choice.hours });
    return await hoursScreen(context);
  },
  typehours: async (_deps, { t, dialog, reply }) => {
    await dialog.set({ flow: hoursDialog, step: "type", data: {} });
    await reply({
      kind: "text",
      html: t("signals-hours-type"),
      keyboard: { forceReply: { placeholder: "08:00-22:00" } },
    });
    return undefined;
  },
  mode: async (deps, context, value) => {
    const hoursMode = hoursModes.find((mode) => mode === value);
    if (hoursMode !== undefined) await change(deps, context, { hoursMode });
    return await hoursScreen(context);
  },
  report: async (_deps, context) => await reportScreen(context),
  period: async (deps, context, value) => {
    const reportPeriod = periods.find((period) => period === value);
    if (reportPeriod !== undefined) await change(deps, context, { reportPeriod });
    return await reportScreen(context);
  },
  at: async (deps, context, value) => {
    if (reportTimes.includes(Number(value))) await change(deps, context, { reportAt: Number(value) });
    return await reportScreen(context);
  },
  muted: async (_deps, context) => await mutedScreen(context),
  unmute: async (_deps, context, value) => {
    const { tx, chat, now } = context;
    const { mutedAssets } = await readSubscription(tx, chat.id);
    const asset = mutedAssets.find((muted) => assetCode(muted) === value);
    if (asset !== undefined) await setMuted(tx, { chatId: chat.id, asset, muted: false, now });
    return await mutedScreen(context);
  },
};

async function change(
  deps: SettingsScreenDeps,
  { tx, chat, user }: UpdateContext,
  changed: SubscriptionChange,
): Promise<void> {
  await changeSubscription(deps, tx, { chatId: chat.id, userId: user.id, change: changed });
}

async function lines(deps: SettingsScreenDeps, context: UpdateContext): Promise<Html> {
  const { tx, t, chat, user, now } = context;
  const subscription = await readSubscription(tx, chat.id);
  const settings = await deps.settings.read(signalSettings);
  return Html.join([
    t("signals-settings-title"),
    ...subscriptionLines({ subscription, settings, timeZone: user.timeZone, now }, t),
  ]);
}

async function settingsSection(deps: SettingsScreenDeps, context: UpdateContext): Promise<ChatSection | undefined> {
  if (context.chat.type !== "private") return undefined;
  const open: Button = {
    text: context.t.plain("signals-button-settings"),
    callback: callbackData("sigset", "main"),
  };
  return { html: await lines(deps, context), buttons: [[open]] };
}

async function mainScreen(deps: SettingsScreenDeps, context: UpdateContext): Promise<Content> {
  const { tx, t, chat } = context;
  const { active, format, mutedAssets } = await readSubscription(tx, chat.id);
  const button = (key: string, ...args: readonly string[]): Button => ({
    text: t.plain(`signals-button-${key}`),
    callback: callbackData("sigset", ...args),
  });
  const muted = mutedAssets.length === 0 ? [] : [button("muted", "muted")];
  const subscribing: Button = active
    ? { text: t.plain("signals-button-unsubscribe"), callback: callbackData("subscribe", "off") }
    : { text: t.plain("signals-button-subscribe"), style: "success", callback: callbackData("subscribe", "on") };
  return {
    kind: "text",
    html: await lines(deps, context),
    keyboard: {
      inline: [
        [button(format === "detailed" ? "compact" : "detailed", "format"), button("hours", "hours")],
        [button("report", "report"), ...muted],
        [subscribing],
        [{ text: t.plain("signals-button-back"), callback: callbackData("set", "main") }],
      ],
    },
  };
}

async function hoursScreen({ tx, t, chat, user }: UpdateContext): Promise<Content> {
  const { hours, hoursMode } = await readSubscription(tx, chat.id);
  const choices = hourChoices.map(({ id, hours: offered }): Button => {
    const isCurrent = offered?.from === hours?.from && offered?.to === hours?.to;
    const text = offered === undefined ? t.plain("signals-button-always") : rangeWords(offered);
    return marked(text, isCurrent, callbackData("sigset", "sethours", id));
  });
  const other: Button = { text: t.plain("signals-button-other-hours"), callback: callbackData("sigset", "typehours") };
  const modes = hoursModes.map((mode): readonly Button[] => [
    marked(t.plain(`signals-button-${mode}`), mode === hoursMode, callbackData("sigset", "mode", mode)),
  ]);
  return screen(
    t("signals-choose-hours", { zone: user.timeZone, hours: hours === undefined ? "–" : rangeWords(hours) }),
    [...pairs([...choices, other]), ...(hours === undefined ? [] : modes), [backButton(t)]],
  );
}

async function reportScreen({ tx, t, chat }: UpdateContext): Promise<Content> {
  const { reportPeriod, reportAt } = await readSubscription(tx, chat.id);
  const choices = periods.map((period) =>
    marked(t.plain(`signals-button-${period}`), period === reportPeriod, callbackData("sigset", "period", period)),
  );
  const times = reportTimes.map((at) =>
    marked(`${at / 60}:00`, at === reportAt, callbackData("sigset", "at", String(at))),
  );
  return screen(t("signals-choose-report", { report: reportWords(reportPeriod, reportAt, t) }), [
    ...pairs(choices),
    ...(reportPeriod === "none" ? [] : [times]),
    [backButton(t)],
  ]);
}

async function mutedScreen({ tx, t, chat }: UpdateContext): Promise<Content> {
  const { mutedAssets }: Subscription = await readSubscription(tx, chat.id);
  const buttons = mutedAssets.slice(0, mostMuted).map((asset): Button => ({
    text: `🔇 ${oneLine(asset, 20)}`,
    callback: callbackData("sigset", "unmute", assetCode(asset)),
  }));
  return screen(t(mutedAssets.length === 0 ? "signals-muted-none" : "signals-choose-muted"), [
    ...pairs(buttons),
    [backButton(t)],
  ]);
}

/** An asset's name may be too long for a button's data, or have a sign in it that parts arguments. */
function assetCode(asset: string): string {
  return createHash("sha256").update(asset).digest("base64url").slice(0, 12);
}

function screen(html: Html, rows: readonly (readonly Button[])[]): Content {
  return { kind: "text", html, keyboard: { inline: rows } };
}

function backButton({ plain }: UpdateContext["t"]): Button {
  return { text: plain("signals-button-back"), callback: callbackData("sigset", "main") };
}

/** What is chosen now has a dot before it. */
export function marked(text: string, isCurrent: boolean, callback: string): Button {
  return { text: `${isCurrent ? "● " : ""}${text}`, callback };
}

export function pairs(buttons: readonly Button[]): readonly (readonly Button[])[] {
  const rows: (readonly Button[])[] = [];
  for (let at = 0; at < buttons.length; at += 2) rows.push(buttons.slice(at, at + 2));
  return rows;
}
