import { oneLine, paragraph } from "#kernel/lib/foreign-text.ts";
import { html, Html } from "#kernel/lib/html.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import { type Button, callbackData, type Content, type MediaRef, plainText } from "#kernel/telegram/index.ts";

import type { Reader } from "../announcer.ts";
import type { Decision } from "../portfolio.ts";
import type { Outcome, Signal, SignalType } from "../signal.ts";
import { formatMove, formatPrice, formatReturn, rewardToRisk } from "./format-price.ts";
import { formatTime } from "./format-time.ts";
import { numberFormat } from "./formatters.ts";

/** Where nothing can follow as a second message, since corrections and outcomes are told by editing this one. */
const longestText = 4096;
const longestCaption = 1024;
const longestName = 64;
const longestContext = 1500;
const longestNote = 500;
/** For the line that says how many notes are left out. */
const moreRoom = 40;
const barLength = 10;

/**
 * A signal as it stands now, for one kind of reader. It fits into one message of Telegram, whatever is in it.
 * @param decided what this one reader did with it.
 */
export function signalMessage(signal: Signal, reader: Reader, t: Translate, decided?: Decision): Content {
  const media = mediaOf(signal, reader);
  const room = media === undefined ? longestText : longestCaption;
  const words = reader.format === "compact" ? compact(signal, reader, t) : detailed(signal, { reader, room, t });
  const rows = reader.place === "private" ? buttonsFor(signal, t, decided) : [];
  const keyboard = rows.length > 0 && { keyboard: { inline: rows } };
  return media === undefined
    ? { kind: "text", html: words, ...keyboard }
    : { kind: "photo", media, caption: words, ...keyboard };
}

/** What has become of a signal, as a short answer to its message. */
export function newsMessage(signal: Signal, t: Translate): Content {
  const asset = oneLine(signal.asset, longestName);
  const head = t(`signals-news-${signal.type}`, { asset });
  return { kind: "text", html: Html.join([head, ...stateLines(signal, t)]) };
}

function mediaOf({ media }: Signal, { language }: Reader): MediaRef | undefined {
  if (media === undefined) return undefined;
  if (media.kind === "image") return { mediaId: media.mediaId };
  const mediaId = media.mediaIds[language] ?? Object.values(media.mediaIds)[0];
  return mediaId === undefined ? undefined : { mediaId };
}

interface Layout {
  readonly reader: Reader;
  readonly room: number;
  readonly t: Translate;
}

function detailed(signal: Signal, { reader, room, t }: Layout): Html {
  const before = [[headline(signal, t), ...stateLines(signal, t)], levelLines(signal, t), factLines(signal, reader, t)];
  const after = [hashtags(signal)];
  const fixed = blocks([...before, after]);
  const elastic = elasticBlocks(signal, room - plainText(fixed).length, t);
  return blocks([...before, ...elastic, after]);
}

/** Two lines, and a third when something has become of it. */
function compact(signal: Signal, reader: Reader, t: Translate): Html {
  const { entryPrice, targetPrice, stopLoss, type } = signal;
  const price = (value: string): string => formatPrice(value, t.language);
  const side = sideOf(type);
  const move = (to: string): string =>
    entryPrice !== undefined && side !== undefined
      ? ` (${formatMove({ from: entryPrice, to, side }, t.language)})`
      : "";
  const way = [
    entryPrice !== undefined && html`${price(entryPrice)}`,
    targetPrice !== undefined && html`→ ${price(targetPrice)}${move(targetPrice)}`,
    stopLoss !== undefined && t("signals-compact-stop", { price: price(stopLoss), move: move(stopLoss) }),
  ].filter((part) => part !== false);
  const facts = [
    signal.timeframe !== undefined && oneLine(signal.timeframe, longestName),
    formatConfidence(signal.confidence, t),
    signal.sourceModel !== undefined && oneLine(signal.sourceModel, longestName),
    formatTime(signal.generatedAt, { ...reader, language: t.language }),
    signal.demo && t.plain("signals-demo-short"),
  ].filter((part) => part !== false);
  return Html.join([
    Html.join([t(`signals-head-${type}`, { asset: oneLine(signal.asset, longestName) }), ...way], " "),
    Html.text(facts.join(" · ")),
    ...stateLines(signal, t),
  ]);
}

function headline({ type, asset, timeframe, demo }: Signal, t: Translate): Html {
  const head = t(`signals-head-${type}`, { asset: oneLine(asset, longestName) });
  const frame = timeframe === undefined ? head : html`${head} · ${oneLine(timeframe, longestName)}`;
  return demo ? Html.join([t("signals-demo"), frame]) : frame;
}

/** Cancelled, ended, corrected: the newest truth stands right below the headline. */
export function stateLines({ cancelled, outcome, correctedAt }: Signal, t: Translate): readonly Html[] {
  if (cancelled !== undefined) {
    const reason = cancelled.reason === undefined ? "" : oneLine(cancelled.reason, 200);
    return [reason === "" ? t("signals-cancelled") : t("signals-cancelled-because", { reason })];
  }
  if (outcome !== undefined) return [outcomeLine(outcome, t)];
  return correctedAt === undefined ? [] : [t("signals-corrected")];
}

