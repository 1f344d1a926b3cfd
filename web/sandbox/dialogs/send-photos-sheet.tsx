import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Dialog } from "../../shared/ui/dialog.tsx";
import { useSession, useTexts } from "../session/use-session.ts";
import { SheetForm } from "./sheet-form.tsx";
import type { SheetProps } from "./sheet-host.tsx";

/** Photos before they are sent: how they look, a caption, and whether to send them as files. */
export function SendPhotosSheet({ files, onClose }: SheetProps & { readonly files: readonly File[] }): JSX.Element {
  const { api, route } = useSession();
  const t = useTexts();
  const [caption, setCaption] = useState("");
  const [isFile, setFile] = useState(false);
  const send = async (): Promise<void> => {
    const { chatId, threadId } = route.value;
    if (chatId === undefined) return;
    for (const [index, file] of files.entries()) {
      const isFirst = index === 0;
      await api.sendPhoto(
        {
          chatId,
          ...(threadId === undefined ? {} : { threadId }),
          ...(isFirst && caption.trim() !== "" ? { caption: caption.trim() } : {}),
          ...(isFile ? { asFile: true } : {}),
        },
        file,
      );
    }
    onClose();
  };
  return (
    <Dialog title={t.photo.title(files.length)} closeLabel={t.common.close} onClose={onClose}>
      <SheetForm submit={t.composer.send} isReady onSubmit={send} onCancel={onClose}>
        <Previews files={files} />
        <label class="field">
          <span>{t.photo.caption}</span>
          <input
            value={caption}
            maxLength={1024}
            data-focus
            onInput={(event) => {
              setCaption(event.currentTarget.value);
            }}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={isFile}
            onChange={({ currentTarget }) => {
              setFile(currentTarget.checked);
            }}
          />
          {t.photo.asFile}
        </label>
      </SheetForm>
    </Dialog>
  );
}

function Previews({ files }: { readonly files: readonly File[] }): JSX.Element {
  const [urls, setUrls] = useState<readonly string[]>([]);
  useEffect(() => {
    const made = files.map((file) => URL.createObjectURL(file));
    setUrls(made);
    return () => {
      for (const url of made) URL.revokeObjectURL(url);
    };
  }, [files]);
  return (
    <div class="previews" data-count={urls.length}>
      {urls.map((url, index) => (
        <img key={url} src={url} alt={files[index]?.name ?? ""} />
      ))}
    </div>
  );
}
