import type { ChatParts, Kernel } from "#kernel/feature.ts";
import type { Html } from "#kernel/lib/html.ts";
import { type Language, languages } from "#kernel/lib/language.ts";
import { commonTimeZones, typedTimeZone } from "#kernel/lib/time-zone.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "#kernel/telegram/index.ts";

import { signalSettings } from "../settings.ts";
import { type SignalType, signalTypes } from "../signal.ts";
import {
  changeSubscription,
  type HoursMode,
  readSubscription,
  type SubscriberDeps,
  type SubscriptionChange,
} from "../subscriber.ts";
import { formatTime } from "./format-time.ts";
import { hourChoices, readHourChoice } from "./hours.ts";
import { type ScreenAction, screenActions } from "./screen-actions.ts";
import { marked, pairs } from "./settings-screen.ts";
import { subscribeChat } from "./subscribing.ts";
import { rangeWords } from "./subscription-words.ts";

export type OnboardingDeps = SubscriberDeps & Pick<Kernel, "accounts" | "settings" | "texts">;

export const onboardingFlow = "signals.onboarding";

/** In order. `welcome` comes before them, subscribing after. */
const steps = ["zone", "types", "confidence", "hours"] as const;
type Step = (typeof steps)[number] | "welcome" | "language" | "typezone";

const confidences: readonly number[] = [0, 50, 60, 70, 80, 90];
const hoursModes: readonly HoursMode[] = ["hold", "silent", "drop"];
const languageNames: Readonly<Record<Language, string>> = { en: "English", ko: "한국어" };

/**
 * A few questions at the first `/start`. What is chosen is kept at once, so that nothing is lost whenever somebody stops,
 * and the buttons of every step work at any time; the open dialog only remembers where to go on at the next `/start`.
 */
export function onboardingParts(deps: OnboardingDeps): Pick<ChatParts, "callbacks" | "dialogs" | "afterStart"> {
  return {
    callbacks: [screenActions("onboard", deps, actions)],
    dialogs: [
      {
        flow: onboardingFlow,
        keptBy: ["start", "help", "status", "settings"],
        // Only a zone is typed; any other message is not an answer to us.
        onMessage: async (context, { step }, message) => {
          if (step !== "typezone" || message.text === undefined) return "pass";
          await typeZone(deps, context, message.text);
          return "handled";
        },
      },
    ],
    afterStart: async (context) => {
      if (context.chat.type !== "private") return;
      const step = await stepToShow(context);
      if (step !== undefined) await context.reply(await screenOf(deps, context, step));
    },
  };
}

/** Where somebody left off; the beginning for whom we do not know; nothing for who has subscribed or did not want to. */
async function stepToShow({ tx, chat, dialog }: UpdateContext): Promise<Step | undefined> {
  const open = await dialog.current();
  if (open?.flow === onboardingFlow) return readStep(open.step) ?? "welcome";
  const { changedAt } = await readSubscription(tx, chat.id);
  return changedAt === undefined ? "welcome" : undefined;
}

function readStep(text: string | undefined): Step | undefined {
  return ([...steps, "welcome", "language", "typezone"] as const).find((step) => step === text);
}

