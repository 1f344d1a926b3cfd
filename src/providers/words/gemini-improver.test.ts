import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { systemClock } from "#kernel/lib/clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { cleanUp } from "#test/support/clean-up.ts";
import { geminiKey, googleServer } from "#test/support/providers/google-server.ts";

import { createGeminiImprover } from "./gemini-improver.ts";
import type { Improved, WordImprover } from "./port.ts";

const server = await googleServer({ clock: systemClock });
const wish = { model: "gemini-3.5-flash-lite", words: "a boat", longest: 200 };

function open(key = geminiKey): WordImprover {
  const improver = createGeminiImprover({ root: server.url, key: new Secret(key) });
  cleanUp(improver.close);
  return improver;
}

const improver = open();
const improve = async (signal = AbortSignal.timeout(10_000)): Promise<Improved> => await improver.improve(wish, signal);

afterEach(() => {
  server.words = { text: "better words" };
});

test("better words come with what they cost, thoughts included in the tokens but not in the words", async () => {
  server.words = { text: " A paper boat at dawn. \n", thoughts: 12 };
  assert.deepEqual(await improve(), {
    ok: true,
    words: "A paper boat at dawn.",
    usage: { prompt: 20, output: 42 },
  });
  assert.deepEqual(server.asked.at(-1)?.["contents"], [{ role: "user", parts: [{ text: "a boat" }] }]);
});

test("what is blocked, cut off, too long or empty is no better, and costs what it cost", async () => {
  server.words = { blockReason: "PROHIBITED_CONTENT" };
  assert.deepEqual(await improve(), { ok: false, reason: "refused", usage: { prompt: 20, output: 0 } });
  const usage = { prompt: 20, output: 30 };
  server.words = { text: "", finishReason: "SAFETY" };
  assert.deepEqual(await improve(), { ok: false, reason: "refused", usage });
  for (const said of [{ text: "a bo", finishReason: "MAX_TOKENS" }, { text: "x".repeat(201) }, { text: " " }]) {
    server.words = said;
    assert.deepEqual(await improve(), { ok: false, reason: "unusable", usage });
  }
});

test("an outage, a wrong key, nonsense and silence are unavailable, and cost nothing", async () => {
  const unavailable = { ok: false, reason: "unavailable", usage: { prompt: 0, output: 0 } };
  for (const said of [{ code: 503 }, { code: 429 }, "hangs_up"] as const) {
    server.words = said;
    assert.deepEqual(await improve(), unavailable);
  }
  assert.deepEqual(await open("wrong").improve(wish, AbortSignal.timeout(10_000)), unavailable);
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.words = { until: promise, text: "late" };
  assert.deepEqual(await improve(AbortSignal.timeout(50)), unavailable);
  resolve(undefined);
});
