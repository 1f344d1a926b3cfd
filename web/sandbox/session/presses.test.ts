import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { buttonKey, makePresses } from "./presses.ts";

const key = buttonKey(1, 7, 0, 0);

function setUp(): { readonly presses: ReturnType<typeof makePresses>; readonly timeouts: () => number } {
  let count = 0;
  const presses = makePresses(() => {
    count += 1;
  });
  return { presses, timeouts: () => count };
}

test("a button waits from the press until the bot's answer", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { presses } = setUp();
  const press = presses.press(key, async () => await Promise.resolve("q1"));
  assert.equal(presses.waiting.value.has(key), true);
  await press;
  assert.equal(presses.waiting.value.has(key), true);
  presses.answered("q1");
  assert.equal(presses.waiting.value.size, 0);
});

test("an answer that overtakes the press's own answer still releases the button", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { presses } = setUp();
  await presses.press(key, async () => {
    presses.answered("q1");
    return await Promise.resolve("q1");
  });
  assert.equal(presses.waiting.value.size, 0);
});

test("a waiting button is not pressed twice", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { presses } = setUp();
  const send = mock.fn(async () => await Promise.resolve("q1"));
  await presses.press(key, send);
  await presses.press(key, send);
  assert.equal(send.mock.callCount(), 1);
});

test("after 30 seconds without an answer the button is released and the person told", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { presses, timeouts } = setUp();
  await presses.press(key, async () => await Promise.resolve("q1"));
  t.mock.timers.tick(29_999);
  assert.deepEqual([presses.waiting.value.size, timeouts()], [1, 0]);
  t.mock.timers.tick(1);
  assert.deepEqual([presses.waiting.value.size, timeouts()], [0, 1]);
});

test("a press that is refused releases the button and passes the reason on", async () => {
  const { presses } = setUp();
  const refused = presses.press(key, async () => await Promise.reject(new Error("blocked")));
  await assert.rejects(refused, /blocked/);
  assert.equal(presses.waiting.value.size, 0);
});
