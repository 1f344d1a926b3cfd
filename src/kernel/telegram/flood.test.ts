import assert from "node:assert/strict";
import { test } from "node:test";

import { createFloodGate } from "./flood.ts";

function gate(perMinute = 3): (atSeconds: number, personId?: number, kind?: string) => string {
  const flood = createFloodGate();
  let updateId = 0;
  return (atSeconds, personId = 1, kind = "command") =>
    flood.judge({ personId, kind, updateId: (updateId += 1), atMs: atSeconds * 1000, perMinute });
}

test("so many pass in any minute, then the person is told once", () => {
  const judge = gate();
  assert.deepEqual(
    [0, 10, 20, 30, 40].map((at) => judge(at)),
    ["pass", "pass", "pass", "tell", "drop"],
  );
  assert.equal(judge(61), "pass");
  assert.deepEqual(
    [62, 63].map((at) => judge(at)),
    ["tell", "drop"],
  );
});

test("others and other kinds are not affected", () => {
  const judge = gate(1);
  assert.deepEqual([judge(0), judge(0), judge(0, 2), judge(0, 1, "press")], ["pass", "tell", "pass", "pass"]);
});

test("what was sent over an hour and arrives at once is no flood", () => {
  const judge = gate(1);
  assert.ok(Array.from({ length: 30 }, (_, minute) => judge(minute * 61)).every((verdict) => verdict === "pass"));
});

test("the same update gets the same verdict when it is tried again", () => {
  const flood = createFloodGate();
  const judge = (updateId: number): string =>
    flood.judge({ personId: 1, kind: "command", updateId, atMs: 0, perMinute: 1 });
  assert.deepEqual([judge(1), judge(1), judge(2), judge(2), judge(3)], ["pass", "pass", "tell", "tell", "drop"]);
});
