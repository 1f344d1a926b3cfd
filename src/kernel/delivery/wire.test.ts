import assert from "node:assert/strict";
import { test } from "node:test";

import { until } from "#test/support/until.ts";

import { systemClock } from "../lib/clock.ts";
import { silentLogger } from "../observability/index.ts";
import type { Claimed } from "./claimed.ts";
import type { PreparedContent } from "./contents.ts";
import { createWire, type Laden, type Wire } from "./wire.ts";

const content: PreparedContent = { parts: [] } as unknown as PreparedContent;
const laden = (...ids: readonly number[]): readonly Laden[] =>
  ids.map((id) => ({ claimed: { id, chatId: id } as Claimed, content }));

function rig(): { readonly wire: Wire; readonly sent: number[]; maySend: boolean } {
  const sent: number[] = [];
  const wire = createWire({
    clock: systemClock,
    log: silentLogger(),
    uploads: { release: () => undefined } as unknown as Parameters<typeof createWire>[0]["uploads"],
    deliver: async ({ id }) => {
      sent.push(id);
      return { outcome: { type: "ended", state: "failed", error: "" } };
    },
    maySend: () => state.maySend,
    concurrency: () => 2,
    pauseMs: () => 0,
    onHeldBack: () => undefined,
    onLeave: () => undefined,
    onSlow: () => undefined,
    onAttempt: () => undefined,
  });
  const state = { wire, sent, maySend: true };
  return state;
}

test("what was claimed when this process was not sure to be the sender leaves as soon as it is again", async () => {
  const state = rig();
  state.maySend = false;
  state.wire.launch(laden(1, 2, 3));
  state.wire.resume();
  assert.deepEqual(state.sent, []);
  assert.equal(state.wire.size(), 3);
  state.maySend = true;
  state.wire.resume();
  await until("all have come back", () => state.wire.size() === 0);
  assert.deepEqual(state.sent, [1, 2, 3]);
  assert.deepEqual(state.wire.unsent(), []);
});

test("what has not left when it is drained is given back, also what is claimed only then", async () => {
  const state = rig();
  state.maySend = false;
  state.wire.launch(laden(1, 2));
  await state.wire.drain(new AbortController().signal);
  state.maySend = true;
  state.wire.launch(laden(3));
  state.wire.resume();
  assert.deepEqual(state.sent, []);
  assert.deepEqual(state.wire.unsent(), [1, 2, 3]);
});
