import { randomBytes, randomFillSync } from "node:crypto";

/** The only source of identity and randomness for everything below `main.ts`; tests pass a seeded one. */
export interface Ids {
  /** A UUID version 7: unique across replicas, and later ones sort after earlier ones (to the millisecond). */
  readonly next: () => string;
  /** Unguessable text of `bytes` random bytes in the alphabet A–Z a–z 0–9 `-` `_` (safe in URLs and deep links). */
  readonly token: (bytes: number) => string;
  /** A number in [0, 1), for jitter and sampling; never for secrets. */
  readonly random: () => number;
}

export const systemIds: Ids = {
  next: () => uuidV7(Date.now()),
  token: (bytes) => randomBytes(bytes).toString("base64url"),
  random: () => Math.random(),
};

/** RFC 9562 §5.7: 48 bits of milliseconds, then version, variant and 74 random bits. */
function uuidV7(nowMs: number): string {
  const bytes = randomFillSync(Buffer.alloc(16));
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
