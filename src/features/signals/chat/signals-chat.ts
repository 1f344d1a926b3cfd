import type { ChatParts, ChatSection, FeatureParts, Kernel } from "#kernel/feature.ts";
import { Html } from "#kernel/lib/html.ts";
import { callbackData, type Command, type UpdateContext } from "#kernel/telegram/index.ts";

import { listPriceAlerts } from "../price-alerts.ts";
import { signalSettings } from "../settings.ts";
import { readSubscription } from "../subscriber.ts";
import type { ExplainSignal } from "../why.ts";
import { adminSection } from "./admin-section.ts";
import { filterWords } from "./filter-words.ts";
import { makeChangeGroup } from "./jobs/change-group.ts";
import { makeSendChart } from "./jobs/send-chart.ts";
import { makeSendPerformance } from "./jobs/send-performance.ts";
import { onboardingParts } from "./onboarding.ts";
import { performanceCommand } from "./performance-command.ts";
import { portfolioCommand } from "./portfolio-list.ts";
import { priceAlertParts } from "./price-alert-list.ts";
import { settingsParts } from "./settings-screen.ts";
import { signalButtons } from "./signal-buttons.ts";
import { listParts } from "./signal-list.ts";
import { channelOffer, subscribeParts } from "./subscribe-commands.ts";
import { subscriptionLines } from "./subscription-words.ts";
import { whyParts } from "./why-command.ts";

export type SignalsChatDeps = Pick<
  Kernel,
  "db" | "clock" | "accounts" | "settings" | "texts" | "charts" | "media" | "delivery" | "members" | "jobs"
> & { readonly explainSignal: ExplainSignal };

/** Everything of signals that happens in the chat, and the background work that answers what takes longer. */
export function signalsChat(deps: SignalsChatDeps): ChatParts & Required<Pick<FeatureParts, "jobs">> {
  const sendChart = makeSendChart(deps);
  const sendPerformance = makeSendPerformance(deps);
  const changeGroup = makeChangeGroup(deps);
  const { afterStart, ...onboarding } = onboardingParts(deps);
  const { settingsSection, ...settings } = settingsParts(deps);
  const parts: readonly ChatParts[] = [
    subscribeParts({ ...deps, changeGroup }),
    listParts(deps),
    { commands: [performanceCommand({ jobs: deps.jobs, sendPerformance })] },
    { commands: [portfolioCommand] },
    priceAlertParts(deps),
    whyParts(deps),
    settings,
    onboarding,
    { callbacks: signalButtons({ ...deps, sendChart }) },
  ];
  return {
    commands: parts.flatMap(({ commands = [] }): readonly Command[] => commands),
    callbacks: parts.flatMap(({ callbacks = [] }) => callbacks),
    dialogs: parts.flatMap(({ dialogs = [] }) => dialogs),
    services: [channelOffer(deps)],
    adminSections: [adminSection],
    jobs: [sendChart, sendPerformance, changeGroup],
    startSection,
    statusSection: async (context) => await statusSection(deps, context),
    ...(settingsSection && { settingsSection }),
    ...(afterStart && { afterStart }),
  };
}

/** For who has been here before; a newcomer is asked, in a message of its own. */
async function startSection({ tx, t, chat }: UpdateContext): Promise<ChatSection | undefined> {
  const subscription = await readSubscription(tx, chat.id);
  if (subscription.changedAt === undefined) return { html: t("signals-start-new") };
  if (subscription.active) return { html: t("signals-start-on", { filter: filterWords(subscription, t) }) };
  return {
    html: t("signals-start-off"),
    buttons: [[{ text: t.plain("signals-button-subscribe"), callback: callbackData("subscribe", "on") }]],
  };
}

async function statusSection(
  { settings }: Pick<SignalsChatDeps, "settings">,
  { tx, t, chat, user, now }: UpdateContext,
): Promise<ChatSection> {
  const subscription = await readSubscription(tx, chat.id);
  const rules = await settings.read(signalSettings);
  const alerts = await listPriceAlerts(tx, chat.id);
  const lines = subscriptionLines({ subscription, settings: rules, timeZone: user.timeZone, now }, t);
  return {
    html: Html.join([
      t("signals-settings-title"),
      ...lines,
      ...(alerts.length === 0 ? [] : [t("signals-status-alerts", { count: alerts.length })]),
    ]),
  };
}
