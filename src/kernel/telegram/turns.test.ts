import assert from "node:assert/strict";
import { test } from "node:test";

import { cleanUp } from "#test/support/clean-up.ts";
import { openPerson } from "#test/support/person.ts";
import { telegramRig } from "#test/support/telegram-rig.ts";
import { until } from "#test/support/until.ts";
import { logWire } from "#test/support/wire-log.ts";

import type { MessageRoute } from "./route.ts";

const rig = await telegramRig();
const logs = logWire(rig.database.pool);
const quiet: MessageRoute = { name: "quiet", priority: 0, run: async () => await Promise.resolve("handled") };
const telegram = rig.replica({ routes: [{ owner: "test", messages: [quiet] }] });
telegram.start();
cleanUp(telegram.stop);
const dana = await openPerson(rig.sandbox.url, 700_000_001);

test("whoever writes in private is asked for together with the turn, and the mark goes out with the commit", async () => {
  // The first message makes him known.
  for (const count of [1, 2]) {
    await dana.say("hello");
    await until("it is handled", async () => {
      const rows = await rig.updates();
      return rows.length === count && rows.every(({ state }) => state === "handled");
    });
  }
  const steps = /^(ask|answer) .*(take_turn|left join account.chat|mark_handled|commit)/;
  const lastTurns = (): readonly (readonly string[])[] =>
    logs
      .map((log) => log.slice(log.findLastIndex((line) => /^ask .*take_turn/.test(line))))
      .map((log) => log.flatMap((line) => steps.exec(line)?.slice(1).join(" ") ?? []))
      .filter((turn) => turn[0] === "ask take_turn");
  await until("the commits are answered", () => lastTurns().every((turn) => turn.at(-1) === "answer commit"));
  for (const turn of lastTurns()) {
    assert.deepEqual(turn, [
      "ask take_turn",
      "ask left join account.chat",
      "answer take_turn",
      "answer left join account.chat",
      "ask mark_handled",
      "ask commit",
      "answer mark_handled",
      "answer commit",
    ]);
  }
  assert.ok(lastTurns().length > 0);
});
