import type { Cipher } from "../lib/cipher.ts";
import type { Clock } from "../lib/clock.ts";
import type { MediaStore } from "./media-store.ts";

const purpose = "media";

/** `/media/<id>.<expiry in seconds, base 36>.<HMAC>`: forged and old ones are refused without asking the database. */
export function makeSignedPaths({
  cipher,
  clock,
}: {
  readonly cipher: Cipher;
  readonly clock: Clock;
}): Pick<MediaStore, "signedPath" | "verifySigned"> {
  return {
    signedPath: (id, expiresAt) => {
      const text = `${id}.${Math.floor(expiresAt.getTime() / 1000).toString(36)}`;
      return `/media/${text}.${cipher.sign(text, purpose)}`;
    },
    verifySigned: (signed) => {
      const [id = "", expiry = "", signature = "", ...rest] = signed.split(".");
      if (rest.length > 0 || !cipher.verify(`${id}.${expiry}`, signature, purpose)) return undefined;
      return Number.parseInt(expiry, 36) * 1000 > clock.now().getTime() ? id : undefined;
    },
  };
}
