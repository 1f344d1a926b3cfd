import type { ChatParts, Kernel } from "#kernel/feature.ts";
import { oneLine } from "#kernel/lib/foreign-text.ts";
import { html, Html } from "#kernel/lib/html.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import { type Button, callbackData, type Content, plainText, type UpdateContext } from "#kernel/telegram/index.ts";

import { listSignals, type Signal } from "../signal.ts";
import { formatMove, formatPrice } from "./format-price.ts";
import { formatTime } from "./format-time.ts";
import { formatConfidence, sideOf, stateLines } from "./signal-message.ts";
import { toldUntil } from "./told-until.ts";

type ListDeps = Pick<Kernel, "settings">;

const defaultCount = 5;
const mostCount = 20;
/** One message, with room for its title. */
const longestPage = 3900;
const longestAsset = 24;

interface Page {
  readonly count: number;
  /** Older than this one. */
  readonly beforeId?: number;
}

/** `/signals [count]`: the latest ones, page by page in one message. */
export function listParts(deps: ListDeps): ChatParts {
  return {
    commands: [
      {
        name: "signals",
        description: "signals-command-signals",
        access: "user",
        run: async (context, args) => {
          const count = readCount(args);
          await context.reply(
            count === undefined ? context.t("signals-list-usage") : await pageScreen(deps, context, { count }),
          );
        },
      },
    ],
    callbacks: [
      {
        prefix: "signals",
        access: "user",
        run: async (context, [typedCount = "", before = ""]) => {
          const count = readCount(typedCount);
          if (count === undefined || !/^\d{0,15}$/.test(before)) return;
          const page: Page = { count, ...(before !== "" && { beforeId: Number(before) }) };
          await context.editPressed(await pageScreen(deps, context, page));
        },
      },
    ],
  };
}

/** 1 to 20; the default for nothing, undefined for anything else. */
function readCount(text: string): number | undefined {
  if (text.trim() === "") return defaultCount;
  const count = /^\d{1,2}$/.test(text.trim()) ? Number(text) : 0;
  return count >= 1 && count <= mostCount ? count : undefined;
}

async function pageScreen({ settings }: ListDeps, context: UpdateContext, page: Page): Promise<Content> {
  const { tx, t, chat, user, now } = context;
  const to = await toldUntil({ settings }, tx, { chatId: chat.id, now });
  const minutes = to === undefined ? 0 : Math.round((now.getTime() - to.getTime()) / 60_000);
  const found = await listSignals(tx, {
    limit: page.count + 1,
    to,
    ...(page.beforeId !== undefined && { beforeId: page.beforeId }),
  });
  const shown = fitting(
    found.slice(0, page.count).map((signal) => ({ id: signal.id, lines: entry(signal, user.timeZone, t) })),
  );
  const last = shown.at(-1);
  const buttons: Button[] = [];
  if (page.beforeId !== undefined) {
    buttons.push({ text: t.plain("signals-button-newest"), callback: callbackData("signals", page.count) });
  }
  if (last !== undefined && found.length > shown.length) {
    buttons.push({ text: t.plain("signals-button-older"), callback: callbackData("signals", page.count, last.id) });
  }
  const title = t(minutes > 0 ? "signals-list-title-free" : "signals-list-title", { minutes });
  const parts = last === undefined ? [t("signals-list-none")] : [title, ...shown.map(({ lines }) => lines)];
  return {
    kind: "text",
    html: Html.join(parts, "\n\n"),
    ...(buttons.length > 0 && { keyboard: { inline: [buttons] } }),
  };
}

interface Entry {
  readonly id: number;
  readonly lines: Html;
}

/** As many as one message takes: the next page begins with the one that does not fit. */
function fitting(entries: readonly Entry[]): readonly Entry[] {
  let room = longestPage;
  const shown: Entry[] = [];
  for (const each of entries) {
    room -= plainText(each.lines).length + 2;
    if (room < 0 && shown.length > 0) break;
    shown.push(each);
  }
  return shown;
}

function entry(signal: Signal, timeZone: string, t: Translate): Html {
  const { id, type, asset, entryPrice, targetPrice, stopLoss, confidence, timeframe, generatedAt } = signal;
  const price = (value: string): string => formatPrice(value, t.language);
  const side = sideOf(type);
  const move =
    side !== undefined && entryPrice !== undefined && targetPrice !== undefined
      ? ` (${formatMove({ from: entryPrice, to: targetPrice, side }, t.language)})`
      : "";
  const way = [
    entryPrice !== undefined && html`${price(entryPrice)}`,
    targetPrice !== undefined && html`→ ${price(targetPrice)}${move}`,
    stopLoss !== undefined && t("signals-compact-stop", { price: price(stopLoss), move: "" }),
  ].filter((part) => part !== false);
  const facts = [
    timeframe !== undefined && oneLine(timeframe, 8),
    formatConfidence(confidence, t),
    formatTime(generatedAt, { language: t.language, timeZone }),
  ].filter((part) => part !== false);
  return Html.join([
    html`${t(`signals-head-${type}`, { asset: oneLine(asset, longestAsset) })} <code>${id}</code>`,
    ...(way.length === 0 ? [] : [Html.join(way, " ")]),
    Html.text(facts.join(" · ")),
    ...stateLines(signal, t),
  ]);
}
