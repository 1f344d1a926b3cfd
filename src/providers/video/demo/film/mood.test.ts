import assert from "node:assert/strict";
import { test } from "node:test";

import { moodOf } from "./mood.ts";
import { palettes } from "./palette.ts";
import { seededRandom } from "./random.ts";
import { sea } from "./scene-sea.ts";
import { space } from "./scene-space.ts";

test("words of the prompt choose the scene, in English, Korean and emoji", () => {
  for (const prompt of ["Waves on the ocean", "고요한 바다", "🌊"]) {
    for (const seed of ["a", "b", "c"]) assert.equal(moodOf(prompt, seededRandom(seed)).makeScene, sea, prompt);
  }
  assert.equal(moodOf("우주를 나는 고양이", seededRandom("a")).makeScene, space);
});

test("words choose the colours too", () => {
  for (const seed of ["a", "b", "c", "d"]) {
    const { palette } = moodOf("the sea at sunset", seededRandom(seed));
    assert.ok(palette === palettes.dusk || palette === palettes.ember);
  }
});

test("parts of words choose nothing", () => {
  const scenes = new Set(
    Array.from({ length: 40 }, (_, seed) => moodOf("nauseating research", seededRandom(String(seed))).makeScene),
  );
  assert.ok(scenes.size > 3);
});

test("without such words the seed chooses, among all scenes", () => {
  const scenes = new Set(
    Array.from({ length: 200 }, (_, seed) => moodOf("something", seededRandom(String(seed))).makeScene),
  );
  assert.equal(scenes.size, 6);
});
