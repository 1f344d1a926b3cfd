import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { makeDirectory } from "./make-directory.ts";

test("a directory is made with its parents, and may be there already", () => {
  const root = mkdtempSync(join(tmpdir(), "telecast-directory-"));
  try {
    makeDirectory(join(root, "a", "b"));
    makeDirectory(join(root, "a", "b"));
    assert.ok(existsSync(join(root, "a", "b")));
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("a place where nothing can be made is an error, not a hang", () => {
  assert.throws(() => {
    makeDirectory("/dev/null/nowhere");
  });
});
