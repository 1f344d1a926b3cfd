import assert from "node:assert/strict";
import { test } from "node:test";

import { restartableApp } from "#features/studio/testing/restartable-app.ts";
import { buttonsOf, openPerson } from "#test/support/person.ts";

const app = await restartableApp();
app.sandbox.limits.change(undefined);
const alex = await openPerson(app.sandbox.url, 700_000_003);

test("the program stops in the middle of the questions, and they go on with what was chosen", async () => {
  await alex.start();
  await alex.press("Set up");
  await alex.press("English");
  await alex.press("Berlin");
  await alex.press("✅ Alert");
  await alex.sees("⬜️ Alert");
  await app.restart();
  await alex.press("Next");
  await alex.press("≥ 80%");
  const asked = await alex.sees("4/4 · When do you want signals, by the clock in Europe/Berlin?");
  await app.restart();
  await alex.start();
  const again = await alex.waits(
    "the same question anew",
    (message) => message.message_id > asked.message_id && (message.text ?? "").includes("4/4"),
  );
  assert.deepEqual(
    buttonsOf(again).map(({ text }) => text),
    buttonsOf(asked).map(({ text }) => text),
  );
  await alex.press(/^✅ Subscribe$/);
  await alex.sees("buy, sell, or close signals · confidence 80% or more");
});

test("a typed answer that was waited for is still waited for", async () => {
  await alex.say("/settings");
  await alex.press("📈 Signals");
  await alex.press("Hours");
  await alex.press("Other hours");
  await alex.sees("Type when you want signals");
  await app.restart();
  await alex.say("9-17:30");
  await alex.sees("Hours: 09:00 – 17:30 (the others wait)");
});

test("every call was valid", () => {
  assert.deepEqual(app.sandbox.journal.invalidCalls, []);
});
