import { oneLine } from "#kernel/lib/foreign-text.ts";
import { html, Html } from "#kernel/lib/html.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import type { Command } from "#kernel/telegram/index.ts";

import { type Position, readPortfolio } from "../portfolio.ts";
import { formatSignedPercent } from "./format-number.ts";
import { formatPrice, formatReturn } from "./format-price.ts";

const mostShown = 20;
/** More than anybody takes by hand; the sums are over these. */
const mostCounted = 500;
const longestAsset = 24;

/** `/portfolio`: what somebody took, what is open and how the rest went. */
export const portfolioCommand: Command = {
  name: "portfolio",
  description: "signals-command-portfolio",
  access: "user",
  run: async ({ tx, t, user, reply }) => {
    const taken = await readPortfolio(tx, { userId: user.id, decision: "took", limit: mostCounted });
    await reply(taken.length === 0 ? t("signals-portfolio-empty") : portfolioText(taken, t));
  },
};

function portfolioText(taken: readonly Position[], t: Translate): Html {
  const open = taken.filter(({ outcome }) => outcome === undefined);
  const closed = taken.filter(({ outcome }) => outcome !== undefined);
  const returns = closed.flatMap(({ returnPercent }) => (returnPercent === undefined ? [] : [Number(returnPercent)]));
  const sum = returns.reduce((total, each) => total + each, 0);
  const wins = returns.filter((each) => each > 0).length;
  const parts = [t("signals-portfolio-title", { open: open.length, closed: closed.length })];
  if (open.length > 0) parts.push(section("signals-portfolio-open", open, t));
  if (closed.length > 0) parts.push(section("signals-portfolio-closed", closed, t));
  if (returns.length > 0) {
    parts.push(t("signals-portfolio-sum", { sum: formatSignedPercent(sum, t), wins, count: returns.length }));
  }
  return Html.join(parts, "\n\n");
}

function section(title: string, positions: readonly Position[], t: Translate): Html {
  const lines = positions.slice(0, mostShown).map((position) => line(position, t));
  const missing = positions.length - lines.length;
  return Html.join([t(title), ...lines, ...(missing > 0 ? [t("signals-portfolio-more", { count: missing })] : [])]);
}

/** `🟢 BUY BTC/USD 45,250 → 46,000: +1.66%`. */
function line({ type, asset, entryPrice, lastPrice, outcome, returnPercent }: Position, t: Translate): Html {
  const price = (value: string): string => formatPrice(value, t.language);
  const until = outcome === undefined ? lastPrice : outcome.price;
  const way = [entryPrice, until].filter((each) => each !== undefined).map(price);
  const earned = returnPercent === undefined ? "" : `: ${formatReturn(returnPercent, t.language)}`;
  return html`${t(`signals-head-${type}`, { asset: oneLine(asset, longestAsset) })} ${way.join(" → ")}${earned}`;
}
