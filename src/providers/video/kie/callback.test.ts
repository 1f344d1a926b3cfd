import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";

import type { CallbackVerdict } from "../port.ts";
import { verifyKieCallback } from "./callback.ts";

const clock = manualClock(new Date("2026-11-21T12:00:00Z"));
const nowSeconds = clock.now().getTime() / 1000;
const key = "the account's webhook key";

interface Call {
  readonly body?: string;
  readonly at?: number | string;
  readonly signedFor?: string;
  readonly signedWith?: string;
  readonly unsigned?: boolean;
}

function verdictOn({ body = '{"code":200,"data":{"taskId":"t1"}}', at = nowSeconds, ...call }: Call): CallbackVerdict {
  const signature = createHmac("sha256", call.signedWith ?? key)
    .update(`${call.signedFor ?? "t1"}.${at}`)
    .digest("base64");
  const headers = { "x-webhook-timestamp": String(at), "x-webhook-signature": signature };
  const secret = new Secret(key);
  return verifyKieCallback({ secret, clock }, call.unsigned === true ? {} : headers, Buffer.from(body));
}

test("a callback signed with the account's key is KIE's, however it spells the task", () => {
  for (const body of ['{"data":{"taskId":"t1"}}', '{"code":501,"msg":"failed","data":{"task_id":"t1","x":1}}']) {
    const verdict = verdictOn({ body });
    assert.ok(verdict.ok && verdict.reference === "t1");
  }
});

test("a repeated callback has the same key, another one another", () => {
  const key = (call: Call): string => {
    const verdict = verdictOn(call);
    return verdict.ok ? verdict.replayKey : "";
  };
  assert.equal(key({}), key({ body: '{"data":{"taskId":"t1"},"changed":true}' }), "the body is not signed");
  assert.notEqual(key({}), key({ at: nowSeconds + 1 }));
});

const refusals: readonly (readonly [string, Call, string])[] = [
  ["without a signature", { unsigned: true }, "unsigned"],
  ["for another task", { signedFor: "t2" }, "bad_signature"],
  ["with another key", { signedWith: "another" }, "bad_signature"],
  ["too old", { at: nowSeconds - 301 }, "stale"],
  ["from the future", { at: nowSeconds + 301 }, "stale"],
  ["with a time that is none", { at: "soon" }, "stale"],
  ["about nothing", { body: '{"data":{}}' }, "malformed"],
  ["that is no JSON", { body: "taskId=t1" }, "malformed"],
  ["with a number for a name", { body: '{"data":{"taskId":7}}' }, "malformed"],
];
for (const [what, call, reason] of refusals) {
  test(`a callback ${what} is refused`, () => {
    assert.deepEqual(verdictOn(call), { ok: false, reason });
  });
}

test("an account without a key is known by its URL alone, and repeats by their body", () => {
  const verdict = (body: string): CallbackVerdict =>
    verifyKieCallback({ secret: undefined, clock }, {}, Buffer.from(body));
  const [one, same, other] = ['{"data":{"taskId":"t1"}}', '{"data":{"taskId":"t1"}}', '{"data":{"taskId":"t2"}}'].map(
    verdict,
  );
  assert.ok(one?.ok && same?.ok && other?.ok);
  assert.equal(one.replayKey, same.replayKey);
  assert.notEqual(one.replayKey, other.replayKey);
  assert.deepEqual(verdict("nonsense"), { ok: false, reason: "malformed" });
});
