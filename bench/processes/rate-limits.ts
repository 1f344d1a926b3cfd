import { machineMs } from "../harness/machine-clock.ts";

/** What the server allows, as Telegram would: counted when a message arrives, over a window that slides. 0 is no limit. */
export interface ServerLimits {
  readonly globalPerSecond: number;
  readonly chatPerSecond: number;
  readonly groupPerMinute: number;
}

export const noLimits: ServerLimits = { globalPerSecond: 0, chatPerSecond: 0, groupPerMinute: 0 };

/** Short bursts in a private chat pass, as they do at Telegram. */
const chatWindowSeconds = 3;

export interface RateLimiter {
  /** @returns how many seconds to wait, or 0 when it is accepted (and counted). */
  readonly judge: (chatId: number) => number;
}

export function createRateLimiter(limits: ServerLimits): RateLimiter {
  const all = createWindow(limits.globalPerSecond, 1000);
  const chats = new Map<number, Window>();
  const windowOf = (chatId: number): Window => {
    const known = chats.get(chatId);
    if (known !== undefined) return known;
    const made =
      chatId > 0
        ? createWindow(limits.chatPerSecond * chatWindowSeconds, 1000 * chatWindowSeconds)
        : createWindow(limits.groupPerMinute, 60_000);
    chats.set(chatId, made);
    return made;
  };
  const isPerChat = limits.chatPerSecond > 0 || limits.groupPerMinute > 0;
  return {
    judge: (chatId) => {
      const nowMs = machineMs();
      const chat = isPerChat ? windowOf(chatId) : undefined;
      const waitMs = Math.max(all.waitMs(nowMs), chat?.waitMs(nowMs) ?? 0);
      if (waitMs > 0) return Math.max(1, Math.ceil(waitMs / 1000));
      all.count(nowMs);
      chat?.count(nowMs);
      return 0;
    },
  };
}

interface Window {
  readonly waitMs: (nowMs: number) => number;
  readonly count: (nowMs: number) => void;
}

/** At most `most` in any `lengthMs`; the moments of the last `most` are enough to tell. */
function createWindow(most: number, lengthMs: number): Window {
  if (most === 0) return { waitMs: () => 0, count: () => undefined };
  const moments = new Float64Array(most).fill(Number.NEGATIVE_INFINITY);
  let next = 0;
  return {
    waitMs: (nowMs) => Math.max(0, (moments[next] ?? 0) + lengthMs - nowMs),
    count: (nowMs) => {
      moments[next] = nowMs;
      next = (next + 1) % most;
    },
  };
}
