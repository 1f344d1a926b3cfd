import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { albumSpans } from "../model/album.ts";
import { fileUrl, largestPhoto, textOf } from "../model/content.ts";
import { useSession, useTexts } from "../session/use-session.ts";
import { VideoPlayer } from "./video-player.tsx";

interface PictureGridProps {
  readonly messages: readonly [Message, ...Message[]];
}

/** A photo or video, or an album of them in rows of two and three. */
export function PictureGrid({ messages }: PictureGridProps): JSX.Element {
  const spans = albumSpans(messages.length);
  return (
    <div class="pictures" data-album={messages.length > 1}>
      {messages.map((message, index) => (
        <div class="picture" key={message.message_id} style={{ gridColumn: `span ${String(spans[index] ?? 6)}` }}>
          <Covered isCovered={message.has_media_spoiler === true}>
            <Picture message={message} />
          </Covered>
        </div>
      ))}
    </div>
  );
}

function Picture({ message }: { readonly message: Message }): JSX.Element | null {
  const session = useSession();
  const t = useTexts();
  const video = message.video ?? message.animation;
  if (video !== undefined) return <VideoPlayer video={video} isLoop={message.animation !== undefined} />;
  const photo = largestPhoto(message);
  if (photo === undefined) return null;
  return (
    <button
      type="button"
      class="photo"
      aria-label={t.message.openPhoto}
      style={{ "--ratio": String(photo.width / photo.height), "--width": `${String(photo.width)}px` }}
      onClick={() => {
        session.sheet.value = { kind: "view-photo", fileId: photo.file_id, caption: textOf(message) };
      }}
    >
      <img
        src={fileUrl(photo.file_id)}
        width={photo.width}
        height={photo.height}
        alt={textOf(message) || t.message.photo}
      />
    </button>
  );
}

interface CoveredProps {
  readonly isCovered: boolean;
  readonly children: JSX.Element;
}

/** Media that the bot sent as a spoiler. */
function Covered({ isCovered, children }: CoveredProps): JSX.Element {
  const { message } = useTexts();
  const [isOpen, setOpen] = useState(false);
  if (!isCovered || isOpen) return children;
  return (
    <div class="covered">
      <div inert>{children}</div>
      <button
        type="button"
        class="cover"
        aria-label={message.mediaSpoiler}
        onClick={() => {
          setOpen(true);
        }}
      />
    </div>
  );
}
