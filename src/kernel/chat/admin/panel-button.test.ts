import assert from "node:assert/strict";
import { test } from "node:test";

import { createCipher } from "../../lib/cipher.ts";
import { mayPress, panelButtonData, type PanelPlace, type PanelTarget } from "./panel-button.ts";

const cipher = createCipher(Buffer.alloc(32, 3));
const now = new Date("2026-03-01T10:00:00Z");
const place: PanelPlace = { userId: 1, chatId: 700, now };
const later = (minutes: number): PanelPlace => ({ ...place, now: new Date(now.getTime() + minutes * 60_000) });

/** What comes back when the button is pressed. */
function pressed(data: string): { until: string | undefined; signature: string | undefined; path: readonly string[] } {
  const [, until, signature, ...path] = data.split(":");
  return { until, signature, path };
}

function made(target: PanelTarget): ReturnType<typeof pressed> {
  return pressed(panelButtonData(cipher, place, target));
}

test("a button works for who it was made for, where it was made", () => {
  const target = { kind: "page", path: ["users", "show", "42"] } as const;
  assert.equal(mayPress(cipher, place, { kind: "page", ...made(target) }), true);
  assert.equal(mayPress(cipher, { ...place, userId: 2 }, { kind: "page", ...made(target) }), false);
  assert.equal(mayPress(cipher, { ...place, chatId: 701 }, { kind: "page", ...made(target) }), false);
});

test("its arguments cannot be changed, and a page's button does no action", () => {
  const given = made({ kind: "page", path: ["users", "show", "42"] });
  assert.equal(mayPress(cipher, place, { kind: "page", ...given, path: ["users", "show", "43"] }), false);
  assert.equal(mayPress(cipher, place, { kind: "action", ...given }), false);
  assert.equal(mayPress(cipher, place, { kind: "page", path: [], until: undefined, signature: undefined }), false);
  assert.equal(mayPress(cipher, place, { kind: "page", path: [], until: "zzzzzz", signature: "" }), false);
});

test("an action is over after ten minutes, a page after a week", () => {
  const action = { kind: "action", path: ["jobs", "cancel", "x"] } as const;
  const page = { kind: "page", path: ["jobs", "main"] } as const;
  assert.equal(mayPress(cipher, later(9), { kind: "action", ...made(action) }), true);
  assert.equal(mayPress(cipher, later(11), { kind: "action", ...made(action) }), false);
  assert.equal(mayPress(cipher, later(6 * 24 * 60), { kind: "page", ...made(page) }), true);
  assert.equal(mayPress(cipher, later(8 * 24 * 60), { kind: "page", ...made(page) }), false);
});

test("the longest path of 36 bytes fits into a button, a longer one is a mistake", () => {
  const path = ["model", "setprice", "12345678", "60", "999999999"];
  assert.equal(Buffer.byteLength(path.join(":")), 36);
  const data = panelButtonData(
    cipher,
    { ...place, userId: 2 ** 40, chatId: -1_001_234_567_890 },
    { kind: "action", path },
  );
  assert.equal(Buffer.byteLength(data), 64);
  assert.throws(() => panelButtonData(cipher, place, { kind: "action", path: [...path, ""] }), RangeError);
});
