import type { ChatParts, ChatSection, Kernel } from "#kernel/feature.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "#kernel/telegram/index.ts";
import { findModel, formatResolution, parseResolution, type VideoModel } from "#providers/video/catalogue.ts";

import { type Preference, readPreference, resetPreference, savePreference } from "../preference.ts";
import { modelSettings } from "../settings.ts";

type ChoiceDeps = Pick<Kernel, "settings">;
type What = "model" | "duration" | "resolution";

/** `/setmodel`, `/setduration`, `/setresolution`, `/reset` and studio's part of `/settings`: what the next video is made with. */
export function choiceParts(deps: ChoiceDeps): ChatParts {
  const command = (what: What) => ({
    name: `set${what}`,
    description: `studio-command-set${what}`,
    access: "user" as const,
    run: async (context: UpdateContext, args: string): Promise<void> => {
      await choose(deps, context, { what, wanted: args.trim() });
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
          const section = await settingsSection(deps, context);
          await context.reply(section?.html ?? context.t("studio-refused-no_models"));
        },
      },
    ],
    callbacks: [
      {
        prefix: "choose",
        access: "user",
        run: async (context, [what, wanted]) => {
          if (what !== "model" && what !== "duration" && what !== "resolution") return;
          const screen =
            wanted === undefined ? await choices(deps, context, what) : await take(deps, context, { what, wanted });
          if (screen !== undefined) await context.editPressed(screen);
        },
      },
    ],
    settingsSection: async (context) => await settingsSection(deps, context),
  };
}

async function current({ settings }: ChoiceDeps, { tx, user }: UpdateContext): Promise<Preference | undefined> {
  const { models } = await settings.read(modelSettings);
  return await readPreference(tx, { catalogue: models, userId: user.id });
}

async function settingsSection(deps: ChoiceDeps, context: UpdateContext): Promise<ChatSection | undefined> {
  const { t } = context;
  const preference = await current(deps, context);
  if (preference === undefined) return undefined;
  const button = (what: What): Button => ({
    text: t.plain(`studio-button-${what}`),
    callback: callbackData("choose", what),
  });
  return {
    html: t("studio-settings", {
      model: preference.model.label,
      seconds: preference.durationSeconds,
      size: formatResolution(preference.resolution),
      credits: formatCredits(priceOf(preference), t.language),
    }),
    buttons: [[button("model"), button("duration"), button("resolution")]],
  };
}

/** A typed choice; what is not offered is answered with what is. */
async function choose(deps: ChoiceDeps, context: UpdateContext, choice: { what: What; wanted: string }): Promise<void> {
  const taken = choice.wanted === "" ? undefined : await take(deps, context, choice);
  const screen = taken ?? (await choices(deps, context, choice.what, choice.wanted !== ""));
  await context.reply(screen ?? context.t("studio-refused-no_models"));
}

/** Stores a choice that is on offer. @returns the message that says so; undefined when it is not on offer. */
async function take(
  deps: ChoiceDeps,
  context: UpdateContext,
  { what, wanted }: { readonly what: What; readonly wanted: string },
): Promise<Content | undefined> {
  const { tx, t, user } = context;
  const preference = await current(deps, context);
  if (preference === undefined) return undefined;
  const { models } = await deps.settings.read(modelSettings);
  if (what === "model") {
    const model = findModel(models, wanted.toLowerCase());
    if (model?.enabled !== true) return undefined;
    await savePreference(tx, user.id, { modelId: model.id });
  } else if (what === "duration") {
    const seconds = Number(wanted.replace(/s$/i, ""));
    if (!preference.model.durations.some((offered) => offered.seconds === seconds)) return undefined;
    await savePreference(tx, user.id, { durationSeconds: seconds });
  } else {
    const size = parseResolution(wanted);
    const offered = preference.model.resolutions.find(
      ({ width, height }) => width === size?.width && height === size.height,
    );
    if (offered === undefined) return undefined;
    await savePreference(tx, user.id, { resolution: { width: offered.width, height: offered.height } });
  }
  const section = await settingsSection(deps, context);
  if (section === undefined) return undefined;
  return { kind: "text", html: section.html, keyboard: { inline: [...(section.buttons ?? []), [backButton(t)]] } };
}

async function choices(
  deps: ChoiceDeps,
  context: UpdateContext,
  what: What,
  refused = false,
): Promise<Content | undefined> {
  const { t } = context;
  const preference = await current(deps, context);
  if (preference === undefined) return undefined;
  const { models } = await deps.settings.read(modelSettings);
  const rows = choiceRows(context, { what, preference, models });
  return {
    kind: "text",
    html: t(refused ? `studio-not-offered-${what}` : `studio-choose-${what}`, { model: preference.model.label }),
    keyboard: { inline: [...rows, [backButton(t)]] },
  };
}

function choiceRows(
  { t }: UpdateContext,
  of: { readonly what: What; readonly preference: Preference; readonly models: readonly VideoModel[] },
): readonly (readonly Button[])[] {
  const { model, durationSeconds, resolution } = of.preference;
  const row = (text: string, value: string, isCurrent: boolean): readonly Button[] => [
    { text: `${isCurrent ? "● " : ""}${text}`, callback: callbackData("choose", of.what, value) },
  ];
  switch (of.what) {
    case "model":
      return of.models
        .filter(({ enabled }) => enabled)
        .map((offered) => row(modelLine(t, offered), offered.id, offered.id === model.id));
    case "duration":
      return model.durations
        .toSorted((a, b) => a.seconds - b.seconds)
        .map(({ seconds, price }) =>
          row(
            t.plain("studio-choice-duration", { seconds, credits: formatCredits(price, t.language) }),
            String(seconds),
            seconds === durationSeconds,
          ),
        );
    case "resolution":
      return model.resolutions.map((offered) =>
        row(
          `${formatResolution(offered)} (${offered.aspectRatio})`,
          formatResolution(offered),
          formatResolution(offered) === formatResolution(resolution),
        ),
      );
  }
}

/** "Demo: text to video · from 0.5 credits". */
export function modelLine(t: UpdateContext["t"], { label, durations }: VideoModel): string {
  const cheapest = durations.map(({ price }) => price).reduce((least, price) => (price < least ? price : least));
  return t.plain("studio-choice-model", { label, credits: formatCredits(cheapest, t.language) });
}

export function priceOf({ model, durationSeconds, resolution }: Preference): bigint {
  const price = model.durations.find(({ seconds }) => seconds === durationSeconds)?.price ?? 0n;
  const percent =
    model.resolutions.find((offered) => formatResolution(offered) === formatResolution(resolution))?.percent ?? 100;
  return (price * BigInt(percent) + 99n) / 100n;
}

function backButton(t: UpdateContext["t"]): Button {
  return { text: t.plain("studio-button-settings"), callback: callbackData("set", "main") };
}