/** `✅ Target reached at 48,900: +8.07%`. */
export function outcomeLine({ kind, price, returnPercent }: Outcome, t: Translate): Html {
  const at = price === undefined ? "" : t.plain("signals-at-price", { price: formatPrice(price, t.language) });
  const earned = returnPercent === undefined ? "" : formatReturn(returnPercent, t.language);
  return t(`signals-outcome-${kind}`, { at, earned, has: earned === "" ? "no" : "yes" });
}

function levelLines({ type, entryPrice, targetPrice, stopLoss }: Signal, t: Translate): readonly Html[] {
  const side = sideOf(type);
  const lines: Html[] = [];
  if (side !== undefined) lines.push(t(`signals-direction-${side}`));
  if (entryPrice !== undefined) lines.push(t("signals-level-entry", { price: formatPrice(entryPrice, t.language) }));
  for (const [key, price] of [["target", targetPrice] as const, ["stop", stopLoss] as const]) {
    if (price === undefined) continue;
    const move = entryPrice === undefined || side === undefined ? undefined : { from: entryPrice, to: price, side };
    const shown = { price: formatPrice(price, t.language) };
    lines.push(
      move === undefined
        ? t(`signals-level-${key}`, shown)
        : t(`signals-level-${key}-move`, { ...shown, move: formatMove(move, t.language) }),
    );
  }
  if (side !== undefined && entryPrice !== undefined && targetPrice !== undefined && stopLoss !== undefined) {
    const ratio = rewardToRisk({ entry: entryPrice, target: targetPrice, stop: stopLoss });
    if (ratio !== undefined) lines.push(t("signals-reward", { ratio }));
  }
  return lines;
}

function factLines(signal: Signal, reader: Reader, t: Translate): readonly Html[] {
  const full = Math.round((signal.confidence / 100) * barLength);
  const lines = [
    t("signals-confidence", {
      confidence: formatConfidence(signal.confidence, t),
      bar: "▰".repeat(full) + "▱".repeat(barLength - full),
    }),
    t("signals-time", { time: formatTime(signal.generatedAt, { ...reader, language: t.language }) }),
  ];
  const { sourceModel, performanceCategory } = signal;
  if (sourceModel !== undefined) lines.push(t("signals-model", { model: oneLine(sourceModel, longestName) }));
  if (performanceCategory !== undefined) {
    lines.push(t("signals-category", { category: oneLine(performanceCategory, longestName) }));
  }
  return lines;
}

/** The context, and as many notes as there is room for; whatever is left out is said to be. */
function elasticBlocks({ marketContext, notes }: Signal, room: number, t: Translate): readonly (readonly Html[])[] {
  let left = room;
  const parts: (readonly Html[])[] = [];
  const most = Math.min(longestContext, notes.length > 0 ? Math.floor(left / 2) : left - moreRoom);
  const context = marketContext === undefined || most < moreRoom ? "" : paragraph(marketContext, most - 4);
  if (context !== "") {
    parts.push([html`<i>${context}</i>`]);
    left -= context.length + 2;
  }
  const lines: Html[] = [];
  const shown = notes.map((note) => oneLine(note, longestNote)).filter((note) => note !== "");
  left -= 2;
  for (const [index, note] of shown.entries()) {
    const length = note.length + 3;
    const isLast = index === shown.length - 1;
    if (length + (isLast ? 0 : moreRoom) > left) break;
    lines.push(html`• ${note}`);
    left -= length;
  }
  const missing = shown.length - lines.length;
  if (missing > 0 && left >= moreRoom) lines.push(t("signals-more-notes", { count: missing }));
  return lines.length === 0 ? parts : [...parts, lines];
}

/** `#BTCUSD #buy #1H`. */
function hashtags({ asset, type, timeframe }: Signal): Html {
  const tags = [asset, type, timeframe ?? ""].map((word) =>
    word
      .replaceAll(/[^\p{L}\p{N}_]/gu, "")
      .slice(0, longestName)
      .toWellFormed(),
  );
  // Telegram makes no hashtag of nothing but digits, such as the number of a Korean share.
  const shown = tags.filter((tag) => tag !== "").map((tag) => `#${/^[\d_]+$/.test(tag) ? `A${tag}` : tag}`);
  return Html.text(shown.join(" "));
}

function buttonsFor(
  { id, type, outcome, cancelled }: Signal,
  t: Translate,
  decided: Decision | undefined,
): readonly (readonly Button[])[] {
  const button = (action: string, key = action): Button => ({
    text: t.plain(`signals-button-${key}`),
    callback: callbackData("signal", action, id),
  });
  const isOpen = outcome === undefined && cancelled === undefined && sideOf(type) !== undefined;
  const decide: readonly Button[] = [
    button("took", decided === "took" ? "taken" : "took"),
    button("skip", decided === "skipped" ? "skipped" : "skip"),
  ];
  return [isOpen ? decide : [], [button("chart"), button("mute")]];
}

/** The way a trade goes; a signal that closes or tells something has none. */
export function sideOf(type: SignalType): "buy" | "sell" | undefined {
  return type === "buy" || type === "sell" ? type : undefined;
}

export function formatConfidence(confidence: number, t: Translate): string {
  return `${numberFormat(t.language, { maximumFractionDigits: 2 }).format(confidence)}%`;
}

function blocks(groups: readonly (readonly Html[])[]): Html {
  return Html.join(
    groups.filter(({ length }) => length > 0).map((lines) => Html.join(lines)),
    "\n\n",
  );
}
