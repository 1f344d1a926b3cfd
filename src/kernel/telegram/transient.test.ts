import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { DatabaseError } from "pg";

import { isTransient } from "./transient.ts";

function databaseError(code: string): Error {
  return Object.assign(new DatabaseError("x", 1, "error"), { code });
}

test("trouble of the database passes; what the work did wrong does not", () => {
  for (const code of ["08006", "53300", "57P01", "40P01", "40001", "55P03"]) {
    assert.ok(isTransient(databaseError(code)), code);
  }
  for (const code of ["23505", "22P02", "42P01", "57014", "P0001"]) assert.ok(!isTransient(databaseError(code)), code);
  assert.ok(isTransient(new Error("Connection terminated unexpectedly")));
  assert.ok(isTransient(new Error("timeout exceeded when trying to connect")));
  assert.ok(
    isTransient(Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" })),
  );
  assert.ok(!isTransient(new TypeError("x is not a function")));
  assert.ok(!isTransient("a string"));
});

test("a file that is missing is no trouble of the database", () => {
  assert.throws(
    () => readFileSync("/nowhere"),
    (error) => !isTransient(error),
  );
});
