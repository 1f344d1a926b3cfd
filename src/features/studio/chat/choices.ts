import type { ChatParts, ChatSection } from "#kernel/feature.ts";
import { Html } from "#kernel/lib/html.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "#kernel/telegram/index.ts";
import { findModel, formatResolution, parseResolution } from "#providers/video/catalogue.ts";

import { readOffer } from "../on-offer.ts";
import {
  type Preference,
  type PreferenceChange,
  priceOf,
  readPreference,
  resetPreference,
  savePreference,
  toggleBetterWords,
  wantsBetterWords,
} from "../preference.ts";
import { type BetterWordsDeps, improvesWords } from "./better-words.ts";
import { billingMode, type Mode, modelLine, priceWords } from "./price.ts";

type ChoiceDeps = Pick<BetterWordsDeps, "settings" | "providers" | "improver">;

type What = "model" | "duration" | "resolution";

interface Choice {
  readonly what: What;
  /** As typed or pressed; it may be anything. */
  readonly wanted: string;
}

/** `/setmodel`, `/setduration`, `/setresolution`, `/reset` and studio's part of `/settings`: what the next video is made with. */
export function choiceParts(deps: ChoiceDeps): ChatParts {
  const command = (what: What) => ({
    name: `set${what}`,
    description: `studio-command-set${what}`,
    access: "user" as const,
    run: async (context: UpdateContext, args: string): Promise<void> => {
      await context.reply(await answerTo(deps, context, { what, wanted: args.trim() }));
    },
  });
  return {
    commands: [
      command("model"),
      command("duration"),
      command("resolution"),
      {
        name: "reset",
        description: "studio-command-reset",
        access: "user",
        run: async (context) => {
          await resetPreference(context.tx, context.user.id);
          await context.reply(await settingsScreen(deps, context));
        },
      },
    ],
    callbacks: [
      {
        prefix: "choose",
        access: "user",
        run: async (context, [what, wanted = ""]) => {
          if (what === "words" && (await improvesWords(deps))) {
            await toggleBetterWords(context.tx, context.user.id);
            await context.editPressed(await settingsScreen(deps, context));
            return;
          }
          if (what !== "model" && what !== "duration" && what !== "resolution") return;
          await context.editPressed(await answerTo(deps, context, { what, wanted }));
        },
      },
    ],
    settingsSection: async (context) => await settingsSection(deps, context),
  };
}

/** The choices; a choice that is on offer is taken, one that is not is answered with those that are. */
async function answerTo(deps: ChoiceDeps, context: UpdateContext, choice: Choice): Promise<Content> {
  const { tx, user } = context;
  const preference = await current(deps, context);
  if (preference === undefined) return nothingOnOffer(context);
  const change = choice.wanted === "" ? undefined : await findChoice(deps, preference, choice);
  if (change === undefined) return await choices(deps, context, { ...choice, preference });
  await savePreference(tx, user.id, change);
  return await settingsScreen(deps, context);
}

async function current(deps: ChoiceDeps, { tx, user }: UpdateContext): Promise<Preference | undefined> {
  return await readPreference(tx, { catalogue: await readOffer(deps), userId: user.id });
}

/** What is to be stored; undefined when it is not on offer. */
async function findChoice(
  deps: ChoiceDeps,
  { model: { durations, resolutions } }: Preference,
  { what, wanted }: Choice,
): Promise<PreferenceChange | undefined> {
  switch (what) {
    case "model": {
      const model = findModel(await readOffer(deps), wanted.toLowerCase());
      return model?.enabled === true ? { modelId: model.id } : undefined;
    }
    case "duration": {
      const typed = /^(\d{1,3})\s*s?$/i.exec(wanted)?.[1];
      const duration = durations.find(({ seconds }) => seconds === Number(typed));
      return duration && { durationSeconds: duration.seconds };
    }
    case "resolution": {
      const typed = parseResolution(wanted);
      const resolution = resolutions.find(({ width, height }) => width === typed?.width && height === typed.height);
      return resolution && { resolution: { width: resolution.width, height: resolution.height } };
    }
  }
}

async function settingsSection(deps: ChoiceDeps, context: UpdateContext): Promise<ChatSection | undefined> {
  const { t } = context;
  const preference = await current(deps, context);
  if (preference === undefined) return undefined;
  const button = (what: What): Button => ({
    text: t.plain(`studio-button-${what}`),
    callback: callbackData("choose", what),
  });
  const hasWords = await improvesWords(deps);
  const wantsWords = hasWords && (await wantsBetterWords(context.tx, context.user.id));
  const html = t("studio-settings", {
    model: preference.model.label,
    seconds: preference.durationSeconds,
    size: formatResolution(preference.resolution),
    price: priceWords(t, await billingMode(deps), priceOf(preference)),
  });
  const rows = [[button("model"), button("duration"), button("resolution")]];
  if (!hasWords) return { html, buttons: rows };
  const words = { text: t.plain("studio-button-words"), callback: callbackData("choose", "words") };
  return {
    html: Html.join([html, t("studio-settings-words", { wanted: wantsWords ? "yes" : "no" })]),
    buttons: [...rows, [words]],
  };
}

/** Studio's part of the settings as a message of its own. */
async function settingsScreen(deps: ChoiceDeps, context: UpdateContext): Promise<Content> {
  const section = await settingsSection(deps, context);
  if (section === undefined) return nothingOnOffer(context);
  return {
    kind: "text",
    html: section.html,
    keyboard: { inline: [...(section.buttons ?? []), [backButton(context)]] },
  };
}

async function choices(
  deps: ChoiceDeps,
  context: UpdateContext,
  { what, wanted, preference }: Choice & { readonly preference: Preference },
): Promise<Content> {
  const rows = await choiceRows(deps, context, { what, preference });
  return {
    kind: "text",
    html: context.t(wanted === "" ? `studio-choose-${what}` : `studio-not-offered-${what}`, {
      model: preference.model.label,
    }),
    keyboard: { inline: [...rows, [backButton(context)]] },
  };
}

async function choiceRows(
  deps: ChoiceDeps,
  { t }: UpdateContext,
  { what, preference }: { readonly what: What; readonly preference: Preference },
): Promise<readonly (readonly Button[])[]> {
  const { model, durationSeconds, resolution } = preference;
  const mode: Mode = await billingMode(deps);
  const row = (text: string, value: string, isCurrent: boolean): readonly Button[] => [
    { text: `${isCurrent ? "● " : ""}${text}`, callback: callbackData("choose", what, value) },
  ];
  switch (what) {
    case "model": {
      const models = await readOffer(deps);
      return models
        .filter(({ enabled }) => enabled)
        .map((offered) => row(modelLine(t, mode, offered), offered.id, offered.id === model.id));
    }
    case "duration":
      return model.durations
        .map(({ seconds }) => seconds)
        .toSorted((a, b) => a - b)
        .map((seconds) => {
          const price = priceWords(t, mode, priceOf({ ...preference, durationSeconds: seconds }));
          const text = t.plain("studio-choice-duration", { seconds, price });
          return row(text, String(seconds), seconds === durationSeconds);
        });
    case "resolution":
      return model.resolutions.map((offered) => {
        const size = formatResolution(offered);
        return row(`${size} (${offered.aspectRatio})`, size, size === formatResolution(resolution));
      });
  }
}

function nothingOnOffer({ t }: UpdateContext): Content {
  return { kind: "text", html: t("studio-refused-no_models") };
}

function backButton({ t }: UpdateContext): Button {
  return { text: t.plain("studio-button-settings"), callback: callbackData("set", "main") };
}
