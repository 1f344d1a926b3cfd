import type { ChatParts, Kernel } from "#kernel/feature.ts";
import { oneLine } from "#kernel/lib/foreign-text.ts";
import { html, Html } from "#kernel/lib/html.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import { type Button, callbackData, type Content, type UpdateContext } from "#kernel/telegram/index.ts";

import { addPriceAlert, listPriceAlerts, type PriceAlert, removePriceAlert } from "../price-alerts.ts";
import { signalSettings } from "../settings.ts";
import { formatPrice } from "./format-price.ts";
import { pointAt } from "./point-at.ts";
import { parseCondition } from "./price-condition.ts";

type AlertDeps = Pick<Kernel, "settings">;

const longestAsset = 24;
/** Buttons that a phone can still show. */
const mostButtons = 30;

/** `/alert BTC/USD > 50000` sets one, `/alert` lists them with buttons that remove. */
export function priceAlertParts(deps: AlertDeps): ChatParts {
  return {
    commands: [
      {
        name: "alert",
        description: "signals-command-alert",
        access: "user",
        run: async (context, args) => {
          const text = args.trim();
          await context.reply(text === "" ? await listScreen(context) : await add(deps, context, text));
        },
      },
    ],
    callbacks: [
      {
        prefix: "alert",
        access: "user",
        run: async (context, [id = ""]) => {
          const { tx, t, chat, answer } = context;
          const removed = /^\d{1,15}$/.test(id) && (await removePriceAlert(tx, { chatId: chat.id, id: Number(id) }));
          answer(t.plain(removed ? "signals-alert-removed" : "signals-alert-gone"));
          await context.editPressed(await listScreen(context));
        },
      },
    ],
  };
}

async function add({ settings }: AlertDeps, { tx, t, chat, user, now }: UpdateContext, text: string): Promise<Content> {
  const parsed = parseCondition(text);
  if (!parsed.ok) {
    const words = [
      t(`signals-alert-mistake-${parsed.reason}`),
      html`<pre>${pointAt(text, parsed)}</pre>`,
      t("signals-alert-help"),
    ];
    return { kind: "text", html: Html.join(words) };
  }
  const { alertsPerChat: most } = await settings.read(signalSettings);
  const alert = await addPriceAlert(tx, { ...parsed.condition, chatId: chat.id, userId: user.id, now, most });
  if (alert === undefined) return { kind: "text", html: t("signals-alert-too-many", { most }) };
  return {
    kind: "text",
    html: t(`signals-alert-set-${alert.direction}`, wordsOf(alert, t)),
    keyboard: { inline: [[removeButton(alert, t)]] },
  };
}

async function listScreen({ tx, t, chat }: UpdateContext): Promise<Content> {
  const alerts = await listPriceAlerts(tx, chat.id);
  if (alerts.length === 0) return { kind: "text", html: Html.join([t("signals-alert-none"), t("signals-alert-help")]) };
  return {
    kind: "text",
    html: Html.join([t("signals-alert-list", { count: alerts.length }), t("signals-alert-help")]),
    keyboard: { inline: alerts.slice(0, mostButtons).map((alert) => [removeButton(alert, t)]) },
  };
}

function removeButton(alert: PriceAlert, t: Translate): Button {
  return {
    text: t.plain(`signals-alert-remove-${alert.direction}`, wordsOf(alert, t)),
    callback: callbackData("alert", alert.id),
  };
}

function wordsOf({ asset, price }: PriceAlert, t: Translate): { readonly asset: string; readonly price: string } {
  return { asset: oneLine(asset, longestAsset), price: formatPrice(price, t.language) };
}
