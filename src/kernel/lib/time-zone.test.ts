import assert from "node:assert/strict";
import { test } from "node:test";

import { timeZoneNamed } from "./time-zone.ts";

test("a time zone is found in any case, and keeps the name it was asked for by", () => {
  assert.equal(timeZoneNamed("asia/SEOUL"), "Asia/Seoul");
  assert.equal(timeZoneNamed("UTC"), "UTC");
  assert.equal(timeZoneNamed("Asia/Kolkata"), "Asia/Kolkata");
  assert.equal(timeZoneNamed("America/Argentina/Buenos_Aires"), "America/Argentina/Buenos_Aires");
});

test("what is no name of a zone is none, offsets included", () => {
  for (const name of ["", "Seoul", "Mars/Base", "+09:00", "-3", "Asia/Seoul'; --"]) {
    assert.equal(timeZoneNamed(name), undefined, name);
  }
});