/** What each button does, by its first argument. @returns what the message becomes. */
const actions: Readonly<Record<string, ScreenAction<OnboardingDeps>>> = {
  step: async (deps, context, value) => await screenOf(deps, context, readStep(value) ?? "welcome"),
  language: async (deps, context, value) => {
    const language = languages.find((known) => known === value);
    if (language === undefined) return undefined;
    await deps.accounts.setLanguage(context.tx, context.user.id, language);
    return await screenOf(deps, inLanguage(deps, context, language), "zone");
  },
  zone: async (deps, context, value) => {
    const { tx, user } = context;
    if (!commonTimeZones.some((zone) => zone === value)) return undefined;
    await deps.accounts.setTimeZone(tx, user.id, value);
    return await screenOf(deps, { ...context, user: { ...user, timeZone: value } }, "types");
  },
  typezone: async (_deps, { t, dialog, reply }) => {
    await dialog.set({ flow: onboardingFlow, step: "typezone", data: {} });
    await reply({
      kind: "text",
      html: t("signals-onboarding-type-zone"),
      keyboard: { forceReply: { placeholder: "Asia/Seoul" } },
    });
    return undefined;
  },
  type: async (deps, context, value) => {
    await toggleType(deps, context, value);
    return await screenOf(deps, context, "types");
  },
  confidence: async (deps, context, value) => {
    if (confidences.includes(Number(value))) await change(deps, context, { minConfidence: Number(value) });
    return await screenOf(deps, context, "hours");
  },
  hours: async (deps, context, value) => {
    const choice = readHourChoice(value);
    if (choice !== undefined) await change(deps, context, { hours: choice.hours });
    return await screenOf(deps, context, "hours");
  },
  mode: async (deps, context, value) => {
    const hoursMode = hoursModes.find((mode) => mode === value);
    if (hoursMode !== undefined) await change(deps, context, { hoursMode });
    return await screenOf(deps, context, "hours");
  },
  later: async (deps, context) => {
    // So that it does not begin again at every start.
    await change(deps, context, {});
    await context.dialog.close();
    return { kind: "text", html: context.t("signals-onboarding-later") };
  },
  subscribe: async (deps, context) => {
    await context.dialog.close();
    return await subscribeNow(deps, context);
  },
};

async function subscribeNow(deps: OnboardingDeps, context: UpdateContext): Promise<Content> {
  const { tx, t, now, chat, user } = context;
  return await subscribeChat(deps, {
    tx,
    t,
    now,
    chatId: chat.id,
    userId: user.id,
    timeZone: user.timeZone,
    place: "private",
  });
}

async function typeZone(deps: OnboardingDeps, context: UpdateContext, typed: string): Promise<void> {
  const { tx, t, user, reply } = context;
  const zone = typedTimeZone(typed);
  if (zone === undefined) {
    await reply(t("signals-onboarding-unknown-zone", { zone: typed.slice(0, 60) }));
    return;
  }
  await deps.accounts.setTimeZone(tx, user.id, zone);
  await reply(await screenOf(deps, { ...context, user: { ...user, timeZone: zone } }, "types"));
}

async function toggleType(deps: OnboardingDeps, context: UpdateContext, value: string): Promise<void> {
  const type = signalTypes.find((known) => known === value);
  if (type === undefined) return;
  const wanted = await wantedTypes(context);
  const next = wanted.includes(type) ? wanted.filter((each) => each !== type) : [...wanted, type];
  // None at all would be no subscription, and all of them is what an empty list says.
  if (next.length === 0) context.answer(context.t.plain("signals-onboarding-one-type"), { alert: true });
  else await change(deps, context, { types: next.length === signalTypes.length ? [] : next });
}

async function wantedTypes({ tx, chat }: UpdateContext): Promise<readonly SignalType[]> {
  const { types } = await readSubscription(tx, chat.id);
  return types.length === 0 ? signalTypes : types;
}

async function change(
  deps: OnboardingDeps,
  { tx, chat, user }: UpdateContext,
  changed: SubscriptionChange,
): Promise<void> {
  await changeSubscription(deps, tx, { chatId: chat.id, userId: user.id, change: changed });
}

async function screenOf(deps: OnboardingDeps, context: UpdateContext, step: Step): Promise<Content> {
  await context.dialog.set({ flow: onboardingFlow, step: step === "typezone" ? "zone" : step, data: {} });
  switch (step) {
    case "welcome":
      return await welcome(deps, context);
    case "language":
      return question(context.t("signals-onboarding-language"), [
        ...pairs(languageButtons(context)),
        [skip(context.t, "zone")],
      ]);
    case "zone":
    case "typezone":
      return zoneQuestion(context);
    case "types":
      return await typesQuestion(context);
    case "confidence":
      return await confidenceQuestion(context);
    case "hours":
      return await hoursQuestion(context);
  }
}

