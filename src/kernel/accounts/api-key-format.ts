import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

import type { Ids } from "../lib/ids.ts";

/**
 * `tc_<id>_<secret><crc>` in hexadecimal: 40 bits to find it by, 160 secret ones, and a checksum. The beginning lets
 * secret scanners recognise a leaked key; the checksum lets a mistyped one be refused without asking the database.
 */
export interface NewKeyText {
  readonly key: string;
  /** `tc_<id>`: not secret. */
  readonly prefix: string;
}

const shape = /^(tc_[0-9a-f]{10})_[0-9a-f]{40}([0-9a-f]{8})$/;

export function newKeyText(ids: Ids): NewKeyText {
  const prefix = `tc_${randomHex(ids, 5)}`;
  const start = `${prefix}_${randomHex(ids, 20)}`;
  return { key: start + checksum(start), prefix };
}

/** The prefix of a well-formed key; undefined for anything else. */
export function prefixOf(key: string): string | undefined {
  const [, prefix, given] = shape.exec(key) ?? [];
  return given !== undefined && given === checksum(key.slice(0, -given.length)) ? prefix : undefined;
}

export function hashOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

function randomHex(ids: Ids, bytes: number): string {
  return Buffer.from(ids.token(bytes), "base64url").toString("hex");
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, "0");
}
