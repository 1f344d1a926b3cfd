import type { Message } from "@grammyjs/types";
import type { JSX } from "preact";

import { formatDuration } from "../../shared/format.ts";
import { Icon } from "../../shared/ui/icon.tsx";
import { fileUrl } from "../model/content.ts";
import { useSession, useTexts } from "../session/use-session.ts";

/** A document to download, or sound to play. */
export function FileRow({ message }: { readonly message: Message }): JSX.Element | null {
  const t = useTexts();
  const file = message.document ?? message.audio ?? message.voice;
  if (file === undefined) return null;
  const sound = message.audio ?? message.voice;
  const name = fileName(message);
  const title = message.audio?.title ?? name ?? t.message[sound === undefined ? "document" : "voice"];
  return (
    <div class="file">
      <a class="file-icon" href={fileUrl(file.file_id)} download={name ?? true} aria-label={t.message.download(title)}>
        <Icon name={sound === undefined ? "file" : "music"} />
      </a>
      <span class="file-text">
        <span class="file-name">{title}</span>
        <FileFacts message={message} size={file.file_size} />
        {sound !== undefined && <audio controls preload="none" src={fileUrl(sound.file_id)} aria-label={title} />}
      </span>
    </div>
  );
}

function fileName({ document, audio }: Message): string | undefined {
  return document?.file_name ?? audio?.file_name;
}

interface FileFactsProps {
  readonly message: Message;
  readonly size: number | undefined;
}

function FileFacts({ message: { audio, voice }, size }: FileFactsProps): JSX.Element {
  const { formats } = useSession();
  const duration = (audio ?? voice)?.duration;
  const facts = [
    audio?.performer,
    duration === undefined ? undefined : formatDuration(duration),
    size === undefined ? undefined : formats.value.bytes(size),
  ];
  return <span class="file-facts">{facts.filter((fact) => fact !== undefined).join(" · ")}</span>;
}
