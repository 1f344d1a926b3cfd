import type { Animation, Video } from "@grammyjs/types";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import { formatDuration } from "../../shared/format.ts";
import { Icon } from "../../shared/ui/icon.tsx";
import { fileUrl } from "../model/content.ts";
import { useTexts } from "../session/use-session.ts";

interface VideoPlayerProps {
  readonly video: Video | Animation;
  /** A GIF: plays by itself, silently, over and over. */
  readonly isLoop: boolean;
}

/** Plays in place. Until then: its cover or thumbnail (else its first frame), its length, and a button to play. */
export function VideoPlayer({ video, isLoop }: VideoPlayerProps): JSX.Element {
  const { message } = useTexts();
  const ref = useRef<HTMLVideoElement>(null);
  const [isStarted, setStarted] = useState(false);
  const cover = "cover" in video ? video.cover?.at(-1) : undefined;
  const poster = cover ?? video.thumbnail;
  const isQuiet = isLoop && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  return (
    <div
      class="video"
      style={{ "--ratio": String(video.width / video.height || 16 / 9), "--width": `${String(video.width)}px` }}
    >
      <video
        ref={ref}
        src={fileUrl(video.file_id)}
        poster={poster === undefined ? undefined : fileUrl(poster.file_id)}
        preload={poster === undefined ? "metadata" : "none"}
        controls={isStarted && !isLoop}
        autoplay={isQuiet}
        muted={isLoop}
        loop={isLoop}
        playsInline
        aria-label={isLoop ? message.animation : message.video}
        onPlay={() => {
          setStarted(true);
        }}
      />
      {!isStarted && !isQuiet && (
        <button
          type="button"
          class="video-play"
          aria-label={message.playVideo}
          onClick={() => {
            setStarted(true);
            void ref.current?.play();
          }}
        >
          <span>
            <Icon name="play" size={30} />
          </span>
        </button>
      )}
      {!isStarted && <span class="video-length">{isLoop ? message.animation : formatDuration(video.duration)}</span>}
    </div>
  );
}
