import { createHash } from "node:crypto";

import type { AdminScreen, AdminView, Kernel } from "#kernel/feature.ts";
import { Html } from "#kernel/lib/html.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import type { Button } from "#kernel/telegram/index.ts";
import type { VideoModel } from "#providers/video/catalogue.ts";

import type { ModelDifference } from "../../edit-model.ts";
import { moneyWords } from "../../money-words.ts";
import { billingSettings, modelSettings } from "../../settings.ts";

export interface ModelsSectionDeps extends Pick<Kernel, "settings" | "accounts"> {
  readonly providers: { readonly has: (id: string) => boolean };
}

/** A model's id is too long for a button beside everything else. */
export function modelCode({ id }: Pick<VideoModel, "id">): string {
  return createHash("sha256").update(id).digest("base64url").slice(0, 8);
}

/** The model that a button names; undefined when it has been taken off the list since. */
export async function modelNamed(
  { settings }: Pick<Kernel, "settings">,
  code: string | undefined,
): Promise<VideoModel | undefined> {
  const { models } = await settings.read(modelSettings);
  return models.find((model) => modelCode(model) === code);
}

export function goneScreen({ t }: Pick<AdminView, "t">): AdminScreen {
  return { html: t("studio-admin-model-gone") };
}

export function stateOf(
  { providers }: Pick<ModelsSectionDeps, "providers">,
  { provider, enabled }: VideoModel,
): "on" | "off" | "unplugged" {
  if (!enabled) return "off";
  return providers.has(provider) ? "on" : "unplugged";
}

/** What a video of one length brings, costs and leaves. */
export function lengthWords(
  { price, costUsdMicros }: Pick<VideoModel["durations"][number], "price" | "costUsdMicros">,
  by: Parameters<typeof moneyWords>[1],
): ReturnType<typeof moneyWords> {
  return moneyWords({ revenue: price, costUsdMicros: Number(costUsdMicros) }, by);
}

/** One model: its lengths with price, cost and margin, and what can be changed of it. */
export async function modelScreen(
  deps: ModelsSectionDeps,
  { t, open, act }: AdminView,
  model: VideoModel,
): Promise<AdminScreen> {
  const { usdPerCredit } = await deps.settings.read(billingSettings);
  const code = modelCode(model);
  const prices = model.durations.map(({ seconds, price }) => {
    const text = t.plain("studio-admin-button-price", { seconds, credits: formatCredits(price, t.language) });
    return act({ text }, "price", code, seconds);
  });
  return {
    html: Html.join([
      t("studio-admin-model", { name: model.label, id: model.id, provider: model.provider }),
      t(`studio-admin-model-${stateOf(deps, model)}`),
      ...model.durations.map((each) =>
        t("studio-admin-model-price", { seconds: each.seconds, ...lengthWords(each, { t, usdPerCredit }) }),
      ),
    ]),
    buttons: [
      ...inThrees(prices),
      [
        act({ text: t.plain("studio-admin-button-margin") }, "margin", code),
        open(t.plain(`studio-admin-button-${model.enabled ? "off" : "on"}`), "switch", code),
      ],
    ],
  };
}

function inThrees(buttons: readonly Button[]): readonly (readonly Button[])[] {
  return buttons.flatMap((_button, at) => (at % 3 === 0 ? [buttons.slice(at, at + 3)] : []));
}

/** A change in words: `veo-3-fast, 8 s: 4 → 5`. */
export function differenceLine({ t }: AdminView, { model, what, before, after }: ModelDifference): Html {
  if (what === "enabled")
    return t(`studio-admin-difference-${after === "true" ? "turned-on" : "turned-off"}`, { model });
  if (typeof what !== "number") return t(`studio-admin-difference-${what}`, { model });
  return t("studio-admin-difference-price", {
    model,
    seconds: what,
    before: formatCredits(BigInt(before), t.language),
    after: formatCredits(BigInt(after), t.language),
  });
}
