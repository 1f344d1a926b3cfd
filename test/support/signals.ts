import assert from "node:assert/strict";

import type { Message } from "@grammyjs/types";
import { sql } from "kysely";

import { type RunningApp, runApp } from "./app.ts";
import { buttonsOf, visibleText } from "./person.ts";

export interface RunningSignals extends RunningApp {
  /** Calls the API; fails with what it refused. */
  readonly post: (path: string, body: object, method?: "POST" | "PUT") => Promise<Record<string, unknown>>;
  /** Signals come at once. */
  readonly makePremium: (chatId: number) => Promise<void>;
}

const dayMs = 24 * 60 * 60_000;
export const hourMs = 60 * 60_000;

/** The whole program without a pace, so that tests need not wait for it. */
export async function runSignals(): Promise<RunningSignals> {
  const running = await runApp({ DELIVERY_GLOBAL_PER_SECOND: "0", DELIVERY_CHAT_PER_SECOND: "0" });
  running.sandbox.limits.change(undefined);
  // Where other tests run beside it, a chart may take its time.
  await sql`insert into setting.section (key, value) values ('signals.delivery', '{"chartWithinSeconds": 60}')`.execute(
    running.database.db,
  );
  await sql`notify telecast_settings`.execute(running.database.db);
  const post: RunningSignals["post"] = async (path, body, method = "POST") => {
    const answer = await running.api(path, { method, body: JSON.stringify(body) });
    const read = (await answer.json()) as Record<string, unknown>;
    assert.ok(answer.ok, `${answer.status} ${JSON.stringify(read)}`);
    return read;
  };
  return {
    ...running,
    post,
    makePremium: async (chatId) => {
      const until = new Date(Date.now() + dayMs).toISOString();
      await post(`/api/signals/subscribers/${chatId}`, { premium_until: until }, "PUT");
    },
  };
}

/** Of the last hours, ending now. */
export function candles(count: number): readonly object[] {
  const start = Math.floor(Date.now() / hourMs) * hourMs - count * hourMs;
  return Array.from({ length: count }, (_, index) => {
    const open = 45_000 + Math.round(Math.sin(index / 4) * 600);
    const close = 45_000 + Math.round(Math.sin((index + 1) / 4) * 600);
    return {
      at: new Date(start + index * hourMs).toISOString(),
      open,
      close,
      high: Math.max(open, close) + 120,
      low: Math.min(open, close) - 120,
      volume: 10 + index,
    };
  });
}

/** The body of a signal. */
export function buy(asset = "BTC/USD"): Record<string, unknown> {
  return {
    type: "buy",
    asset,
    entry_price: "45250",
    target_price: "48900",
    stop_loss: "43800",
    timeframe: "1H",
    confidence: 82,
    source_model: "trend-v3",
    notes: ["Half off at <47,000>"],
    generated_at: new Date().toISOString(),
  };
}

/** A message that announces a signal for the asset, with its buttons. */
export function isSignal(asset: string): (message: Message) => boolean {
  return (message) =>
    visibleText(message).includes(asset) && buttonsOf(message).some(({ text }) => /Chart|차트/.test(text));
}
