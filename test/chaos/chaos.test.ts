import assert from "node:assert/strict";
import { test } from "node:test";

import { cleanUp } from "#test/support/clean-up.ts";

import { evidenceOf, figuresOf } from "./report.ts";
import { startChaosServer } from "./rig.ts";
import { runOnce } from "./run.ts";
import { mixed } from "./scenario.ts";
import { describe, type FaultKind, scheduleOf } from "./schedule.ts";

/** A short selection of what `npm run chaos` does at length: each of these is over soon even when nobody may hurry. */
const selection: readonly { readonly seed: number; readonly only: readonly FaultKind[] }[] = [
  { seed: 11, only: ["kill-owner", "kill-database", "drop"] },
  { seed: 13, only: ["kill-both", "cut-database", "error", "flood-chats"] },
];
const seconds = 5;
const replicas = 2;

const server = await startChaosServer();
cleanUp(server.stop);

for (const { seed, only } of selection) {
  test(`promises hold under ${only.join(", ")} (seed ${seed})`, async () => {
    const run = await runOnce(server, mixed({ only, seconds, replicas }), seed);
    assert.equal(evidenceOf(run), "");
    const { accepted, payments, updates } = figuresOf(run);
    assert.ok(accepted > 100 && payments > 0 && updates > 10, "something has happened at all");
  });
}

test("the same seed gives the same schedule, another one another", () => {
  const of = (seed: number): string =>
    scheduleOf({ seed, forMs: 20_000, only: ["kill-any", "drop", "cut-telegram"], replicas: 3 })
      .map(describe)
      .join();
  assert.equal(of(5), of(5));
  assert.notEqual(of(5), of(6));
});
