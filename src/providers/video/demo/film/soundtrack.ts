import type { Random } from "./random.ts";

export const sampleRate = 44_100;

export interface SoundtrackPlan {
  readonly seconds: number;
  /** Major instead of minor. */
  readonly bright: boolean;
  readonly random: Random;
}

const minorChords = [
  [0, 3, 7, 10],
  [-4, 0, 3, 8],
  [-7, -4, 0, 5],
  [-2, 2, 5, 10],
] as const;
const majorChords = [
  [0, 4, 7, 11],
  [-3, 0, 4, 9],
  [-7, -3, 0, 5],
  [-5, -1, 2, 7],
] as const;
const minorScale = [0, 3, 5, 7, 10, 12, 15, 17];
const majorScale = [0, 2, 4, 7, 9, 12, 14, 16];
const chordSeconds = 2;
/** About −15 dB at the peak: soft, but heard on a phone. */
const peak = 0.4;

/** Soft chords with plucked notes over them: interleaved stereo, 44.1 kHz. */
export function composeSoundtrack({ seconds, bright, random }: SoundtrackPlan): Float32Array {
  // AAC rounds up to whole frames; without the cut the sound would outlast the pictures.
  const length = Math.round((seconds - 0.06) * sampleRate);
  const left = new Float32Array(length);
  const right = new Float32Array(length);
  const root = 110 * 2 ** (random.whole(0, 9) / 12);
  addChords({ left, right, root, chords: bright ? majorChords : minorChords });
  addPlucks({ left, right, root: root * 4, scale: bright ? majorScale : minorScale }, random);
  addEcho(left, right);
  return finish(left, right);
}

interface Voices {
  readonly left: Float32Array;
  readonly right: Float32Array;
  readonly root: number;
}

function addChords({ left, right, root, chords }: Voices & { readonly chords: readonly (readonly number[])[] }): void {
  const step = chordSeconds * sampleRate;
  for (let at = 0, i = 0; at < left.length; at += step, i++) {
    const chord = chords[i % chords.length] ?? [];
    chord.forEach((semitones, voice) => {
      const frequency = root * 2 ** (semitones / 12);
      // Each voice sits elsewhere and is slightly out of tune with itself, which makes it wide and warm.
      const pan = 0.3 + 0.4 * (voice / (chord.length - 1));
      addPad(left, { at, length: step * 1.25, frequency: frequency * 0.9985, gain: 0.11 * (1 - pan) });
      addPad(right, { at, length: step * 1.25, frequency: frequency * 1.0015, gain: 0.11 * pan });
    });
  }
}

interface Tone {
  /** In samples, as the length. */
  readonly at: number;
  readonly length: number;
  readonly frequency: number;
  readonly gain: number;
}

function addPad(into: Float32Array, { at, length, frequency, gain }: Tone): void {
  const turn = (2 * Math.PI * frequency) / sampleRate;
  const end = Math.min(at + length, into.length);
  for (let i = at; i < end; i++) {
    const age = i - at;
    const swell = Math.sin(Math.PI * Math.min(age / length, 1)) ** 0.7;
    const phase = age * turn;
    into[i] =
      (into[i] ?? 0) + gain * swell * (Math.sin(phase) + 0.28 * Math.sin(2 * phase) + 0.1 * Math.sin(3 * phase));
  }
}

function addPlucks({ left, right, root, scale }: Voices & { readonly scale: readonly number[] }, random: Random): void {
  const beat = random.between(0.22, 0.34);
  let note = random.whole(0, scale.length - 1);
  for (let at = 0.3; at < left.length / sampleRate - 0.8; at += beat * random.whole(1, 2)) {
    note = Math.min(Math.max(note + random.whole(-2, 2), 0), scale.length - 1);
    const frequency = root * 2 ** ((scale[note] ?? 0) / 12);
    const pan = random.between(0.2, 0.8);
    const tone = { at: Math.round(at * sampleRate), length: sampleRate, frequency };
    addPluck(left, { ...tone, gain: 0.1 * (1 - pan) });
    addPluck(right, { ...tone, gain: 0.1 * pan });
  }
}

function addPluck(into: Float32Array, { at, length, frequency, gain }: Tone): void {
  const turn = (2 * Math.PI * frequency) / sampleRate;
  const end = Math.min(at + length, into.length);
  for (let i = at; i < end; i++) {
    const age = (i - at) / sampleRate;
    const attack = Math.min(age / 0.006, 1);
    const phase = (i - at) * turn;
    const bell = Math.sin(phase + 0.9 * Math.exp(-age * 9) * Math.sin(phase * 2));
    into[i] = (into[i] ?? 0) + gain * attack * Math.exp(-age * 4.2) * bell;
  }
}

/** Two echoes that cross sides. */
function addEcho(left: Float32Array, right: Float32Array): void {
  const delay = Math.round(0.31 * sampleRate);
  for (let i = delay; i < left.length; i++) {
    const [fromLeft, fromRight] = [left[i - delay] ?? 0, right[i - delay] ?? 0];
    left[i] = (left[i] ?? 0) + 0.3 * fromRight;
    right[i] = (right[i] ?? 0) + 0.3 * fromLeft;
  }
}

/** Fades in and out, brings the peak to where it should be, and interleaves. */
function finish(left: Float32Array, right: Float32Array): Float32Array {
  const fadeIn = 0.25 * sampleRate;
  const fadeOut = 0.7 * sampleRate;
  const mixed = new Float32Array(left.length * 2);
  let loudest = 1e-6;
  for (let i = 0; i < left.length; i++) {
    const fade = Math.min(i / fadeIn, (left.length - 1 - i) / fadeOut, 1);
    mixed[i * 2] = (left[i] ?? 0) * fade;
    mixed[i * 2 + 1] = (right[i] ?? 0) * fade;
    loudest = Math.max(loudest, Math.abs(mixed[i * 2] ?? 0), Math.abs(mixed[i * 2 + 1] ?? 0));
  }
  return mixed.map((sample) => (sample * peak) / loudest);
}
