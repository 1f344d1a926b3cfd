import assert from "node:assert/strict";
import { test } from "node:test";

import { faultRequest, faultScope } from "./faults.ts";

test("a fault for every call names no method and no chat", () => {
  assert.deepEqual(faultRequest({ kind: "hang", scope: "all", ending: "never" }, 5), { kind: "hang" });
});

test("endings become a number of calls or of seconds", () => {
  assert.deepEqual(faultRequest({ kind: "reset", scope: "all", ending: "once" }, 5), { kind: "reset", times: 1 });
  assert.deepEqual(faultRequest({ kind: "reset", scope: "all", ending: "seconds" }, 5), {
    kind: "reset",
    seconds: 30,
  });
});

test("a fault for the open chat concerns that chat alone", () => {
  assert.deepEqual(faultRequest({ kind: "drop_answer", scope: "chat", ending: "once" }, -5), {
    kind: "drop_answer",
    times: 1,
    chatId: -5,
  });
});

test("an outage concerns everything", () => {
  assert.deepEqual(faultRequest({ kind: "outage", scope: "chat", ending: "never" }, -5), { kind: "outage" });
});

test("an active fault tells its scope", () => {
  const active = (choice: Parameters<typeof faultRequest>[0]): string =>
    faultScope({ ...faultRequest(choice, 5), id: 1, hits: 0 });
  for (const scope of ["all", "sending", "chat"] as const) {
    assert.equal(active({ kind: "hang", scope, ending: "never" }), scope);
  }
});
