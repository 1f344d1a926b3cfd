import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { sql } from "kysely";
import { pino } from "pino";

import { systemClock } from "#kernel/lib/clock.ts";
import { systemIds } from "#kernel/lib/ids.ts";
import { manualClock } from "#kernel/lib/manual-clock.ts";
import { Secret } from "#kernel/lib/secret.ts";
import { createMetrics, type Logger, silentLogger } from "#kernel/observability/index.ts";
import { clearFaults, injectFault, openPerson } from "#test/support/person.ts";
import { telegramRig } from "#test/support/telegram-rig.ts";
import { until } from "#test/support/until.ts";

import { type ApiMethod, type CallOptions, createBotApi } from "./bot-api.ts";
import type { MessageRoute } from "./route.ts";
import type { Telegram } from "./telegram.ts";

const rig = await telegramRig();
const { db } = rig.database;
const { sandbox } = rig;
const dana = await openPerson(sandbox.url, 700_000_001);

const heard: string[] = [];
const listen: MessageRoute = {
  name: "listen",
  priority: 0,
  run: async (_context, { text = "" }) => {
    heard.push(text);
    return "handled";
  },
};
const running: Telegram[] = [];
function start(log: Logger = silentLogger()): Telegram {
  const telegram = rig.replica({ routes: [{ owner: "test", messages: [listen] }], log });
  telegram.start();
  running.push(telegram);
  return telegram;
}
/** What is logged at `warn` and above. */
function recordingLog(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const log = pino(
    { level: "warn" },
    { write: (line: string) => lines.push((JSON.parse(line) as { msg: string }).msg) },
  );
  return { log, lines };
}
afterEach(async () => {
  await clearFaults(sandbox.url);
  await Promise.all(running.splice(0).map(async (telegram) => await telegram.stop()));
  heard.length = 0;
});

test("only one of two replicas polls, and the other goes on as soon as it stops", async () => {
  const [first, second] = [start(), start()];
  await until("one polls", async () => {
    const details = await Promise.all([first, second].map(async ({ check }) => (await check()).detail));
    return details.some((detail) => detail.startsWith("polling")) && details.includes("another replica polls");
  });
  const poller = (await first.check()).detail.startsWith("polling") ? first : second;
  await dana.say("one");
  await until("heard", () => heard.length === 1);
  await poller.stop();
  await dana.say("two");
  await until("heard by the other", () => heard.length === 2);
});

test("a replica that does not poll says so when nobody does", async () => {
  const clock = manualClock(new Date());
  const other = rig.replica({ routes: [], clock });
  const lease = `telegram.poll:${rig.api.botId}`;
  const hold = async (seconds: number): Promise<void> => {
    await sql`
      insert into kernel.lease (name, owner, epoch, expires_at)
      values (${lease}, 'somebody', 1, now() + ${seconds} * interval '1 second')
      on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at`.execute(db);
  };
  await hold(60);
  assert.deepEqual(await other.check(), { ok: true, detail: "another replica polls" });
  await hold(-1);
  assert.equal((await other.check()).ok, true, "it takes a moment to move");
  await clock.advance(20_000);
  assert.deepEqual(await other.check(), { ok: false, detail: "no replica has polled for 20 s" });
  await hold(60);
  assert.equal((await other.check()).ok, true);
  await hold(-1);
});

test("an active webhook is removed, without losing what waits", async () => {
  await rig.api.call("setWebhook", { url: "https://bot.test/elsewhere" });
  await dana.say("waiting");
  const { log, lines } = recordingLog();
  start(log);
  await until("heard", () => heard.includes("waiting"));
  assert.equal((await rig.api.call("getWebhookInfo", {})).url, "");
  assert.deepEqual(lines, ["webhook removed, because this program polls"]);
});

test("another program that polls with the token is explained in one plain line, however long it lasts", async () => {
  const { log, lines } = recordingLog();
  const telegram = start(log);
  await until("polling", () => sandbox.journal.calls.get("getUpdates"));
  const conflicts = 2;
  const rival = new AbortController();
  for (let n = 0; n < conflicts; n += 1) {
    const before = sandbox.journal.calls.get("getUpdates") ?? 0;
    void rig.api.call("getUpdates", { timeout: 20 }, { signal: rival.signal }).catch(() => undefined);
    await until(
      "the rival is cut off again",
      () => (sandbox.journal.calls.get("getUpdates") ?? 0) >= before + 2,
      20_000,
    );
  }
  assert.deepEqual(lines, [
    "another program polls with the same bot token: stop it, or give this one a bot of its own",
  ]);
  await dana.say("after");
  await until("heard", () => heard.includes("after"));
  assert.equal((await telegram.check()).ok, true);
});

