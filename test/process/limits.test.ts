import assert from "node:assert/strict";
import { test } from "node:test";

import { sql } from "kysely";

import { systemClock } from "#kernel/lib/clock.ts";
import { createDrawingProcess } from "#kernel/media/index.ts";
import { drawFilm } from "#providers/video/demo/film/film.ts";
import { assertSound, deploy, type Deployment, settled } from "#test/support/deployment.ts";
import { kieKey, type KieServer, kieServer, type KieTask } from "#test/support/providers/kie-server.ts";
import { until } from "#test/support/until.ts";

/**
 * What is promised to providers and to people holds for all replicas together, and through a death: told by what the
 * provider's own server has counted.
 */
const model = {
  id: "veo",
  label: "Veo",
  provider: "kie",
  providerModel: "veo3_fast",
  image: "none",
  enabled: true,
  promptMaxLength: 500,
  durations: [{ seconds: 8, price: 1000, costUsdMicros: 300_000 }],
  resolutions: [{ width: 720, height: 1280, aspectRatio: "9:16" }],
};

async function drawOnce(): Promise<Uint8Array> {
  const drawing = createDrawingProcess({ clock: systemClock });
  const film = await drawing.run(drawFilm, { prompt: "a test", seed: "1", width: 128, height: 128, seconds: 1 });
  await drawing.close();
  assert.ok(film.ok);
  return film.mp4;
}
const film = await drawOnce();

interface Studio {
  readonly deployment: Deployment;
  readonly server: KieServer;
}

/** Telecast without a bill, and KIE behind it. */
async function studioAt(startsPer10Seconds: number, limits: object): Promise<Studio> {
  const server = await kieServer({ clock: systemClock, film, startsPer10Seconds });
  const deployment = await deploy({
    environment: {
      FEATURES: "studio",
      KIE_AI_API_KEY: kieKey,
      KIE_API_ROOT: server.url,
      KIE_STARTS_PER_10_SECONDS: String(startsPer10Seconds),
    },
  });
  await sql`
    insert into setting.section (key, value) values
      ('studio.billing', '{"mode": "free", "freePerDay": 1000}'),
      ('studio.models', ${{ models: [model] }}),
      ('studio.limits', ${limits})`.execute(deployment.database.db);
  return { deployment, server };
}

/** Each of them orders so many. @returns their ids. */
function order({ deployment: { sandbox } }: Studio, people: number, each: number): readonly number[] {
  const ids = sandbox.addStartedPeople(people);
  for (let count = 1; count <= each; count += 1) {
    for (const id of ids) sandbox.as(id).say(`Video ${count} of person-${id}`);
  }
  return ids;
}

function videosOf({ deployment: { sandbox } }: Studio, id: number): number {
  return sandbox.journal.sends.filter(({ chatId, method }) => chatId === id && method === "sendVideo").length;
}

async function inState({ deployment }: Studio, state: string): Promise<number> {
  const { rows } = await sql<{ jobs: number }>`
    select count(*) as jobs from studio.job where state = ${state}`.execute(deployment.database.db);
  return rows[0]?.jobs ?? 0;
}

/** The most that `spanMs` after their beginnings have in common, by the server's clock. */
function mostWithin(tasks: readonly KieTask[], spanMs: number): number {
  const begins = tasks.map(({ madeAtMs }) => madeAtMs);
  return Math.max(0, ...begins.map((at) => begins.filter((other) => other <= at && other > at - spanMs).length));
}

function personOf({ input }: KieTask): string {
  return /person-\d+/.exec(String(input["prompt"]))?.[0] ?? "";
}

test("two replicas keep the provider's pace and the places of all and of each person together", async () => {
  const studio = await studioAt(12, { overall: 5, perPerson: 2 });
  const { deployment, server } = studio;
  const renderMs = 400;
  server.plan = { renderMs };
  await Promise.all([deployment.start(), deployment.start()]);
  const people = order(studio, 6, 3);
  await until("all to be taken", () => server.tasks.length === 18, 60_000);
  await settled(deployment, 90_000);
  for (const id of people) assert.equal(videosOf(studio, id), 3);
  assert.equal(server.tasks.length, 18, "none was ordered again");
  assert.equal(server.refused, 0, "the provider had to turn nobody away");
  assert.ok(mostWithin(server.tasks, 10_000) <= 12);
  assert.ok(mostWithin(server.tasks, renderMs) <= 5, "places of all");
  for (const [person, tasks] of Map.groupBy(server.tasks, personOf)) {
    assert.ok(mostWithin(tasks, renderMs) <= 2, `places of ${person}`);
  }
  await assertSound(deployment);
});

/** 300 were run as well: see `docs/numbers.md`. */
const many = 60;

test(`killed while ${many} videos are being made, the program brings each of them once`, async () => {
  const studio = await studioAt(10_000, { overall: many, perPerson: 2 });
  const { deployment, server } = studio;
  // Nobody calls back and nothing is ready before the program is back.
  server.plan = { renderMs: 3_600_000, callback: "never" };
  const first = await deployment.start();
  const people = order(studio, many, 1);
  await until("all to be on their way", async () => (await inState(studio, "running")) === many, 90_000);
  await first.kill();
  for (const task of server.tasks) Object.assign(task.plan, { renderMs: 0 });
  await deployment.start();
  await settled(deployment, 170_000);
  assert.equal(server.tasks.length, many, "none was ordered again");
  assert.equal(await inState(studio, "delivered"), many);
  for (const id of people) assert.equal(videosOf(studio, id), 1);
  await assertSound(deployment);
});
