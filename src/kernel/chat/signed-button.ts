import type { Cipher } from "../lib/cipher.ts";

/** Enough against guessing within a button's life, short enough for Telegram's 64 bytes. */
const signatureLength = 16;
const purpose = "chat-button";

export interface SignedButton {
  readonly cipher: Cipher;
  /** What the button does and to whom: `forget 42`. */
  readonly action: string;
}

/** Two callback arguments that prove the button was made for this action and is not older than `expiresAt`. */
export function signButton({ cipher, action }: SignedButton, expiresAt: Date): readonly [string, string] {
  const until = Math.floor(expiresAt.getTime() / 1000).toString(36);
  return [until, cipher.sign(`${action} ${until}`, purpose).slice(0, signatureLength)];
}

/** Whether `until` and `signature` came from `signButton` for the same action and the time is not over. */
export function verifyButton(
  { cipher, action }: SignedButton,
  given: { readonly until: string | undefined; readonly signature: string | undefined; readonly now: Date },
): boolean {
  const { until = "", signature = "", now } = given;
  const [, expected] = signButton({ cipher, action }, new Date(Number.parseInt(until, 36) * 1000 || 0));
  return signature === expected && Number.parseInt(until, 36) * 1000 > now.getTime();
}
