import type { Cipher } from "../../lib/cipher.ts";
import { callbackData } from "../../telegram/index.ts";
import { signButton, verifyButton } from "../signed-button.ts";

export const panelPrefix = "adm";

/** Pages may be turned for a week; what changes something was seen moments before. */
const lifeMs = { page: 7 * 24 * 60 * 60_000, action: 10 * 60_000 };

/** For whom and where a panel's buttons work. */
export interface PanelPlace {
  readonly userId: number;
  readonly chatId: number;
  readonly now: Date;
}

export interface PanelTarget {
  readonly kind: "page" | "action";
  /** Section, page or action, arguments; nothing for the first page. */
  readonly path: readonly string[];
}

/** The data of a button that works only for this admin, in this chat, and not for ever. */
export function panelButtonData(cipher: Cipher, place: PanelPlace, target: PanelTarget): string {
  const expiresAt = new Date(place.now.getTime() + lifeMs[target.kind]);
  const signature = signButton({ cipher, action: actionOf(place, target) }, expiresAt);
  return callbackData(panelPrefix, ...signature, ...target.path);
}

/** Whether a press may go to `target`: made by us, for who presses, where he presses, and in time. */
export function mayPress(
  cipher: Cipher,
  place: PanelPlace,
  given: PanelTarget & { readonly until: string | undefined; readonly signature: string | undefined },
): boolean {
  const { until, signature } = given;
  return verifyButton({ cipher, action: actionOf(place, given) }, { until, signature, now: place.now });
}

function actionOf({ userId, chatId }: PanelPlace, { kind, path }: PanelTarget): string {
  return `admin ${kind} ${userId} ${chatId} ${path.join(":")}`;
}
