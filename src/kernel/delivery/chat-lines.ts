import { type ChatLine, has, insert, mostPassedPerChat, newLine, takeOut, type Waiting } from "./chat-line.ts";
import type { Candidate, Horizon } from "./horizon.ts";
import type { Places } from "./places.ts";

export type ChatLines = Pick<
  Horizon,
  "offer" | "finish" | "putBack" | "gaps" | "hasGaps" | "fillGap" | "letPass" | "forget" | "size"
>;

/** The lines of one lane's chats, and in lines of their own those that others have passed. */
export function createChatLines(places: Places, nowMs: () => number): ChatLines {
  const lines = new Map<number, ChatLine>();
  const exhausted = new Set<ChatLine>();
  const passed = createPassed();
  let known = 0;

  const take = (line: ChatLine, candidate: Candidate): void => {
    if (passed.line(candidate) !== undefined || has(line, candidate)) return;
    const notBeforeMs = candidate.waitMs > 0 ? nowMs() + candidate.waitMs : 0;
    const { first, added } = insert(line, { candidate, notBeforeMs });
    known += added;
    if (first) places.set(line);
  };
  /** @returns its line when it was the first of it. */
  const remove = (candidate: Candidate): ChatLine | undefined => {
    const line = passed.line(candidate) ?? lines.get(candidate.chatId);
    const index = line && takeOut(line, candidate);
    if (index === undefined) return undefined;
    known -= 1;
    if (line === undefined || index > 0) return undefined;
    places.leave(line);
    line.away = false;
    return line;
  };
  const settle = (line: ChatLine): void => {
    if (line.waiting.length > 0) places.set(line);
    else if (line.moreAfter === undefined) lines.delete(line.chatId);
    else exhausted.add(line);
  };

  return {
    offer: (candidate) => {
      if (passed.line(candidate) !== undefined) return;
      const line = lines.get(candidate.chatId) ?? newLine(candidate.chatId);
      lines.set(candidate.chatId, line);
      if (line.moreAfter === undefined || candidate.id <= line.moreAfter) take(line, candidate);
      // Behind a gap: it is read with what is in the gap.
      else line.missed = true;
    },
    finish: (candidate) => {
      const line = remove(candidate);
      if (!passed.end(candidate) && line !== undefined) settle(line);
    },
    putBack: (candidate, waitMs) => {
      const line = remove(candidate);
      if (line === undefined) return;
      // First again, whatever else has come.
      line.waiting.unshift({ candidate, notBeforeMs: nowMs() + waitMs });
      known += 1;
      places.set(line);
    },
    gaps: () => {
      for (const line of exhausted) line.missed = false;
      return [...exhausted].map(({ chatId, moreAfter = 0 }) => ({ chatId, afterId: moreAfter }));
    },
    hasGaps: () => exhausted.size > 0,
    fillGap: (chatId, candidates) => {
      const line = lines.get(chatId);
      if (line === undefined) return;
      exhausted.delete(line);
      line.moreAfter = undefined;
      for (const candidate of candidates) if (line.moreAfter === undefined) take(line, candidate);
      // Came while the gap was being read: perhaps too late to be among what was found.
      if (line.missed) line.moreAfter ??= candidates.at(-1)?.id ?? 0;
      line.missed = false;
      if (line.waiting.length === 0) settle(line);
    },
    letPass: (candidate) => {
      const line = lines.get(candidate.chatId);
      const [first] = line?.waiting ?? [];
      if (line?.away !== true || first?.candidate.id !== candidate.id || !passed.begin(first)) return;
      line.waiting.shift();
      line.away = false;
      settle(line);
    },
    forget: (chatId) => {
      for (const line of [...passed.endAll(chatId), lines.get(chatId) ?? newLine(chatId)]) {
        places.leave(line);
        known -= line.waiting.length;
        exhausted.delete(line);
      }
      lines.delete(chatId);
    },
    size: () => known,
  };
}

/** Those that others of their chat have passed: each stands alone, wherever it is, until its end. */
function createPassed(): {
  readonly line: (candidate: Candidate) => ChatLine | undefined;
  /** @returns whether it may: not when enough of its chat have been passed. */
  readonly begin: (away: Waiting) => boolean;
  /** @returns whether it had been passed. */
  readonly end: (candidate: Candidate) => boolean;
  readonly endAll: (chatId: number) => readonly ChatLine[];
} {
  const byId = new Map<number, ChatLine>();
  const ofChat = (chatId: number): readonly (readonly [number, ChatLine])[] =>
    [...byId].filter(([, line]) => line.chatId === chatId);
  return {
    line: ({ id }) => byId.get(id),
    begin: (away) => {
      const { id, chatId } = away.candidate;
      if (ofChat(chatId).length >= mostPassedPerChat) return false;
      const line = newLine(chatId);
      line.waiting.push(away);
      line.away = true;
      byId.set(id, line);
      return true;
    },
    end: ({ id }) => byId.delete(id),
    endAll: (chatId) =>
      ofChat(chatId).map(([id, line]) => {
        byId.delete(id);
        return line;
      }),
  };
}
