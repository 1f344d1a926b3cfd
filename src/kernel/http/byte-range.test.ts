import assert from "node:assert/strict";
import { test } from "node:test";

import { readRange } from "./byte-range.ts";

const file = { bytes: 100, etag: '"v1"' };
const read = (range: string | undefined, ifRange?: string, bytes = file.bytes): ReturnType<typeof readRange> =>
  readRange({ range, ifRange }, { ...file, bytes });

test("one range is read in each of its forms, cut at the end of the file", () => {
  for (const [range, first, last] of [
    ["bytes=0-0", 0, 0],
    ["bytes=10-19", 10, 19],
    ["bytes=10-", 10, 99],
    ["bytes=90-1000", 90, 99],
    ["bytes=-10", 90, 99],
    ["bytes=-1000", 0, 99],
    ["bytes = 0-5", 0, 5],
  ] as const) {
    assert.deepEqual(read(range), { first, last }, range);
  }
});

test("what is no range, or several, means the whole file", () => {
  for (const range of [undefined, "", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,3-4", "lines=1-2", "bytes=a-b"]) {
    assert.equal(read(range), "whole", range);
  }
  assert.equal(read("bytes=0-1", '"v2"'), "whole");
  assert.deepEqual(read("bytes=0-1", '"v1"'), { first: 0, last: 1 });
});

test("a range outside the file cannot be satisfied", () => {
  for (const range of ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=999999999999999-"]) {
    assert.equal(read(range), "unsatisfiable", range);
  }
  for (const range of ["bytes=0-", "bytes=-1"]) assert.equal(read(range, undefined, 0), "unsatisfiable", range);
});
