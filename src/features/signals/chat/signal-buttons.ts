import type { CallbackQuery } from "grammy/types";

import type { Kernel } from "#kernel/feature.ts";
import type { Job, JobQueue } from "#kernel/jobs/index.ts";
import { oneLine } from "#kernel/lib/foreign-text.ts";
import type { CallbackRoute, Content, UpdateContext } from "#kernel/telegram/index.ts";

import type { Reader } from "../announcer.ts";
import { decide, type Decision, noteReading } from "../portfolio.ts";
import { findSignal, type Signal } from "../signal.ts";
import { readSubscription, setMuted } from "../subscriber.ts";
import { formatPrice } from "./format-price.ts";
import type { ChartQuestion } from "./jobs/send-chart.ts";
import { signalMessage } from "./signal-message.ts";
import { isTold, toldUntil } from "./told-until.ts";

export interface SignalButtonDeps extends Pick<Kernel, "settings"> {
  readonly jobs: JobQueue;
  readonly sendChart: Job<ChartQuestion>;
}

/** The buttons under a signal: Took it, Skip, Chart, Mute asset. The first press of any of them is the reading. */
export function signalButtons(deps: SignalButtonDeps): readonly CallbackRoute[] {
  return [
    {
      prefix: "signal",
      access: "user",
      run: async (context, [action, id = ""], query) => {
        const signal = await pressedSignal(deps, context, id);
        if (signal === undefined) return;
        const { tx, chat, now } = context;
        await noteReading(tx, { signalId: signal.id, chatId: chat.id, now });
        if (action === "took") await take(context, { signal, query, decision: "took" });
        if (action === "skip") await take(context, { signal, query, decision: "skipped" });
        if (action === "mute") await mute(context, signal);
        if (action === "chart") await chart(deps, context, signal);
      },
    },
  ];
}

/** Undefined, and said so, for what is no signal. */
async function pressedSignal(
  deps: SignalButtonDeps,
  { tx, t, chat, now, answer }: UpdateContext,
  id: string,
): Promise<Signal | undefined> {
  const signal = /^\d{1,15}$/.test(id) ? await findSignal(tx, Number(id)) : undefined;
  const until = await toldUntil(deps, tx, { chatId: chat.id, now });
  if (signal !== undefined && isTold(signal, until)) return signal;
  answer(t.plain("signals-signal-gone"), { alert: true });
  return undefined;
}

interface Taking {
  readonly signal: Signal;
  readonly query: CallbackQuery;
  readonly decision: Decision;
}

async function take(context: UpdateContext, { signal, query, decision }: Taking): Promise<void> {
  const { tx, t, user, now, answer } = context;
  if (signal.outcome !== undefined) {
    answer(t.plain("signals-over"), { alert: true });
    return;
  }
  const result = await decide(tx, { userId: user.id, signalId: signal.id, decision, now });
  if (result === "unknown") {
    answer(t.plain("signals-over"), { alert: true });
    return;
  }
  const price = signal.entryPrice === undefined ? undefined : formatPrice(signal.entryPrice, t.language);
  answer(
    decision === "skipped"
      ? t.plain("signals-skipped")
      : price === undefined
        ? t.plain("signals-taken")
        : t.plain("signals-taken-at", { price }),
  );
  if (result === "noted" && isAlone(query, signal)) await context.editPressed(await decided(context, signal, decision));
}

/** Whether the message shows this signal only: in a digest of what quiet hours have held the others must not be lost. */
export function isAlone({ message }: Pick<CallbackQuery, "message">, { id }: Pick<Signal, "id">): boolean {
  if (message === undefined || !("reply_markup" in message)) return false;
  const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
  return buttons.every((button) => "callback_data" in button && button.callback_data.endsWith(`:${id}`));
}

/** The message again, its button marked. */
async function decided({ tx, t, chat, user }: UpdateContext, signal: Signal, decision: Decision): Promise<Content> {
  const { format } = await readSubscription(tx, chat.id);
  const reader: Reader = { language: t.language, format, timeZone: user.timeZone, place: "private" };
  return signalMessage(signal, reader, t, decision);
}

async function mute({ tx, t, chat, now, answer }: UpdateContext, { asset }: Signal): Promise<void> {
  const { mutedAssets } = await readSubscription(tx, chat.id);
  const muted = !mutedAssets.includes(asset);
  await setMuted(tx, { chatId: chat.id, asset, muted, now });
  answer(t.plain(muted ? "signals-muted" : "signals-unmuted", { asset: oneLine(asset, 40) }), { alert: muted });
}

async function chart(
  { jobs, sendChart }: SignalButtonDeps,
  { tx, t, chat, user, update, answer, showAction }: UpdateContext,
  { id }: Signal,
): Promise<void> {
  await jobs.enqueue(tx, sendChart, {
    signalId: id,
    chatId: chat.id,
    language: t.language,
    timeZone: user.timeZone,
    updateId: update.update_id,
  });
  answer(t.plain("signals-drawing"));
  showAction("upload_photo");
}
