import assert from "node:assert/strict";
import { test } from "node:test";

import { albumSpans } from "./album.ts";

test("every album up to Telegram's ten pictures fills its rows exactly", () => {
  for (let count = 1; count <= 10; count += 1) {
    const spans = albumSpans(count);
    assert.equal(spans.length, count);
    let row = 0;
    for (const span of spans) {
      row += span;
      assert.ok(row <= 6, `a row of ${String(count)} pictures is too wide`);
      row %= 6;
    }
    assert.equal(row, 0, `the last row of ${String(count)} pictures is full`);
  }
});

test("three pictures are one across and two below", () => {
  assert.deepEqual(albumSpans(3), [6, 3, 3]);
  assert.deepEqual(albumSpans(5), [3, 3, 2, 2, 2]);
});
