import assert from "node:assert/strict";
import { test } from "node:test";

import { systemIds } from "./ids.ts";
import { longId, shortId } from "./short-id.ts";

test("an id comes back from its short form", () => {
  for (let i = 0; i < 100; i += 1) {
    const id = systemIds.next();
    assert.equal(shortId(id).length, 22);
    assert.equal(longId(shortId(id)), id);
  }
});

test("whatever is given, what comes back can be looked for among ids", () => {
  for (const given of [undefined, "", "x", "?/:;", "a".repeat(500), "ᄒ"]) {
    assert.match(longId(given), /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  }
});
