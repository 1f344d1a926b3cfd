import assert from "node:assert/strict";
import { test } from "node:test";

import { createCanvas } from "@napi-rs/canvas";
import { sql } from "kysely";

import { ledgerViolations } from "#kernel/ledger/index.ts";
import { systemClock } from "#kernel/lib/clock.ts";
import { createDrawingProcess } from "#kernel/media/index.ts";
import { drawFilm } from "#providers/video/demo/film/film.ts";
import { runApp } from "#test/support/app.ts";
import { openPerson } from "#test/support/person.ts";
import { kieKey, kieServer } from "#test/support/providers/kie-server.ts";
import { until } from "#test/support/until.ts";

import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";

/** The whole program as an operator sets it up with a key of KIE.ai; only the base URL is another one. */
const webhookKey = "the account's own webhook key";
const server = await kieServer({ clock: systemClock, webhookKey });
server.film = await film();
server.plan = { renderMs: 1500 };
const { app, sandbox, database } = await runApp({
  KIE_AI_API_KEY: kieKey,
  KIE_API_ROOT: server.url,
  CALLBACK_SECRET: webhookKey,
  // Without PUBLIC_URL, A2E could not fetch pictures.
  A2E_API_KEY: "sk_unused",
});
const alex = await openPerson(sandbox.url, 700_000_003);
const admin = await openPerson(sandbox.url, sandboxAdminId);

async function film(): Promise<Uint8Array> {
  const drawing = createDrawingProcess({ clock: systemClock });
  const drawn = await drawing.run(drawFilm, { prompt: "a test", seed: "1", width: 128, height: 128, seconds: 1 });
  await drawing.close();
  assert.ok(drawn.ok);
  return drawn.mp4;
}

test("admission", async () => {
  for (const person of [admin, alex]) {
    await person.start();
    await person.sees("/help");
  }
  await admin.say(`/credit ${alex.id} +10 for the tests`);
  await until("the credits", async () => {
    const { rows } = await sql`select from ledger.account where kind = 'user' and posted = 10000`.execute(database.db);
    return rows.length > 0;
  });
});

test("the models of the providers that are set up are on offer, a real one first, and no others", async () => {
  await alex.say("/settings");
  await alex.sees("Model: Veo 3 Fast");
  const asked = await alex.say("/setmodel");
  const offer = await alex.waits(
    "the offer",
    (message) => message.reply_markup !== undefined && message.message_id > asked.message_id,
  );
  const names = JSON.stringify(offer.reply_markup);
  for (const name of ["Veo 3 Fast", "Runway Gen-3", "Wan 2.2: picture", "Kling 2.1", "Demo: text"]) {
    assert.ok(names.includes(name), name);
  }
  assert.ok(names.includes("Wan 2.2: text to video · from 0.3 credits"), "the smaller size is the cheaper one");
  assert.doesNotMatch(names, /A2E|Veo 3\.1|Omni/);
  const other = await alex.say("/setmodel veo-3.1");
  await alex.sees("There is no such model", { since: other });
});

test("words become a video by KIE, called for by its callback, at the model's price", async () => {
  const prompt = await alex.say("A paper boat on a quiet sea at dawn");
  const video = await alex.waits("the video", (message) => message.video !== undefined, { timeoutMs: 30_000 });
  assert.equal(video.video?.width, 128);
  await alex.sees("Done in", { since: prompt });
  assert.deepEqual(await server.callbacks(), [200]);
  const [task] = server.tasks;
  assert.deepEqual([task?.model, task?.input["aspect_ratio"], task?.input["duration"]], ["veo3_fast", "9:16", 8]);
  await alex.start();
  await alex.sees("You have 9.5 credits", { since: prompt });
});

test("a picture is uploaded and becomes a video", async () => {
  await alex.say("/setmodel kling-2.1-standard");
  await alex.sees("Model: Kling 2.1 Standard");
  const picture = createCanvas(64, 64).toBuffer("image/png");
  const photo = await alex.photo(picture, "Let it move");
  await alex.waits("the video", ({ video, message_id: id }) => video !== undefined && id > photo.message_id, {
    timeoutMs: 30_000,
  });
  assert.match(server.tasks.at(-1)?.input["image_url"] as string, /\/uploads\/1\//);
});

test("the books are right and every call was valid", async () => {
  assert.deepEqual(await ledgerViolations(database.db), []);
  assert.deepEqual(sandbox.journal.invalidCalls, []);
});

test("a stop waits for the answer to a start that is under way, and the video is not lost", async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  server.plan = { renderMs: 60_000, callback: "never" };
  await alex.say("/setmodel veo-3-fast");
  await alex.sees("Model: Veo 3 Fast");
  server.creates.push({ until: promise });
  const before = server.tasks.length;
  await alex.say("A lighthouse in a storm");
  await until("KIE to take it", () => server.tasks.length > before);
  const stopped = app.stop();
  await until(
    "nobody to be let in any more",
    async () =>
      await fetch(app.url).then(
        () => false,
        () => true,
      ),
  );
  resolve(undefined);
  await stopped;
  const { rows } = await sql<{ state: string; reference: string | null }>`
    select state, provider_reference as reference from studio.job where finished_at is null`.execute(database.db);
  assert.deepEqual(
    rows.map(({ state, reference }) => [state, reference?.replace(/:\d+:/, ":at:")]),
    [["running", `veo:at:${server.tasks.at(-1)?.id}`]],
  );
});
