import type { Kernel } from "#kernel/feature.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import { cheapestPrice, type VideoModel } from "#providers/video/catalogue.ts";

import { billingSettings } from "../settings.ts";

export type Mode = "credits" | "free";

export async function billingMode({ settings }: Pick<Kernel, "settings">): Promise<Mode> {
  return (await settings.read(billingSettings)).mode;
}

/** "1.5 credits", or that it is free. */
export function priceWords(t: Translate, mode: Mode, price: bigint): string {
  return mode === "free"
    ? t.plain("studio-price-free")
    : t.plain("studio-price", { credits: formatCredits(price, t.language) });
}

/** A model as people choose it: "Demo: text to video · from 0.5 credits". */
export function modelLine(t: Translate, mode: Mode, model: VideoModel): string {
  const { label } = model;
  if (mode === "free") return label;
  return t.plain("studio-choice-model", { label, price: priceWords(t, mode, cheapestPrice(model)) });
}
