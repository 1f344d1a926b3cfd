import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { admission, afterCall, beginTrial, type Circuit, type Outcome, wellCircuit } from "./circuit.ts";

const start = new Date("2026-11-21T12:00:00Z");
const at = (seconds: number): Date => new Date(start.getTime() + seconds * 1000);

/** Calls of different jobs, at these seconds. */
function after(...calls: readonly (readonly [number, Outcome])[]): Circuit {
  return calls.reduce<Circuit>((circuit, [seconds, outcome], i) => {
    return afterCall(circuit, { job: `job-${i}`, outcome }, at(seconds));
  }, wellCircuit);
}

const lives: readonly (readonly [string, readonly (readonly [number, Outcome])[], Circuit["state"]])[] = [
  [
    "two outages are bad luck",
    [
      [0, "outage"],
      [1, "outage"],
    ],
    "closed",
  ],
  [
    "three within two minutes are an outage",
    [
      [0, "outage"],
      [60, "outage"],
      [119, "outage"],
    ],
    "open",
  ],
  [
    "three within a longer time are not",
    [
      [0, "outage"],
      [60, "outage"],
      [121, "outage"],
    ],
    "closed",
  ],
  [
    "three among many that worked are not",
    [
      [0, "outage"],
      [1, "answered"],
      [2, "answered"],
      [3, "outage"],
      [4, "answered"],
      [5, "answered"],
      [6, "outage"],
    ],
    "closed",
  ],
  [
    "every second one is",
    [
      [0, "outage"],
      [1, "answered"],
      [2, "outage"],
      [3, "answered"],
      [4, "outage"],
    ],
    "open",
  ],
  ["an empty account is one at once", [[0, "no_credit"]], "open"],
  ["a key that is not accepted is one at once", [[0, "unauthorized"]], "open"],
];
for (const [what, calls, state] of lives) {
  test(what, () => {
    assert.equal(after(...calls).state, state);
  });
}

test("a provider that answers leaves nothing to write down, also once its trouble is old", () => {
  assert.deepEqual(after([0, "answered"], [1, "answered"]), wellCircuit);
  assert.deepEqual(after([0, "outage"], [121, "answered"]), wellCircuit);
});

test("nobody goes there while it is open; then one tries, and what that brings decides", () => {
  const open = after([0, "outage"], [0, "outage"], [0, "outage"]);
  assert.deepEqual([admission(open, at(29)), admission(open, at(30))], ["no", "trial"]);
  const trying = beginTrial(open, "trial", at(30));
  assert.equal(admission(trying, at(31)), "no");
  assert.equal(afterCall(trying, { job: "another", outcome: "answered" }, at(31)), trying, "begun before");
  assert.deepEqual(afterCall(trying, { job: "trial", outcome: "answered" }, at(31)), wellCircuit);
  const again = afterCall(trying, { job: "trial", outcome: "outage" }, at(31));
  assert.ok(again.state === "open" && again.openings === 2);
  assert.deepEqual(again.until, at(31 + 60), "twice as long");
  assert.deepEqual(again.outSince, at(0), "still the same outage");
});

test("an account is tried again much later than a service that is out", () => {
  const open = after([0, "no_credit"]);
  assert.deepEqual([admission(open, at(599)), admission(open, at(600))], ["no", "trial"]);
});

test("a trial whose process died makes room for another", () => {
  const trying = beginTrial(after([0, "unauthorized"]), "dead", at(600));
  assert.equal(admission(trying, at(600 + 179)), "no");
  assert.equal(admission(trying, at(600 + 180)), "trial");
});

test("whatever happens, a pause ends within an hour, and one answer to a trial is enough", () => {
  const outcome = fc.constantFrom<Outcome>("answered", "outage", "no_credit", "unauthorized");
  const step = fc.record({ waitMs: fc.integer({ min: 0, max: 4_000_000 }), outcome, isLate: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let circuit: Circuit = wellCircuit;
      let now = start;
      for (const [i, { waitMs, outcome: brought, isLate }] of steps.entries()) {
        now = new Date(now.getTime() + waitMs);
        const job = `job-${i}`;
        const before = circuit;
        if (admission(circuit, now) === "trial") circuit = beginTrial(circuit, job, now);
        circuit = afterCall(circuit, { job: isLate ? "late" : job, outcome: brought }, now);
        if (circuit.state === "closed") {
          assert.ok(circuit.marks.length <= 20);
        } else {
          assert.ok(circuit.until.getTime() - now.getTime() <= 60 * 60_000);
          assert.ok(circuit.outSince <= now);
        }
        if (before.state !== "closed" && circuit.state === "closed") assert.ok(!isLate && brought === "answered");
      }
      const due = new Date(now.getTime() + 60 * 60_000);
      const tried = beginTrial(circuit, "last", due);
      if (circuit.state !== "closed") {
        assert.equal(admission(circuit, due), "trial");
        assert.deepEqual(afterCall(tried, { job: "last", outcome: "answered" }, due), wellCircuit);
      }
    }),
  );
});
