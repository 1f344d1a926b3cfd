import assert from "node:assert/strict";
import { test } from "node:test";

import { seededRandom } from "./random.ts";
import { composeSoundtrack, sampleRate } from "./soundtrack.ts";

function peakBetween(stereo: Float32Array, fromSeconds: number, toSeconds: number): number {
  return stereo
    .subarray(Math.round(fromSeconds * sampleRate) * 2, Math.round(toSeconds * sampleRate) * 2)
    .reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
}

for (const bright of [true, false]) {
  test(`a ${bright ? "bright" : "dark"} soundtrack is soft, never clipped, fades in and out, and has no gaps`, () => {
    const stereo = composeSoundtrack({ seconds: 8, bright, random: seededRandom("sound") });
    assert.ok(stereo.length / 2 / sampleRate <= 8 && stereo.length / 2 / sampleRate > 7.9);
    assert.ok(Math.abs(peakBetween(stereo, 0, 8) - 0.4) < 0.001);
    assert.ok(peakBetween(stereo, 0, 0.01) < 0.02);
    assert.ok(peakBetween(stereo, 7.93, 8) < 0.02);
    for (let at = 0.5; at < 7; at += 0.25) assert.ok(peakBetween(stereo, at, at + 0.25) > 0.02, `silent at ${at} s`);
  });
}

test("one seed is one tune", () => {
  const compose = (seed: string): Float32Array =>
    composeSoundtrack({ seconds: 1, bright: true, random: seededRandom(seed) });
  assert.deepEqual(compose("a"), compose("a"));
  assert.notDeepEqual(compose("a"), compose("b"));
});
