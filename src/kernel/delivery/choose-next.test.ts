import assert from "node:assert/strict";
import { test } from "node:test";

import { Html } from "../lib/html.ts";
import { manualClock } from "../lib/manual-clock.ts";
import type { Content } from "../telegram/index.ts";
import { makeChooseNext } from "./choose-next.ts";
import { createHorizon } from "./horizon.ts";
import { createPacer } from "./pacer.ts";
import { isFileless } from "./write-deliveries.ts";

const bulk = 5;
const room = { all: 64, low: 64 };
const unlimited = { globalPerSecond: 0, chatPerSecond: 0, chatBurst: 1, groupPerMinute: 0 };

/** A chooser over `count` deliveries to as many chats, of whose contents nothing has been read. */
function unreadQueue(count: number, fileless: boolean) {
  const clock = manualClock(new Date("2026-11-21T00:00:00Z"));
  const horizon = createHorizon(clock.monotonicMs);
  for (let id = 1; id <= count; id += 1) {
    horizon.offer({ id, lane: bulk, chatId: id, contentId: id, edit: false, fileless, waitMs: 0 });
  }
  const pacer = createPacer({ limits: unlimited, clock });
  let reading = false;
  const choose = makeChooseNext({
    clock,
    backlog: { lanes: [horizon] } as never,
    contents: { get: () => undefined, isGone: () => false } as never,
    uploads: {} as never,
    pacer: () => pacer,
    isInFlight: () => false,
    isReading: () => reading,
  });
  return {
    choose: () => choose(room),
    read: (now: boolean) => {
      reading = now;
    },
  };
}

test("what needs no file of ours is taken before anybody has read it", () => {
  const { taken, unread } = unreadQueue(100, true).choose();
  assert.deepEqual([taken.length, unread.length], [64, 0]);
});

test("contents that must be read first are read some hundred at a time, and one time after the other", () => {
  const queue = unreadQueue(1000, false);
  const first = queue.choose();
  assert.deepEqual([first.taken.length, first.unread.length], [0, 256]);
  queue.read(true);
  assert.deepEqual(queue.choose().unread, [], "while they are being read");
  queue.read(false);
  assert.deepEqual(
    queue.choose().unread.map(({ id }) => id),
    Array.from({ length: 256 }, (_, index) => 257 + index),
    "then the next ones",
  );
});

test("only what is sent by Telegram's own names is fileless", () => {
  const caption = Html.text("x");
  const cases: readonly (readonly [Content, boolean])[] = [
    [{ kind: "text", html: caption }, true],
    [{ kind: "photo", media: { fileId: "AgAC" }, caption }, true],
    [{ kind: "video", media: { fileId: "BAAC" }, thumbnail: { mediaId: "1" } }, true],
    [{ kind: "document", media: { mediaId: "1" } }, false],
    // Its items count for the pace.
    [{ kind: "album", items: [{ kind: "photo", media: { fileId: "AgAC" } }] }, false],
  ];
  for (const [content, expected] of cases) assert.equal(isFileless(content), expected, JSON.stringify(content));
});
