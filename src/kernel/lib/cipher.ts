import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

/** Encryption and signatures under one master key; every purpose gets a key of its own by HKDF. */
export interface Cipher {
  /**
   * AES-256-GCM with a random nonce. `context` (table, column and row) is authenticated, so that a value cannot be
   * moved to another row. The answer is `v1.<nonce>.<ciphertext and tag>` in base64url.
   */
  readonly encrypt: (plain: string, context: string) => string;
  /** @throws when the value was changed, belongs elsewhere, or another key made it. */
  readonly decrypt: (sealed: string, context: string) => string;
  /** HMAC-SHA-256 in base64url. */
  readonly sign: (text: string, purpose: string) => string;
  /** In constant time. */
  readonly verify: (text: string, signature: string, purpose: string) => boolean;
  /** Tells two keys apart without telling anything about them. */
  readonly fingerprint: string;
}

const nonceBytes = 12;
const tagBytes = 16;

/** @param masterKey 32 bytes. */
export function createCipher(masterKey: Buffer): Cipher {
  const keys = new Map<string, KeyObject>();
  /** Purposes are names in the code, so there are few. Bytes would do, but Node takes three times as long to accept them. */
  const derived = (purpose: string): KeyObject => {
    const key = keys.get(purpose) ?? createSecretKey(Buffer.from(hkdfSync("sha256", masterKey, "", purpose, 32)));
    keys.set(purpose, key);
    return key;
  };
  const encryptionKey = derived("telecast/encrypt");
  const sign = (text: string, purpose: string): string =>
    createHmac("sha256", derived(`telecast/sign/${purpose}`))
      .update(text)
      .digest("base64url");
  return {
    encrypt: (plain, context) => {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", encryptionKey, nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `v1.${nonce.toString("base64url")}.${sealed.toString("base64url")}`;
    },
    decrypt: (value, context) => {
      const [version, nonce = "", sealed = ""] = value.split(".");
      if (version !== "v1") throw new Error("a sealed value of an unknown version");
      const bytes = Buffer.from(sealed, "base64url");
      // Without the length, Node takes shorter tags as well, which can be guessed.
      const options = { authTagLength: tagBytes };
      const decipher = createDecipheriv("aes-256-gcm", encryptionKey, Buffer.from(nonce, "base64url"), options);
      decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-tagBytes));
      return decipher.update(bytes.subarray(0, -tagBytes), undefined, "utf8") + decipher.final("utf8");
    },
    sign,
    verify: (text, signature, purpose) => {
      const expected = Buffer.from(sign(text, purpose));
      const given = Buffer.from(signature);
      return expected.length === given.length && timingSafeEqual(expected, given);
    },
    fingerprint: createHash("sha256").update(derived("telecast/fingerprint").export()).digest("hex").slice(0, 16),
  };
}
