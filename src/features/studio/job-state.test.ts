import assert from "node:assert/strict";
import { test } from "node:test";

import { isCancellable, isEnded, type JobEvent, type JobState, jobStates, nextState } from "./job-state.ts";

/** Every state and every event, by hand: a change of the table is a change of this. "-": nothing happens. */
const events = [
  "submit",
  "started",
  "postponed",
  "replaced",
  "progressed",
  "succeeded",
  "fetched",
  "delivered",
  "failed",
  "cancelled",
  "expired",
] as const satisfies readonly JobEvent["type"][];

const expected: Readonly<Record<JobState, string>> = {
  ordered: "submitting - - - - - - - failed cancelled expired",
  submitting: "- running ordered ordered - - - - failed cancelled expired",
  running: "- - - - running fetching - - failed cancelled expired",
  fetching: "- - - - - - delivering - failed cancelled expired",
  delivering: "- - - - - - - delivered failed - -",
  delivered: "- - - - - - - - - - -",
  failed: "- - - - - - - - - - -",
  cancelled: "- - - - - - - - - - -",
  expired: "- - - - - - - - - - -",
};

test("each event leads from each state where the table says, or changes nothing", () => {
  for (const state of jobStates) {
    const found = events.map((event) => nextState(state, event) ?? "-").join(" ");
    assert.equal(found, expected[state], state);
  }
});

test("a job can be cancelled until its video is on its way", () => {
  assert.deepEqual(jobStates.filter(isCancellable), ["ordered", "submitting", "running", "fetching"]);
});

test("nothing leads out of an end", () => {
  assert.deepEqual(jobStates.filter(isEnded), ["delivered", "failed", "cancelled", "expired"]);
});