async function welcome({ settings }: OnboardingDeps, { t }: UpdateContext): Promise<Content> {
  const { everybodyPremium, freeDelayMinutes } = await settings.read(signalSettings);
  const isDelayed = !everybodyPremium && freeDelayMinutes > 0;
  return question(
    t(isDelayed ? "signals-onboarding-welcome-free" : "signals-onboarding-welcome", { minutes: freeDelayMinutes }),
    [
      [
        {
          text: t.plain("signals-button-begin"),
          style: "primary",
          callback: callbackData("onboard", "step", "language"),
        },
      ],
      [
        { text: t.plain("signals-button-at-once"), callback: callbackData("onboard", "subscribe") },
        { text: t.plain("signals-button-later"), callback: callbackData("onboard", "later") },
      ],
    ],
  );
}

function languageButtons({ user }: UpdateContext): readonly Button[] {
  return languages.map((language) =>
    marked(languageNames[language], language === user.language, callbackData("onboard", "language", language)),
  );
}

function zoneQuestion({ t, user, now }: UpdateContext): Content {
  const zones = commonTimeZones.map((zone) =>
    marked(cityOf(zone), zone === user.timeZone, callbackData("onboard", "zone", zone)),
  );
  const other: Button = { text: t.plain("signals-button-other-zone"), callback: callbackData("onboard", "typezone") };
  const time = formatTime(now, { language: t.language, timeZone: user.timeZone });
  return question(t("signals-onboarding-zone", { zone: user.timeZone, time }), [
    ...pairs([...zones, other]),
    [skip(t, "types")],
  ]);
}

async function typesQuestion(context: UpdateContext): Promise<Content> {
  const { t } = context;
  const wanted = await wantedTypes(context);
  const buttons = signalTypes.map((type): Button => ({
    text: `${wanted.includes(type) ? "✅" : "⬜️"} ${t.plain(`signals-button-type-${type}`)}`,
    callback: callbackData("onboard", "type", type),
  }));
  return question(t("signals-onboarding-types"), [...pairs(buttons), [next(t, "confidence")]]);
}

async function confidenceQuestion({ tx, t, chat }: UpdateContext): Promise<Content> {
  const { minConfidence } = await readSubscription(tx, chat.id);
  const buttons = confidences.map((confidence) =>
    marked(
      confidence === 0 ? t.plain("signals-button-any-confidence") : `≥ ${confidence}%`,
      confidence === minConfidence,
      callbackData("onboard", "confidence", confidence),
    ),
  );
  return question(t("signals-onboarding-confidence"), [...pairs(buttons), [skip(t, "hours")]]);
}

async function hoursQuestion({ tx, t, chat, user }: UpdateContext): Promise<Content> {
  const { hours, hoursMode } = await readSubscription(tx, chat.id);
  const choices = hourChoices.map(({ id, hours: offered }) =>
    marked(
      offered === undefined ? t.plain("signals-button-always") : rangeWords(offered),
      offered?.from === hours?.from && offered?.to === hours?.to,
      callbackData("onboard", "hours", id),
    ),
  );
  const modes = hoursModes.map((mode): readonly Button[] => [
    marked(t.plain(`signals-button-${mode}`), mode === hoursMode, callbackData("onboard", "mode", mode)),
  ]);
  return question(t("signals-onboarding-hours", { zone: user.timeZone }), [
    ...pairs(choices),
    ...(hours === undefined ? [] : modes),
    [
      { text: t.plain("signals-button-subscribe"), style: "success", callback: callbackData("onboard", "subscribe") },
      { text: t.plain("signals-button-later"), callback: callbackData("onboard", "later") },
    ],
  ]);
}

function question(html: Html, rows: readonly (readonly Button[])[]): Content {
  return { kind: "text", html, keyboard: { inline: rows } };
}

function skip({ plain }: UpdateContext["t"], to: Step): Button {
  return { text: plain("signals-button-skip-step"), callback: callbackData("onboard", "step", to) };
}

function next({ plain }: UpdateContext["t"], to: Step): Button {
  return { text: plain("signals-button-next"), callback: callbackData("onboard", "step", to) };
}

function inLanguage(deps: OnboardingDeps, context: UpdateContext, language: Language): UpdateContext {
  return { ...context, user: { ...context.user, language }, t: deps.texts(language) };
}

function cityOf(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}