test("an outage is told once, and so is its end; nothing is lost", async () => {
  const { log, lines } = recordingLog();
  start(log);
  await dana.say("before");
  await until("heard", () => heard.includes("before"));
  await injectFault(sandbox.url, { kind: "outage" });
  await dana.say("during");
  const words = "Telegram cannot be reached: updates wait there";
  await until("it is noticed", () => lines.includes(words));
  await clearFaults(sandbox.url);
  await until("heard", () => heard.includes("during"));
  assert.equal(lines.filter((line) => line === words).length, 1);
});

test("what cannot be stored is not confirmed: Telegram keeps it until the database is back", async () => {
  const { log, lines } = recordingLog();
  start(log);
  await dana.say("before");
  await until("heard", () => heard.includes("before"));
  await sql`alter table telegram.update rename to hidden`.execute(db);
  await dana.say("meanwhile");
  await until("it is noticed", () => lines.some((line) => line.startsWith("updates could not be stored")));
  await sql`alter table telegram.hidden rename to update`.execute(db);
  await until("heard", () => heard.includes("meanwhile"));
});

test("an answer that is lost on its way comes again and is handled once", async () => {
  await injectFault(sandbox.url, { kind: "drop_answer", methods: ["getUpdates"], times: 1 });
  await dana.say("once");
  start();
  await until("heard", () => heard.includes("once"));
  await dana.say("next");
  await until("heard", () => heard.includes("next"));
  assert.deepEqual(heard, ["once", "next"]);
});

test("whoever takes over does not wait long for the first answer, and as long as usual after that", async () => {
  const patience: (number | undefined)[] = [];
  const call = async (method: ApiMethod, payload: never, options?: CallOptions): Promise<unknown> => {
    if (method === "getWebhookInfo") patience.push(options?.timeoutMs);
    return await rig.api.call(method, payload, options);
  };
  await injectFault(sandbox.url, { kind: "drop_answer", methods: ["getWebhookInfo"], times: 1 });
  const routes = [{ owner: "test", messages: [listen] }];
  const telegram = rig.replica({ routes, api: { ...rig.api, call: call as typeof rig.api.call } });
  telegram.start();
  running.push(telegram);
  await dana.say("after all");
  await until("heard", () => heard.includes("after all"));
  assert.deepEqual(patience, [5000, undefined]);
});

test("a token that Telegram does not know is said in plain words", async () => {
  const { log, lines } = recordingLog();
  const stranger = createBotApi({
    token: new Secret("123:wrongwrongwrongwrongwrongwrong"),
    root: sandbox.url,
    clock: systemClock,
    ids: systemIds,
    log,
    metrics: createMetrics({ process: false }),
    connections: 1,
  });
  const telegram = rig.replica({ routes: [], log, api: stranger });
  running.push(telegram);
  telegram.start();
  const words = "Telegram does not know this bot token: it was revoked or mistyped";
  await until("it is said", () => lines.includes(words));
  assert.equal((await telegram.check()).detail, words);
  await running.pop()?.stop();
  await stranger.close();
});

test("updates that wait while none is handled make the check fail, until they are handled", async () => {
  const telegram = rig.replica({ routes: [{ owner: "test", messages: [listen] }], stallMs: 400 });
  telegram.start();
  running.push(telegram);
  await until("an idle inbox", async () => (await telegram.checkHandling()).detail === "no update waits");
  await db.transaction().execute(async (tx) => {
    // Another replica has the chat and does not get on with it.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`telegram.update:${rig.api.botId}:2`}, 0))`.execute(tx);
    await sql`
      insert into telegram.update (bot_id, update_id, chat_id, kind, body, received_at)
      values (${rig.api.botId}, 1, 2, 'message', 'x', now() - interval '2 minutes')`.execute(db);
    await until("the stall to be noticed", async () => !(await telegram.checkHandling()).ok);
    const { detail } = await telegram.checkHandling();
    assert.match(detail, /^stands still for \d+ s: 1 updates wait, the oldest for 12\d s$/);
  });
  await until("the recovery", async () => (await telegram.checkHandling()).ok);
  assert.match(
    (await telegram.checkHandling()).detail,
    /^no update waits; works again since \d+ s, after standing still/,
  );
});

test("a poll that is told to wait makes the whole bot wait", async () => {
  const waits: number[] = [];
  await injectFault(sandbox.url, { kind: "rate_limit", methods: ["getUpdates"], times: 1, retryAfter: 1 });
  const telegram = rig.replica({
    routes: [{ owner: "test", messages: [listen] }],
    onFloodControl: (retryAfterMs) => waits.push(retryAfterMs),
  });
  telegram.start();
  running.push(telegram);
  await until("the wait to be passed on", () => waits.length > 0);
  assert.deepEqual(waits, [1000]);
});
