import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";

import { fileUrl, otherKind } from "../model/content.ts";
import { describeOther } from "../model/describe-other.ts";
import { useTexts } from "../session/use-session.ts";

/** Stickers as pictures; rarer kinds as a label and what they say in words. */
export function OtherContent({ message }: { readonly message: Message }): JSX.Element | null {
  const t = useTexts();
  const { sticker } = message;
  if (sticker !== undefined) {
    return sticker.is_animated || sticker.is_video ? (
      <span class="big-emoji">{sticker.emoji ?? t.message.sticker}</span>
    ) : (
      <img class="sticker" src={fileUrl(sticker.file_id)} alt={sticker.emoji ?? t.message.sticker} />
    );
  }
  const kind = otherKind(message);
  if (kind === undefined) return null;
  return (
    <div class="other">
      <span class="other-label">{t.message.other[kind]}</span>
      {describeOther(message).map((line, index) => (
        <span key={index}>{line}</span>
      ))}
    </div>
  );
}
