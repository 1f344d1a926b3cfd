import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import type { Message } from "@grammyjs/types";
import { createCanvas } from "@napi-rs/canvas";
import { sql } from "kysely";

import { cleanUp } from "#test/support/clean-up.ts";
import { assertSound, deploy, settled } from "#test/support/deployment.ts";
import { filesBelow, findTraces, type Places, sealedTrace, traceOf } from "#test/support/find-traces.ts";
import { openPerson, visibleText } from "#test/support/person.ts";
import type { Program } from "#test/support/program.ts";
import { until } from "#test/support/until.ts";

import { sandboxAdminId } from "../../src/sandbox/world/first-world.ts";

/**
 * The whole program makes videos of words and of a picture that nobody else has, in all ways in which a job can end, and
 * is killed in the middle of two. Then everything that it keeps is searched: each row of each table, each file below its
 * directories (opened, where it is compressed), and all that it has logged at its most talkative.
 */
const temporary = await mkdtemp(join(tmpdir(), "telecast-privacy-"));
cleanUp(async () => {
  await rm(temporary, { recursive: true, force: true });
});
const deployment = await deploy({ environment: { FEATURES: "studio", LOG_LEVEL: "trace", TMPDIR: temporary } });
const { sandbox, database, environment } = deployment;
const { db } = database;
await sql`insert into setting.section (key, value) values ('studio.billing', '{"mode": "free", "freePerDay": 100}')`.execute(
  db,
);
const alex = await openPerson(sandbox.url, 700_000_003);
const admin = await openPerson(sandbox.url, sandboxAdminId);

const words = "Quagmire4417Zeppelin";
/** Noise cannot be packed or drawn again: any part of it gives it away. */
const picture = noisyPicture();
const pictureParts = [0.2, 0.4, 0.6, 0.8].map((share) => {
  const from = Math.floor(picture.length * share);
  return picture.subarray(from, from + 24);
});
const trace = traceOf(words, ...pictureParts);

function noisyPicture(): Buffer {
  const canvas = createCanvas(96, 96);
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(96, 96);
  pixels.data.set(randomBytes(pixels.data.length));
  for (let alpha = 3; alpha < pixels.data.length; alpha += 4) pixels.data[alpha] = 255;
  context.putImageData(pixels, 0, 0);
  return canvas.toBuffer("image/png");
}

const programs: Program[] = [];

async function start(): Promise<Program> {
  const program = await deployment.start();
  programs.push(program);
  return program;
}

function places(): Places {
  return {
    db,
    directories: [environment["DATA_DIR"] ?? "", temporary],
    texts: { log: programs.map(({ output }) => output()).join("") },
  };
}

async function cardOf(prompt: Message, shows: RegExp): Promise<void> {
  await alex.waits(
    `a card with ${String(shows)}`,
    (message) => message.reply_to_message?.message_id === prompt.message_id && shows.test(visibleText(message)),
    { timeoutMs: 60_000 },
  );
}

/** What the program does once a job has ended: at the provider, and to its files. */
async function tidied(): Promise<void> {
  await until("what follows a job's end to be done", async () => {
    const { rows } = await sql`
      select from pgboss.job where name in ('studio.tidy-job', 'studio.dispatch-jobs') and state < 'completed'`.execute(
      db,
    );
    return rows.length === 0;
  });
}

async function assertNothingIsLeft(): Promise<void> {
  await settled(deployment);
  await tidied();
  await until("the files to be removed", async () => (await keptFiles()).length === 0).catch(async () => {
    assert.deepEqual(await keptFiles(), []);
  });
  assert.deepEqual(await findTraces(places(), trace), [], "words or picture");
  assert.deepEqual(await findTraces(places(), sealedTrace), [], "something sealed");
  const { rows } = await sql`select from pg_largeobject_metadata`.execute(db);
  assert.equal(rows.length, 0);
}

/** Neither pictures nor films nor anybody's half of one: nothing but the key. */
async function keptFiles(): Promise<readonly string[]> {
  const { directories } = places();
  const files = (await Promise.all(directories.map(filesBelow))).flat();
  return files.filter((path) => !path.endsWith("/encryption-key"));
}

/**
 * What a process was writing when it died has no owner: sweeps remove it when it is an hour old. It is made so old here,
 * and the sweeps of the running program are called.
 */
