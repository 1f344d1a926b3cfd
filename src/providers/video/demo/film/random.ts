import { createHash } from "node:crypto";

/** Numbers that are always the same for one seed: a prompt's film looks the same each time it is drawn. */
export interface Random {
  /** In [0, 1). */
  readonly next: () => number;
  readonly between: (least: number, most: number) => number;
  readonly whole: (least: number, most: number) => number;
  readonly pick: <T>(from: readonly [T, ...T[]]) => T;
  /** An independent stream, so that one part of the film drawing more numbers does not change the others. */
  readonly fork: (name: string) => Random;
}

/** sfc32, seeded by SHA-256. */
export function seededRandom(seed: string): Random {
  const digest = createHash("sha256").update(seed).digest();
  let [a, b, c, counter] = [0, 4, 8, 12].map((at) => digest.readInt32LE(at)) as [number, number, number, number];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + (most - least) * next(),
    whole: (least, most) => least + Math.floor((most - least + 1) * next()),
    pick: (from) => from[Math.floor(from.length * next())] ?? from[0],
    fork: (name) => seededRandom(`${seed}/${name}`),
  };
}
