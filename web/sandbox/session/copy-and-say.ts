import { copyText } from "../../shared/ui/copy-text.ts";
import type { Session } from "./session.ts";

/** Puts text on the clipboard and says whether that worked. */
export async function copyAndSay({ toasts, texts }: Session, text: string): Promise<void> {
  const isCopied = await copyText(text);
  const { common } = texts.value;
  toasts.show(isCopied ? common.copied : common.failed);
}
