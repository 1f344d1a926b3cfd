import type { Message } from "grammy/types";

import type { ChatParts, Kernel } from "#kernel/feature.ts";
import { oneLine } from "#kernel/lib/foreign-text.ts";
import { html, Html } from "#kernel/lib/html.ts";
import type { Translate } from "#kernel/lib/texts.ts";
import type { UpdateContext } from "#kernel/telegram/index.ts";

import { findSignal, listSignals, type Signal } from "../signal.ts";
import type { ExplainSignal, Rule, Why } from "../why.ts";
import { listed } from "./filter-words.ts";
import { formatTime } from "./format-time.ts";
import { formatConfidence } from "./signal-message.ts";
import { rangeWords } from "./subscription-words.ts";
import { isTold, toldUntil } from "./told-until.ts";

export interface WhyDeps extends Pick<Kernel, "settings"> {
  readonly explainSignal: ExplainSignal;
}

/** `/why` as an answer to a signal, `/why 123`, or `/why` for the latest: what decided whether it came, with the times. */
export function whyParts(deps: WhyDeps): ChatParts {
  return {
    commands: [
      {
        name: "why",
        description: "signals-command-why",
        access: "user",
        run: async (context, args) => {
          await context.reply(await answer(deps, context, args.trim()));
        },
      },
    ],
  };
}

async function answer(deps: WhyDeps, context: UpdateContext, typed: string): Promise<Html> {
  const { tx, t, chat, user, now } = context;
  const until = await toldUntil(deps, tx, { chatId: chat.id, now });
  const signal = await signalAsked(context, typed, until);
  if (signal === undefined) return t("signals-why-usage");
  const why = await deps.explainSignal(tx, { signalId: signal.id, chatId: chat.id });
  if (isTold(signal, until))
    return Html.join([heading(signal, context), whyText(why, { t, timeZone: user.timeZone })], "\n\n");
  // He is not to hear of it yet: only that it waits, if it does.
  return why.verdict === "waiting" ? whyText(why, { t, timeZone: user.timeZone }) : t("signals-why-usage");
}

async function signalAsked(
  { tx, update }: UpdateContext,
  typed: string,
  until: Date | undefined,
): Promise<Signal | undefined> {
  if (typed !== "") {
    const id = /^#?(\d{1,15})$/.exec(typed)?.[1];
    return id === undefined ? undefined : await findSignal(tx, Number(id));
  }
  const answered = update.message?.reply_to_message;
  if (answered !== undefined) {
    const id = signalOf(answered);
    return id === undefined ? undefined : await findSignal(tx, id);
  }
  return (await listSignals(tx, { limit: 1, to: until }))[0];
}

/** Telegram brings the buttons of an answered message along, and they name the signal. */
function signalOf({ reply_markup: markup }: Pick<Message, "reply_markup">): number | undefined {
  for (const button of markup?.inline_keyboard.flat() ?? []) {
    const id = "callback_data" in button ? /^signal:\w+:(\d{1,15})$/.exec(button.callback_data)?.[1] : undefined;
    if (id !== undefined) return Number(id);
  }
  return undefined;
}

function heading({ id, type, asset, createdAt }: Signal, { t, user }: UpdateContext): Html {
  const head = t(`signals-head-${type}`, { asset: oneLine(asset, 40) });
  const came = t("signals-why-came", {
    time: formatTime(createdAt, { language: t.language, timeZone: user.timeZone }),
  });
  return Html.join([html`${head} <code>${id}</code>`, came]);
}

/** What decided, in words. */
export function whyText(why: Why, { t, timeZone }: { readonly t: Translate; readonly timeZone: string }): Html {
  const time = (at: Date): string => formatTime(at, { language: t.language, timeZone });
  switch (why.verdict) {
    case "unknown_signal":
      return t("signals-why-usage");
    case "delivered":
      return Html.join([
        t(`signals-why-delivered-${why.tier}`, { at: time(why.at), after: timeBetween(why.queuedAt, why.at, t) }),
        ...(why.readAt === undefined ? [] : [t("signals-why-read", { at: time(why.readAt) })]),
      ]);
    case "waiting":
      return Html.join([
        t(`signals-why-waiting-${why.because}`),
        ...(why.until === undefined ? [] : [t("signals-why-until", { at: time(why.until) })]),
      ]);
    case "not_delivered":
      return Html.join([
        t(`signals-why-${why.state}`),
        ...(why.reason === undefined ? [] : [t("signals-why-reason", { reason: oneLine(why.reason, 200) })]),
        ...(why.at === undefined ? [] : [t("signals-why-when", { at: time(why.at) })]),
      ]);
    case "not_matched":
      return Html.join([
        ruleText(why.rule, { t, time }),
        ...(why.changedSince === undefined ? [] : [t("signals-why-changed", { at: time(why.changedSince) })]),
      ]);
  }
}

function timeBetween(from: Date, to: Date, t: Translate): string {
  const seconds = Math.max(0, (to.getTime() - from.getTime()) / 1000);
  if (seconds >= 120) return t.plain("signals-why-minutes", { minutes: Math.round(seconds / 60) });
  const shown = new Intl.NumberFormat(t.language, { maximumFractionDigits: seconds < 10 ? 1 : 0 }).format(seconds);
  return t.plain("signals-why-seconds", { seconds: shown });
}

interface Words {
  readonly t: Translate;
  readonly time: (at: Date) => string;
}

function ruleText(rule: Rule, { t, time }: Words): Html {
  switch (rule.rule) {
    case "not_subscribed":
    case "none":
      return t(`signals-why-rule-${rule.rule}`);
    case "subscribed_later":
    case "unsubscribed":
    case "subscription_ended":
    case "signal_expired":
      return t(`signals-why-rule-${rule.rule}`, { at: time(rule.at) });
    case "type":
    case "asset":
    case "timeframe":
    case "model":
      return wantedText(rule, t);
    case "confidence":
      return t("signals-why-rule-confidence", {
        wanted: formatConfidence(rule.wanted, t),
        was: formatConfidence(rule.was, t),
      });
    case "asset_muted":
      return t("signals-why-rule-asset_muted", { asset: oneLine(rule.asset, 40) });
    case "hours":
      return t("signals-why-rule-hours", { range: rangeWords(rule), at: time(rule.at), zone: rule.timeZone });
  }
}

function wantedText({ rule, wanted, was }: Extract<Rule, { readonly wanted: readonly string[] }>, t: Translate): Html {
  const named = (value: string): string => (rule === "type" ? t.plain(`signals-type-${value}`) : oneLine(value, 40));
  return t(`signals-why-rule-${rule}`, {
    wanted: listed(wanted.map(named), t),
    was: was === undefined ? "–" : named(was),
  });
}
