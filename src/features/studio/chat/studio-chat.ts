import type { ChatParts, ChatSection } from "#kernel/feature.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import { callbackData, type Command, type MessageRoute, type UpdateContext } from "#kernel/telegram/index.ts";

import { readOffer } from "../on-offer.ts";
import { priceOf, readPreference } from "../preference.ts";
import { billingSettings } from "../settings.ts";
import { type BetterWordsDeps, improvesFirst } from "./better-words.ts";
import { choiceParts } from "./choices.ts";
import { beginWithWords, generateParts } from "./generate.ts";
import { groupRulesParts } from "./group-rules-screen.ts";
import { mentionRoute } from "./group.ts";
import { inlineRoute, makeLink } from "./inline.ts";
import { leaveRoute } from "./leave-group.ts";
import { orderFromChat } from "./ordering.ts";
import { promptOf } from "./prompt.ts";
import { repeatButtons, type RepeatDeps } from "./repeat.ts";

export interface StudioChatDeps extends RepeatDeps, BetterWordsDeps {
  readonly stats: Command;
}

/** Everything of studio that happens in the chat. */
export function studioChat(deps: StudioChatDeps): ChatParts {
  const generate = generateParts(deps);
  const choices = choiceParts(deps);
  const rules = groupRulesParts(deps);
  return {
    commands: [...(generate.commands ?? []), ...(choices.commands ?? []), deps.stats],
    startLinks: [...(generate.startLinks ?? []), makeLink(deps)],
    callbacks: [
      ...(generate.callbacks ?? []),
      ...(choices.callbacks ?? []),
      ...repeatButtons(deps),
      ...(rules.callbacks ?? []),
    ],
    dialogs: generate.dialogs ?? [],
    messages: [promptRoute(deps)],
    mentions: [mentionRoute(deps)],
    inline: inlineRoute(deps),
    services: [leaveRoute(deps)],
    startSection: async (context) => await startSection(deps, context),
    ...(choices.settingsSection && { settingsSection: choices.settingsSection }),
    ...(rules.groupSettingsSection && { groupSettingsSection: rules.groupSettingsSection }),
  };
}

/** A plain message is a prompt. Low priority: whoever waits for an answer gets it first. */
function promptRoute(deps: StudioChatDeps): MessageRoute {
  return {
    name: "studio.prompt",
    priority: 0,
    run: async (context, message) => {
      if (context.chat.type !== "private") return "pass";
      const prompt = promptOf(message);
      if (prompt === undefined) await context.reply(context.t("studio-refused-not_a_prompt"));
      else if (await improvesFirst(deps, context, prompt.text)) await beginWithWords(deps, context, message);
      else await orderFromChat(deps, context, { prompt });
      return "handled";
    },
  };
}

async function startSection(deps: StudioChatDeps, { tx, t, user }: UpdateContext): Promise<ChatSection | undefined> {
  const preference = await readPreference(tx, { catalogue: await readOffer(deps), userId: user.id });
  if (preference === undefined) return undefined;
  const { mode, freePerDay } = await deps.settings.read(billingSettings);
  const args = { model: preference.model.label, seconds: preference.durationSeconds };
  const stepByStep = { text: t.plain("studio-start-generate"), callback: callbackData("generate") };
  if (mode === "free")
    return { html: t("studio-start-free", { ...args, perDay: freePerDay }), buttons: [[stepByStep]] };
  return {
    html: t("studio-start", { ...args, credits: formatCredits(priceOf(preference), t.language) }),
    buttons: [[{ text: t.plain("studio-start-buy"), callback: callbackData("buy") }, stepByStep]],
  };
}
