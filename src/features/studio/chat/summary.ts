import { createHash } from "node:crypto";

import type { User } from "#kernel/accounts/index.ts";
import type { Tx } from "#kernel/db/index.ts";
import type { Kernel } from "#kernel/feature.ts";
import { Html, html } from "#kernel/lib/html.ts";
import { formatCredits } from "#kernel/lib/money.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import { type Button, callbackData, type Content } from "#kernel/telegram/index.ts";
import { formatResolution } from "#providers/video/catalogue.ts";

import type { Improvement } from "../improvement.ts";
import { type Preference, priceOf } from "../preference.ts";
import { billingSettings } from "../settings.ts";
import type { Draft } from "./draft.ts";
import type { Mode } from "./price.ts";

/** Whom it is shown to. */
export interface Reader {
  readonly tx: Tx;
  readonly t: Translate;
  readonly user: User;
}

export interface Summary {
  /** Tells it from every other of the person's. */
  readonly name: string;
  readonly preference: Preference;
  readonly hasImage: boolean;
  /** Words that stand nowhere else in the chat. */
  readonly quote?: readonly Html[];
  /** Better words may be asked for, or have been. */
  readonly words?: "offered" | Pick<Improvement, "state" | "improved"> | undefined;
}

/** What is going to be ordered, its price, and the buttons that decide. */
export async function summaryContent(
  { settings, ledger }: Pick<Kernel, "settings" | "ledger">,
  { tx, t, user }: Reader,
  { name, preference, hasImage, quote = [], words }: Summary,
): Promise<Content> {
  const { mode, freePerDay } = await settings.read(billingSettings);
  const { available } = await ledger.balance(tx, user.id);
  const price =
    mode === "free"
      ? t("studio-generate-free", { perDay: freePerDay })
      : t("studio-generate-price", {
          price: formatCredits(priceOf(preference), t.language),
          available: formatCredits(available, t.language),
        });
  const choices = t("studio-generate-summary", {
    model: preference.model.label,
    seconds: preference.durationSeconds,
    size: formatResolution(preference.resolution),
    image: hasImage ? "yes" : "no",
  });
  return {
    kind: "text",
    html: Html.join([...quote, choices, ...wordsNote(t, words), price]),
    keyboard: { inline: buttons(t, words, termsOf({ name, preference, mode })) },
  };
}

/** What a Go carries, to be taken for these terms and no others: summaries stay in the chat while choices and prices change. */
export function termsOf({
  name,
  preference,
  mode,
}: Pick<Summary, "name" | "preference"> & { readonly mode: Mode }): string {
  const { model, durationSeconds, resolution } = preference;
  const price = mode === "free" ? 0n : priceOf(preference);
  return createHash("sha256")
    .update([name, model.id, durationSeconds, formatResolution(resolution), price].join(" "))
    .digest("base64url")
    .slice(0, 12);
}

/** Words that stand in no message of the person's; `promptOf` reads them here. */
export function quoteOf({ words, messageId }: Draft): readonly Html[] {
  return words === undefined || messageId !== undefined ? [] : [html`<blockquote>${words}</blockquote>`];
}

function wordsNote(t: Translate, words: Summary["words"]): readonly Html[] {
  if (words === undefined || words === "offered") return [];
  if (words.improved !== undefined) return [t("studio-improve-ready", { words: words.improved })];
  return words.state === "asked" ? [t("studio-improve-asked")] : [t("studio-improve-failed")];
}

function buttons(t: Translate, words: Summary["words"], terms: string): readonly (readonly Button[])[] {
  const own = callbackData("generate", "go", terms);
  const go: Button = { text: t.plain("studio-button-go"), style: "success", callback: own };
  const stop: Button = { text: t.plain("studio-button-stop"), callback: callbackData("generate", "stop") };
  if (words === "offered") {
    return [[go, stop], [{ text: t.plain("studio-button-improve"), callback: callbackData("generate", "improve") }]];
  }
  if (words?.improved === undefined) return [[go, stop]];
  const better = callbackData("generate", "improved", terms);
  return [
    [{ text: t.plain("studio-button-go-improved"), style: "success", callback: better }],
    [{ text: t.plain("studio-button-go-own"), callback: own }, stop],
  ];
}
