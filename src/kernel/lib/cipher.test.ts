import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { createCipher } from "./cipher.ts";

const cipher = createCipher(Buffer.alloc(32, 1));
const other = createCipher(Buffer.alloc(32, 2));

test("what is encrypted comes back, under the same key and for the same place only", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (plain, context) => {
      // Lone surrogates have no UTF-8 and cannot come back.
      fc.pre(plain.isWellFormed());
      const sealed = cipher.encrypt(plain, context);
      assert.equal(cipher.decrypt(sealed, context), plain);
      assert.throws(() => cipher.decrypt(sealed, `${context}x`));
      assert.throws(() => other.decrypt(sealed, context));
    }),
    { numRuns: 50 },
  );
});

test("the same text is sealed differently each time and tells nothing but its length", () => {
  const [one, two] = [cipher.encrypt("prompt", "row:1"), cipher.encrypt("prompt", "row:1")];
  assert.notEqual(one, two);
  assert.match(one, /^v1\.[\w-]{16}\.[\w-]{30}$/);
});

test("a sealed value that was changed, cut short or is of another version does not open", () => {
  const sealed = cipher.encrypt("prompt", "row:1");
  const [version = "", nonce = "", text = ""] = sealed.split(".");
  const bytes = Buffer.from(text, "base64url");
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(0) ^ 1, 0);
  const changed = [
    `${version}.${nonce}.${flipped.toString("base64url")}`,
    ...[0, 1, 4, 8, 12, 15].map((length) => `${version}.${nonce}.${bytes.subarray(0, length).toString("base64url")}`),
    `v2.${nonce}.${text}`,
    `${version}.${nonce}`,
    "",
  ];
  for (const value of changed) assert.throws(() => cipher.decrypt(value, "row:1"));
});

test("a tag that was cut short is refused for its length, not for its value: a short one can be guessed", () => {
  const [version = "", nonce = "", tag = ""] = cipher.encrypt("", "row:1").split(".");
  const short = Buffer.from(tag, "base64url").subarray(0, 4).toString("base64url");
  assert.throws(() => cipher.decrypt(`${version}.${nonce}.${short}`, "row:1"), /Invalid authentication tag length/);
});

test("a signature holds for its text, its purpose and its key", () => {
  const signature = cipher.sign("media.1", "media");
  assert.equal(cipher.verify("media.1", signature, "media"), true);
  assert.equal(cipher.verify("media.2", signature, "media"), false);
  assert.equal(cipher.verify("media.1", signature, "button"), false);
  assert.equal(other.verify("media.1", signature, "media"), false);
  for (const forged of ["", signature.slice(1), `${signature}A`, "é".repeat(43)]) {
    assert.equal(cipher.verify("media.1", forged, "media"), false);
  }
});

test("fingerprints tell keys apart and survive a restart", () => {
  assert.equal(cipher.fingerprint, createCipher(Buffer.alloc(32, 1)).fingerprint);
  assert.notEqual(cipher.fingerprint, other.fingerprint);
  assert.match(cipher.fingerprint, /^[0-9a-f]{16}$/);
});
