import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { sql } from "kysely";

import type { User } from "#kernel/accounts/index.ts";

import { dispatchJobs, showQueue } from "./dispatch.ts";
import type { VideoJob } from "./job.ts";
import { queuePosition } from "./queue.ts";
import { limitSettings } from "./settings.ts";
import { cardText, price, studioRig } from "./testing/studio-rig.ts";

const rig = await studioRig();
const { db } = rig.database;
rig.provider.plan = { looks: 10_000 };
const [ann, bob, cy] = [await rich(), await rich(), await rich()];

async function rich(): Promise<User> {
  return await rig.newUser({ credits: 1000n * price });
}

beforeEach(async () => {
  await sql`delete from studio.job`.execute(db);
  await rig.change(limitSettings, { perPerson: 2, overall: 4, queuedPerPerson: 100 });
  rig.line.lose();
});

/** Orders one after the other, a second apart. @returns them by name: the person's letter and a number. */
async function queue(...people: readonly User[]): Promise<Record<string, VideoJob>> {
  const jobs: Record<string, VideoJob> = {};
  for (const person of people) {
    const letter = person === ann ? "a" : person === bob ? "b" : "c";
    const number = Object.keys(jobs).filter((name) => name.startsWith(letter)).length + 1;
    jobs[`${letter}${number}`] = await rig.ordered(person);
    await rig.clock.advance(1000);
  }
  return jobs;
}

async function dispatch(jobs: Record<string, VideoJob>): Promise<readonly (string | undefined)[]> {
  const begun = await rig.write(async (tx) => await dispatchJobs(rig.studio, tx));
  return begun.map((id) => Object.keys(jobs).find((name) => jobs[name]?.id === id));
}

async function positions(jobs: Record<string, VideoJob>): Promise<string> {
  const all = await Promise.all(
    Object.entries(jobs).map(async ([name, { id }]) => `${name}:${await queuePosition(db, id)}`),
  );
  return all.join(" ");
}

test("everybody's first comes before anybody's second", async () => {
  const jobs = await queue(ann, ann, ann, bob, cy);
  assert.equal(await positions(jobs), "a1:1 a2:4 a3:5 b1:2 c1:3");
  assert.deepEqual(await dispatch(jobs), ["a1", "b1", "c1", "a2"]);
  assert.equal(await positions(jobs), "a1:0 a2:0 a3:1 b1:0 c1:0");
});

test("what a person has on its way counts against what waits", async () => {
  await rig.change(limitSettings, { overall: 1 });
  const jobs = await queue(ann, ann, bob);
  assert.deepEqual(await dispatch(jobs), ["a1"]);
  assert.equal(await positions(jobs), "a1:0 a2:2 b1:1");
  await rig.change(limitSettings, { overall: 2 });
  assert.deepEqual(await dispatch(jobs), ["b1"]);
});

test("nobody gets more places than his share, even when there are more", async () => {
  const jobs = await queue(ann, ann, ann, ann);
  assert.deepEqual(await dispatch(jobs), ["a1", "a2"]);
  assert.deepEqual(await dispatch(jobs), []);
  await rig.advance(jobs["a1"]?.id ?? "", { type: "cancelled" });
  assert.deepEqual(await dispatch(jobs), ["a3"]);
});

test("only making a video takes a place; sending it does not", async () => {
  await rig.change(limitSettings, { overall: 1 });
  const jobs = await queue(ann, bob);
  await rig.line.run();
  rig.line.lose();
  const id = jobs["a1"]?.id ?? "";
  await rig.advance(id, { type: "succeeded" });
  assert.deepEqual(await dispatch(jobs), []);
  const mediaId = await rig.keepFile();
  const video = {
    mediaId,
    thumbnailMediaId: undefined,
    width: 128,
    height: 128,
    durationSeconds: 4,
    bytes: 1000,
    linkUntil: undefined,
  };
  await rig.advance(id, { type: "fetched", video });
  assert.deepEqual(await dispatch(jobs), ["b1"]);
});

test("a job that has to wait for its provider lets others by", async () => {
  await rig.change(limitSettings, { overall: 1 });
  const jobs = await queue(ann, ann);
  assert.deepEqual(await dispatch(jobs), ["a1"]);
  const until = new Date(rig.clock.now().getTime() + 10_000);
  await rig.advance(jobs["a1"]?.id ?? "", { type: "postponed", until });
  assert.deepEqual(await dispatch(jobs), ["a2"]);
  await rig.advance(jobs["a2"]?.id ?? "", { type: "cancelled" });
  assert.deepEqual(await dispatch(jobs), []);
  await rig.clock.advance(10_000);
  assert.deepEqual(await dispatch(jobs), ["a1"]);
});

test("twenty dispatches at once fill each place once", async () => {
  await rig.change(limitSettings, { perPerson: 10 });
  const jobs = await queue(ann, ann, ann, ann, ann, bob, bob);
  const begun = await Promise.all(Array.from({ length: 20 }, async () => await dispatch(jobs)));
  assert.deepEqual(new Set(begun.flat()), new Set(["a1", "a2", "b1", "b2"]));
  assert.equal(begun.flat().length, 4);
});

test("the cards of those who wait follow the queue, and change only when their number does", async () => {
  await rig.change(limitSettings, { overall: 1 });
  const jobs = await queue(ann, bob, cy);
  const idOf = (name: string): string => jobs[name]?.id ?? "";
  const wait = async (): Promise<void> => {
    await rig.clock.advance(3000);
    await rig.line.run();
  };
  await wait();
  assert.match(await cardText(rig, idOf("b1")), /Next in line/);
  assert.match(await cardText(rig, idOf("c1")), /In line: number 2/);
  const before = (await rig.job(idOf("c1"))).cardAt;
  await wait();
  assert.deepEqual((await rig.job(idOf("c1"))).cardAt, before);
  await rig.advance(idOf("b1"), { type: "cancelled" });
  await wait();
  assert.match(await cardText(rig, idOf("c1")), /Next in line/);
});

test("a queue that moves fast does not move its cards faster than people read", async () => {
  await rig.change(limitSettings, { overall: 1 });
  const jobs = await queue(ann, bob, cy);
  await dispatch(jobs);
  await rig.clock.advance(3000);
  await showQueue(db, rig.studio.showJob);
  const shownAt = (await rig.job(jobs["c1"]?.id ?? "")).cardAt;
  await rig.advance(jobs["b1"]?.id ?? "", { type: "cancelled" });
  await rig.clock.advance(1000);
  await showQueue(db, rig.studio.showJob);
  assert.deepEqual((await rig.job(jobs["c1"]?.id ?? "")).cardAt, shownAt);
});