async function letAnHourPass(): Promise<void> {
  await settled(deployment);
  await tidied();
  const before = new Date(Date.now() - 2 * 3_600_000);
  for (const directory of places().directories) {
    const entries = await readdir(directory, { recursive: true });
    // What is removed meanwhile need not be old.
    for (const entry of entries) await utimes(join(directory, entry), before, before).catch(() => undefined);
  }
  await sql`update media.file set created_at = ${before} where kept_at is null`.execute(db);
  await sql`
    insert into pgboss.job (name, data, policy, singleton_key)
    select name, '{}', 'exclusive', 'an hour has passed' from unnest(array['media.sweep', 'studio.sweep-jobs']) as name`.execute(
    db,
  );
}

let program = await start();

test("a picture that is being worked on is found by the search, and its words are not", async () => {
  await alex.start();
  await alex.sees("/help");
  await alex.say("/setmodel demo-image");
  await alex.sees("picture to video");
  await alex.say("/setduration 2");
  await alex.sees("Length: 2 s");
  const prompt = await alex.photo(picture, `${words} in the morning #slow`);
  await cardOf(prompt, /Being made/);
  const found = await findTraces(places(), trace);
  assert.ok(found.length > 0, "the search is blind");
  assert.deepEqual(
    found.filter((place) => !place.includes("/media/")),
    [],
    "only the sealed or served picture",
  );
  assert.ok((await findTraces(places(), sealedTrace)).includes("studio.job"));
  await alex.press("Cancel");
  await cardOf(prompt, /Cancelled/);
  await assertNothingIsLeft();
});

test("nothing is left of a picture and words that became a video, that failed, or that were refused", async () => {
  for (const [word, shows] of [
    ["", /Done in/],
    ["#fail", /could not make/],
    ["#moderation", /content rules/],
    ["#unclear", /Done in/],
  ] as const) {
    await cardOf(await alex.photo(picture, `${words} at noon ${word}`), shows);
  }
  await assertNothingIsLeft();
});

test("nothing is left of jobs in the middle of which the program was killed, once they have ended", async () => {
  const prompts = [await alex.photo(picture, `${words} at dusk`), await alex.photo(picture, `${words} at night #slow`)];
  await until("both to be on their way", async () => {
    const { rows } = await sql`
      select from studio.job where finished_at is null and image_media_id is not null and provider_reference is not null`.execute(
      db,
    );
    return rows.length >= 1;
  });
  await program.kill();
  assert.notDeepEqual(await findTraces(places(), trace), [], "it was killed before it kept anything");
  // What a kill leaves when it meets a write; whether this one did is a matter of luck.
  const dataDir = environment["DATA_DIR"] ?? "";
  await writeFile(join(dataDir, "media", "cut-off.part"), picture.subarray(0, picture.length / 2));
  await mkdir(join(dataDir, "studio-work", "work-cut-off"), { recursive: true });
  await writeFile(join(dataDir, "studio-work", "work-cut-off", "video.mp4"), picture);
  program = await start();
  for (const prompt of prompts) await cardOf(prompt, /Done in/);
  await letAnHourPass();
  await assertNothingIsLeft();
});

test("the guided way keeps nothing once it is done, and nothing when it is given up", async () => {
  await alex.say("/generate");
  await alex.press("picture to video");
  await alex.sees("what do you want to see?");
  const prompt = await alex.say(`${words} by bicycle`);
  await alex.sees("Now send the picture", { since: prompt });
  assert.deepEqual(await findTraces(places(), traceOf(words)), [], "a draft is sealed");
  await alex.photo(picture);
  await alex.sees("Ready to go?", { since: prompt });
  await alex.press("Go");
  await cardOf(prompt, /Done in/);
  await alex.say("/generate");
  await alex.press("picture to video");
  const other = await alex.say(`${words} by balloon`);
  await alex.sees("Now send the picture", { since: other });
  await alex.say("/cancel");
  await alex.sees("Stopped.", { since: other });
  await assertNothingIsLeft();
});

test("an administrator's statistics and the person's own export know nothing of it", async () => {
  await admin.start();
  await alex.say("/export");
  const exported = await alex.waits("the export", (message) => message.document !== undefined);
  assert.ok(!trace(await alex.file(exported.document?.file_id ?? "")));
  assert.deepEqual(await findTraces(places(), trace), []);
});

test("the books are right after all that, and every call was valid", async () => {
  await settled(deployment);
  await assertSound(deployment);
});
