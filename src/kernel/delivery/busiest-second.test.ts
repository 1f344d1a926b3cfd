import assert from "node:assert/strict";
import { test } from "node:test";

import { createBusiestSecond } from "./busiest-second.ts";

test("twenty around the turn of a second are twenty, for as long as they are among the last seconds", () => {
  const busiest = createBusiestSecond();
  for (let nowMs = 600; nowMs < 1500; nowMs += 45) busiest.add(1, nowMs);
  assert.equal(busiest.messages(1500), 20);
  assert.equal(busiest.messages(2500), 20);
  assert.equal(busiest.messages(60_000), 0);
});

test("what is more than a second apart is not added up", () => {
  const busiest = createBusiestSecond();
  busiest.add(7, 1_000_000);
  busiest.add(9, 1_001_020);
  assert.equal(busiest.messages(1_001_020), 9);
});
