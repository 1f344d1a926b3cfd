import assert from "node:assert/strict";
import { test } from "node:test";
import { format, inspect } from "node:util";

import { Secret } from "./secret.ts";

test("a secret shows itself only when asked to", () => {
  const secret = new Secret("hunter2");
  assert.equal(secret.reveal(), "hunter2");
  const shown = [
    String(secret),
    `a ${String(secret)} b`,
    JSON.stringify({ secret }),
    inspect(secret, { showHidden: true, depth: 5 }),
    inspect({ deep: { secret } }),
    format("%s %o %j", secret, secret, secret),
    Object.values(secret).join(""),
  ];
  for (const text of shown) assert.doesNotMatch(text, /hunter2/);
  assert.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}');
});
