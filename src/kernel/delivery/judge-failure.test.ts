import assert from "node:assert/strict";
import { test } from "node:test";

import { TelegramRefused, TelegramUnavailable, TelegramUnclear } from "../telegram/index.ts";
import type { Claimed } from "./claimed.ts";
import { judgeFailure, type Judgement } from "./judge-failure.ts";

const claimed: Claimed = {
  id: 1,
  lane: 5,
  chatId: 7,
  contentId: 2,
  silent: false,
  plain: false,
  perhapsRepeat: false,
  attempts: 0,
  sentIds: [],
  threadId: null,
  replyTo: null,
  editMessageId: null,
  card: undefined,
  isDigest: false,
  settles: false,
  waitedSeconds: 0,
  flightId: 1,
  claimedAt: 0,
};

const never = { repeatsAfterDoubt: false, random: 0.5 };
const repeats = { repeatsAfterDoubt: true, random: 0.5 };

function refused(
  errorCode: number,
  description: string,
  more: { retryAfterSeconds?: number; migrateToChatId?: number } = {},
): TelegramRefused {
  return new TelegramRefused({ method: "sendMessage", errorCode, description, ...more });
}

function refusal(errorCode: number, description: string, of: Partial<Claimed> = {}): Judgement {
  return judgeFailure({ ...claimed, ...of }, refused(errorCode, description), never);
}

const closing: readonly (readonly [number, string, string])[] = [
  [403, "Forbidden: bot was blocked by the user", "blocked"],
  [403, "Forbidden: user is deactivated", "deactivated"],
  [403, "Forbidden: bot was kicked from the group chat", "kicked"],
  [403, "Forbidden: bot was kicked from the supergroup chat", "kicked"],
  [403, "Forbidden: bot was kicked from the channel chat", "kicked"],
  [403, "Forbidden: bot is not a member of the supergroup chat", "not_member"],
  [403, "Forbidden: bot is not a member of the channel chat", "not_member"],
  [403, "Forbidden: the group chat was deleted", "deleted"],
  [403, "Forbidden: bot can't initiate conversation with a user", "not_started"],
  [400, "Bad Request: chat not found", "not_found"],
  [400, "Bad Request: PEER_ID_INVALID", "not_found"],
];

for (const [code, description, reason] of closing) {
  test(`"${description}" suspends the chat as ${reason}`, () => {
    const { outcome, alarm } = refusal(code, description);
    assert.deepEqual(outcome, { type: "ended", state: "suppressed", error: description, suspend: reason });
    assert.equal(alarm, undefined);
  });
}

for (const [code, description] of [
  [403, "Forbidden: something nobody has seen before"],
  [400, "Bad Request: message text is empty"],
  [400, "Bad Request: not enough rights to send text messages to the chat"],
  [413, "Request Entity Too Large"],
] as const) {
  test(`"${description}" fails this message and closes nothing`, () => {
    assert.deepEqual(refusal(code, description).outcome, { type: "ended", state: "failed", error: description });
  });
}

test("a 429 is waited for and does not count as an attempt", () => {
  const { outcome, alarm } = judgeFailure(
    claimed,
    refused(429, "Too Many Requests: retry after 7", { retryAfterSeconds: 7 }),
    never,
  );
  assert.deepEqual(alarm, { type: "flood", retryAfterMs: 7000 });
  assert.ok(outcome.type === "again" && !outcome.counts && outcome.delayMs === 0);
});

test("a 429 without a number waits a second", () => {
  assert.deepEqual(refusal(429, "Too Many Requests").alarm, { type: "flood", retryAfterMs: 1000 });
});

test("a group that became a supergroup moves the delivery", () => {
  const failure = refused(400, "Bad Request: group chat was upgraded to a supergroup chat", { migrateToChatId: -1001 });
  const { outcome } = judgeFailure(claimed, failure, never);
  assert.ok(outcome.type === "again" && outcome.change?.movedTo === -1001);
});

test("markup that Telegram cannot parse goes as plain text once, and fails if that is refused too", () => {
  const description = "Bad Request: can't parse entities: Unexpected end tag at byte offset 3";
  const { outcome } = refusal(400, description);
  assert.ok(outcome.type === "again" && outcome.change?.plain === true);
  assert.equal(refusal(400, description, { plain: true }).outcome.type, "ended");
});

test("an edit that changes nothing has arrived", () => {
  const { outcome } = refusal(400, "Bad Request: message is not modified: specified new message content is the same", {
    editMessageId: 42,
  });
  assert.ok(outcome.type === "sent" && outcome.messageId === 42);
});

for (const description of [
  "Bad Request: message to edit not found",
  "Bad Request: message can't be edited",
  "Bad Request: MESSAGE_ID_INVALID",
]) {
  test(`a card of which Telegram says "${description}" is sent anew, a mere edit fails`, () => {
    const card = { id: 3, messageId: 42, shown: "text" } as const;
    const { outcome } = refusal(400, description, { card });
    assert.ok(outcome.type === "again" && outcome.change?.forgetCardMessage === true);
    assert.ok(refusal(400, description, { editMessageId: 42 }).outcome.type === "ended");
  });
}

for (const code of [401, 404]) {
  test(`${code} keeps the delivery and stops the sender`, () => {
    const { outcome, alarm } = refusal(code, "Unauthorized");
    assert.equal(outcome.type, "again");
    assert.deepEqual(alarm, { type: "unauthorized" });
  });
}

test("what was surely not sent is tried again, later each time, in every lane and for ever", () => {
  const failure = new TelegramUnavailable("sendMessage", "ECONNREFUSED");
  const delays = [0, 1, 2, 30].map((attempts) => {
    const { outcome, alarm } = judgeFailure({ ...claimed, attempts }, failure, never);
    assert.deepEqual(alarm, { type: "unreachable" });
    assert.ok(outcome.type === "again" && outcome.counts);
    return outcome.delayMs;
  });
  assert.deepEqual(delays, [750, 1500, 3000, 45_000]);
});

test("what may have arrived is not sent again in a lane that does not repeat", () => {
  const { outcome, alarm } = judgeFailure(claimed, new TelegramUnclear("sendMessage", "timeout"), never);
  assert.deepEqual(outcome, { type: "ended", state: "unknown", error: "may have arrived: timeout" });
  assert.deepEqual(alarm, { type: "unclear" });
});

test("what may have arrived is sent again as a possible repeat where the lane says so, but not for ever", () => {
  const failure = new TelegramUnclear("sendMessage", "HTTP 502");
  const { outcome } = judgeFailure(claimed, failure, repeats);
  assert.ok(outcome.type === "again" && outcome.change?.perhapsRepeat === true);
  assert.equal(judgeFailure({ ...claimed, attempts: 4 }, failure, repeats).outcome.type, "ended");
});

test("an edit without an answer is made again in every lane: making it twice is making it once", () => {
  const { outcome } = judgeFailure(
    { ...claimed, editMessageId: 42 },
    new TelegramUnclear("editMessageText", "timeout"),
    never,
  );
  assert.ok(outcome.type === "again" && outcome.change === undefined);
});
