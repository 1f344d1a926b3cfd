import type { Tx } from "#kernel/db/index.ts";
import { html, Html } from "#kernel/lib/html.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import { type Button, callbackData, type Content } from "#kernel/telegram/index.ts";

import { previewFilter } from "../preview-filter.ts";
import {
  changeSubscription,
  defaultFilter,
  type Filter,
  readSubscription,
  type SubscriberDeps,
} from "../subscriber.ts";
import { type FilterMistake, parseFilter } from "./filter-grammar.ts";
import { filterWords } from "./filter-words.ts";
import { pointAt } from "./point-at.ts";

/** Whose filter it is: a person's in his private chat, or a group's or channel's. */
export interface FilterOwner {
  readonly tx: Tx;
  readonly t: Translate;
  readonly now: Date;
  readonly chatId: number;
  readonly userId: number | undefined;
  /** In a chat of several people nobody may press for all: no buttons. */
  readonly place: "private" | "shared";
}

type Condition = keyof Filter;

const weekMs = 7 * 24 * 60 * 60_000;
const mostOffers = 3;
const conditions = Object.keys(defaultFilter) as readonly Condition[];

/** What `/filter` answers: shows, changes, or points at what cannot be understood. */
export async function answerFilter(deps: SubscriberDeps, owner: FilterOwner, typed: string): Promise<Content> {
  const text = typed.trim();
  if (text === "") return await filterScreen(owner, "signals-filter-now");
  if (/^(reset|초기화)$/i.test(text)) return await resetFilter(deps, owner);
  const parsed = parseFilter(text);
  if (!parsed.ok) return { kind: "text", html: explainMistake(text, parsed.mistake, owner.t) };
  return await changeFilter(deps, owner, parsed.change);
}

export async function resetFilter(deps: SubscriberDeps, owner: FilterOwner): Promise<Content> {
  return await changeFilter(deps, owner, defaultFilter);
}

/** Takes one condition away. */
export async function dropCondition(deps: SubscriberDeps, owner: FilterOwner, condition: string): Promise<Content> {
  if (!isCondition(condition)) return await filterScreen(owner, "signals-filter-now");
  return await changeFilter(deps, owner, { [condition]: defaultFilter[condition] });
}

function isCondition(text: string): text is Condition {
  return Object.hasOwn(defaultFilter, text);
}

async function changeFilter(deps: SubscriberDeps, owner: FilterOwner, change: Partial<Filter>): Promise<Content> {
  const { tx, chatId, userId } = owner;
  await changeSubscription(deps, tx, { chatId, userId, change });
  return await filterScreen(owner, "signals-filter-set");
}

/** The filter in words, what it would have let pass, and ways to let more pass when that is nothing. */
async function filterScreen(owner: FilterOwner, title: string): Promise<Content> {
  const { tx, t, chatId, place } = owner;
  const subscription = await readSubscription(tx, chatId);
  const { passed, total } = await preview(owner, subscription);
  const parts = [
    Html.join([
      t(title),
      filterWords(subscription, t),
      total === 0 ? t("signals-filter-no-signals") : t("signals-filter-count", { passed, total }),
    ]),
    ...(subscription.active ? [] : [t("signals-filter-not-subscribed")]),
    ...(title === "signals-filter-now" ? [t("signals-filter-help")] : []),
  ];
  const set = conditions.filter((condition) => isSet(subscription, condition));
  const rows =
    place === "shared" || set.length === 0
      ? []
      : [
          ...(passed === 0 && total > 0 ? await offers(owner, subscription, set) : []),
          [{ text: t.plain("signals-button-reset-filter"), callback: callbackData("filter", "reset") }],
        ];
  return { kind: "text", html: Html.join(parts, "\n\n"), ...(rows.length > 0 && { keyboard: { inline: rows } }) };
}

async function preview(
  { tx, now }: FilterOwner,
  filter: Filter,
): Promise<{ readonly passed: number; readonly total: number }> {
  return await previewFilter(tx, { filter, from: new Date(now.getTime() - weekMs), to: now });
}

/** What would pass without one of the conditions, the most promising first. */
async function offers(
  owner: FilterOwner,
  filter: Filter,
  set: readonly Condition[],
): Promise<readonly (readonly Button[])[]> {
  const found: { readonly condition: Condition; readonly more: number }[] = [];
  for (const condition of set) {
    const { passed: more } = await preview(owner, { ...filter, [condition]: defaultFilter[condition] });
    if (more > 0) found.push({ condition, more });
  }
  return found
    .toSorted((a, b) => b.more - a.more)
    .slice(0, mostOffers)
    .map(({ condition, more }) => [
      {
        text: owner.t.plain(`signals-button-without-${condition.toLowerCase()}`, { more }),
        callback: callbackData("filter", "drop", condition),
      },
    ]);
}

function isSet(filter: Filter, condition: Condition): boolean {
  const value = filter[condition];
  return typeof value === "number" ? value > 0 : value.length > 0;
}

function explainMistake(text: string, mistake: FilterMistake, t: Translate): Html {
  const { reason, found, suggestion } = mistake;
  return Html.join([
    t(`signals-mistake-${reason}`, { found: found.slice(0, 40) }),
    html`<pre>${pointAt(text, mistake)}</pre>`,
    ...(suggestion === undefined ? [] : [t("signals-mistake-suggestion", { suggestion })]),
    t("signals-filter-help"),
  ]);
}
